# What stands between a semicolon and a recipe is part of it, as -p shows, but not of what is run and shown.
# RUN: -k a b c d e f g
# RUN: show
# FILE: sub.mk
# a:   ;   echo hi
# b: ;echo
# %.q: %.z ;   echo z
# END
a:   ;   echo hi
b: ;
c: ;  	-  @ echo c
d: 	;  \
   echo d; \
	echo f
e:;   $(empty)  @echo e
f: %: ; 	echo '$@'
S=;  @echo S
g: $S
show: ; @$(MAKE) --no-print-directory -pnrR -f sub.mk a | grep -A1 '^#  recipe'
