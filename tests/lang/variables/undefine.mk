# COVERS: directive/undefine
# ARGS: c=command
# undefine, override undefine, and a name that is computed.
a = 1
b = 2
n = b
undefine a
undefine $(n)
undefine c
$(info [$(a)] $(origin a) [$(b)] $(flavor b) [$(c)] $(origin c))
override undefine c
$(info [$(c)] $(origin c))
undefine nosuch
all:;
