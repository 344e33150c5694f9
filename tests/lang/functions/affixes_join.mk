# addsuffix, addprefix and join.
# COVERS: function/addprefix function/addsuffix function/join
$(info [$(addsuffix .c,a b  c)] [$(addsuffix ,a  b)] [$(addsuffix .c,)] [$(addprefix x ,a b)] [$(addprefix x y,a b)] [$(addsuffix  x y,a b)] [$(addsuffix %,a)])
$(info [$(join a b,1 2 3)] [$(join a b c,1)] [$(join ,1 2)] [$(join a  b,)] [$(join ,)])
all:;@:
