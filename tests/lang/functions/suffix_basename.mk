# suffix and basename.
# COVERS: function/basename function/suffix
N = a.c b x.y/z x.y/z.q a.b.c .c a. ./. /.x q/.y a./b a.b/
$(info [$(suffix $(N))] [$(suffix a b)] [$(suffix a b.c d)] [$(suffix .)] [$(suffix )])
$(info [$(basename $(N))] [$(basename .a .b)] [$(basename .a b)] [$(basename a .b)] [$(basename )])
all:;@:
