# What an optional makefile would be made from through intermediate files fails in silence too.
# COVERS: option/-R
# RUN: -R
# STATUS: 2
-include nothere.mk
%.c:
	-echo '$$A'
%.o: %.c; false
%: %.o; false
