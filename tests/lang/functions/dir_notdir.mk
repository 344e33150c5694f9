# dir and notdir.
# COVERS: function/dir function/notdir
$(info [$(dir a/b c /d / ./ x/y/  .. a)] [$(dir )] [$(notdir a/b c /d / x/y/  .. q)] [$(notdir a/)])
$(info [$(notdir a/ b c/ d)] [$(notdir a/ b/)] [$(notdir )])
all:;@:
