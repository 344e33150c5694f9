# Standard input can be a makefile once only.
# COVERS: message/stdin-twice
# STDIN: all:;@echo hi\n
# RUN: -f- -f-
# RUN: -f - --file=-
# RUN: --makefile - -f -
# RUN: -f -
# STATUS: 0
all:
