# A prerequisite that can't be touched does not keep -t from what the target is made from besides.
# SH: mkdir dir
# RUN: -t
.DEFAULT: ; echo default $@
dir/h.o e.o: %.o: %.c  $$(A)
