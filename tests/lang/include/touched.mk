# A makefile that is a goal is touched with -t, and then make starts over.
# RUN: -t inc.mk
# RUN: -t inc.mk
# SH: rm -f inc.mk
# RUN: -t inc.mk other
# SH: rm -f inc.mk
# RUN: -n inc.mk
# RUN: -t other
# RUN: -tn inc.mk
# RUN: -tq inc.mk
# SH: rm -f inc.mk
# RUN: -tn inc.mk
# RUN: -tq inc.mk
$(info read)
-include inc.mk
inc.mk: ; touch $@
other: ; echo $@
