# A value of --sync-mutex that no make gave.
# COMPAT: 4.4.1
# DIFFERS: ^ *-.*mutex
# RUN: --sync-mutex=x -O -j2
all:;@echo hi
