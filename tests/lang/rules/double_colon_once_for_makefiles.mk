# A `::` name implicit rules count on is gone through once while makefiles are made, and what came later when goals are.
# RUN: -k
# RUN: -k d.c
# RUN: -i
# RUN: -k e.c d.c
%.c: d.c
	false
d.c:: dir/h.o
-include nothere.mk
-include nothere2.mk
