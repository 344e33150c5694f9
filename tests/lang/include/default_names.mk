# COVERS: message/no-makefile
# MAKEFILE: none
# GNUmakefile before makefile before Makefile.
# FILE: makefile
# all:;@echo makefile
# END
# FILE: Makefile
# all:;@echo Makefile
# END
# RUN:
# SH: rm makefile
# RUN:
# SH: printf 'all:;@echo GNUmakefile\n' > GNUmakefile
# RUN:
# SH: rm *akefile
# RUN:
# RUN: x
