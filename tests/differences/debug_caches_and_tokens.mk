# --debug does not tell of caches of directories, nor of tokens.
# COMPAT: 4.4.1
# DIFFERS: ^ *-.*cache invalidated
# DIFFERS: ^ *-.*(Need a job token|Obtained token)
# RUN: --debug=v a.x
# RUN: -j2 --debug=j
all: a b
a b: ; @echo $@
%.x: %.y; @:
%.x: $(wildcard *.q) a; @touch a.q; echo $(wildcard *.q)
