# Built-in rules are there, and gone with -r; built-in variables are gone with -R.
# COVERS: rule/built-in
# FILE: x.c
# END
# RUN: -n x.o y
# RUN: -n -r x.o
# RUN: -n -R v
# FILE: y.sh
# END
v:;@echo [$(CC)] [$(COMPILE.c)] [$(OUTPUT_OPTION)] [$(SUFFIXES)]
