# A makefile that is included twice is needed as each of them says; what is told of it names the first place, with -k each one.
# RUN: -rf one.mk
# RUN: -rkf one.mk
# RUN: -rkf two.mk
# RUN: -rif two.mk
# RUN: -rf three.mk
# RUN: -rkf three.mk
# RUN: -rkf four.mk
# FILE: one.mk
# all: ; @echo $@
# -include inc
# include inc
# inc: nothere
# END
# FILE: two.mk
# all: ; @echo $@
# -include inc jnc
# include jnc inc
# include ./inc
# jnc: ; false
# END
# FILE: three.mk
# all: ; @echo $@
# include inc
# -include inc
# END
# FILE: four.mk
# all: ; @echo $@
# -include inc
# $(eval include inc)
# sinclude inc
# inc: ; @echo making $@; false
# END
