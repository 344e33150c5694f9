# Under -q a makefile that is asked for is not made; nothing is said of one that has to be there.
# FILE: optional.mk
# all: inc.mk
# inc.mk:; touch $@
# -include inc.mk
# END
# RUN: -q inc.mk
# RUN: -qk inc.mk
# RUN: -q all inc.mk
# RUN: -q -f optional.mk inc.mk
# RUN: -qk -f optional.mk inc.mk
# RUN: -q -f optional.mk all inc.mk
# RUN: -q
all: inc.mk
inc.mk:; touch $@
include inc.mk
