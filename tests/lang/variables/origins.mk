# RUN: cmd=c both=c over=c
# RUN: -e cmd=c both=c over=c
# ENV: env=e both=e envset=e over=e
# Origins and who wins: default, environment, file, command line, override, automatic.
envset = file
both = file
override over = overridden
override over += more
over += lost
$(foreach v,CC env envset both cmd over nosuch MAKE MAKEFLAGS CURDIR SHELL @,$(info $v: $(origin $v) $(flavor $v)))
$(info $(env) $(envset) $(both) $(cmd) $(over))
all:;@echo $@ $(origin @)
