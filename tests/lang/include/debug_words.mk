# What --debug says of makefiles that are read, and of starting over.
# RUN: -r -R --debug=v -I d
# RUN: -r -R -d --debug=n
# SH: rm -f bye.mk
# RUN: -r -R --debug=b -f stdin.mk
# RUN: -r -R -f stdin.mk -f nothere
# FILE: inc
# END
# FILE: d/x
# END
# FILE: stdin.mk
# all:;@echo hello
# -include bye.mk
# bye.mk: ; touch $@
# END
# ENV: 'MAKEFILES=inc nonono'
# NORM: (?m)(^(GNU Make|Built for|Copyright|License|This is free|There is NO|rkbuild ).*\n)+
# NORM: Re-executing\[1\]: \S+
# STATUS: 2
all: a.o;@:
include inc d/x
-include nope
sinclude x
$(eval include inc)
a.o:b.o;@echo hi; true
b.o:;@:
