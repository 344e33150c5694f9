# Intermediate files are removed in the order of make's table of files; what a rule names without % is kept.
# RUN: -r all
# RUN: -r a.4
# SH: for i in 1 2 3 4 5 6 7 8 9 aa bb cc.dd long_name_of_a_file another-name; do touch $i.c; done
# RUN: -r two
all: 1.o 2.o 3.o 4.o 5.o 6.o 7.o 8.o 9.o aa.o bb.o cc.dd.o long_name_of_a_file.o another-name.o
%.o: %.i; @touch $@
%.i: %.c; @touch $@
%.c:; @touch $@
%.4: %.1 %.15 a.3 ; cat $^ >$@
%.1 %.15 %.3: ; touch $*.1 $*.15 $*.3
two: x.elf x.dbg
%.elf %.lnk: %.c ; @touch $*.elf $*.lnk
%.elf %.dbg: %.lnk ; @touch $*.elf $*.dbg
