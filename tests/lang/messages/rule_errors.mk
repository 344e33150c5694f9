# What can be wrong with a rule line.
# COVERS: message/missing-target-pattern message/target-pattern-without-percent message/target-does-not-match
# COVERS: message/mixed-implicit-and-normal message/mixed-implicit-and-static message/grouped-without-recipe
# RUN: -f 1.mk
# RUN: -f 2.mk
# RUN: -f 3.mk
# RUN: -f 4.mk
# RUN: -f 5.mk
# RUN: -f 6.mk
# RUN: -f 7.mk
# RUN: -f 8.mk
# RUN: -f 9.mk
# FILE: 1.mk
# a: : %.o
# END
# FILE: 2.mk
# a: %.o: %.c: d
# END
# FILE: 3.mk
# a: x.o: %.c
# END
# FILE: 4.mk
# %.o: %.c: d
# 	echo
# END
# FILE: 5.mk
# %.o a: b
# 	echo
# END
# FILE: 6.mk
# a b &: c
# END
# FILE: 7.mk
# all:;
# a b&:c:d
# END
# FILE: 8.mk
# a: b
# 	echo
# 	a: c
# END
# FILE: 9.mk
# &: x
# 	echo
# END
