# A NUL byte in a makefile.
# SH: printf 'all:;@echo before\000 after\nx = a\000b\n$(info [$(x)])\n' > nul.mk
# RUN: -f nul.mk
