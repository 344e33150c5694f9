# Exported variables are expanded, and passed on, in the order of make's table of variables.
# NORM: (PATH|HOME|TMPDIR|PWD|OLDPWD|SHELL|LOGNAME|USER|TZ|TERM|LC_ALL|LANG|_)=.*
# RUN: -r
# RUN: -r A=1 EE=2 own
# RUN: -r -k bad
export
A = $(info A)a
B = $(info B)b
CC1 = $(info CC1)c
D_long_name_of_a_variable = $(info D)d
EE := e
all:; @env
own: X = $(info X)x
own:; @env
bad: Y = $(Y)
bad: Z = $(Z)
bad:; @env
