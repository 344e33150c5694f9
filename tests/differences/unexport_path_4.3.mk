# 4.3 finds no command after `unexport PATH`, but with a shell.
# COMPAT: 4.3
# DIFFERS: ^ *-.*No such file or directory
unexport PATH
all: ; ls Makefile
