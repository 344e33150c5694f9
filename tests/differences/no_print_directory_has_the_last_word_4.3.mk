# MAKEFLAGS=w in the environment and --no-print-directory on the command line: nothing is announced before an error of the command
# line's own assignments.
# COMPAT: 4.3
# DIFFERS: ^ *-.*Entering an unknown directory
# ENV: MAKEFLAGS=w
# RUN: --no-print-directory 'x:=$(word 0,a)'
all:;@:
