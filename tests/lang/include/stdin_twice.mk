# Standard input can be a makefile once only.
# STDIN: all:;@echo hi\n
# RUN: -f- -f-
# RUN: -f - --file=-
# RUN: --makefile - -f -
# RUN: -f -
# STATUS: 0
all:
