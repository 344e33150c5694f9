# .SILENT without prerequisites silences what -t says; with them it does not.
# RUN: -t a b
# SH: rm -f a b
# RUN: -t T=1 a b
ifdef T
.SILENT: a
else
.SILENT:
endif
a:; echo $@
b:; echo $@
