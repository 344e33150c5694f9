# -n, -t and -q are for the makefiles that are goals; the others are remade all the same.
# SH: touch y z; touch -d 1999-01-01 Makefile
# RUN: -n inc.mk
# SH: rm -f inc.mk; touch -d 1999-01-01 Makefile
# RUN: -t Makefile
# SH: rm -f inc.mk; touch -d 1999-01-01 Makefile
# RUN: -q Makefile
# SH: rm -f inc.mk; touch -d 1999-01-01 Makefile
# RUN: -t inc.mk
# SH: rm -f inc.mk; touch -d 1999-01-01 Makefile
# RUN: -n y
-include inc.mk
Makefile: z; echo remade; touch $@
inc.mk: y; echo inc; touch $@
