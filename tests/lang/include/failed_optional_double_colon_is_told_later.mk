# What a makefile that need not be there could not be made from is told of when it is a goal, also with :: rules and -k.
# RUN: -r
# RUN: -rk
# RUN: -rk inc.mk b
inc.mk:: nothere alsonot
-include inc.mk
b:;@echo $@
