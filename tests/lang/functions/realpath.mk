# realpath: only what exists, without symbolic links.
# COVERS: function/realpath
# SH: mkdir -p d/e && touch f d/g && ln -s d l && ln -s nowhere dangling
# RUN:
D := $(realpath .)
$(info [$(patsubst $(D)%,.%,$(realpath f ./d/g l dangling none l/e/.. l/g d/ f/))])
$(info [$(realpath /)] [$(realpath //)] [$(realpath /./..)] [$(realpath )] [$(realpath none)])
all:;@:
