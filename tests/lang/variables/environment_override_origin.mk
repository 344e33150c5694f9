# With -e a variable of the environment is an override only once a makefile set it.
# ARGS: -e
# ENV: a=env b=env c=env
b = file
undefine c
$(info $(origin a) $(origin b) $(b) $(origin c) $(c))
all: a = target
all:;@echo $(a) $(origin a) $(b)
