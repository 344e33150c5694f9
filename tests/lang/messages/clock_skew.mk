# A file from the future.
# NORM: [0-9.e+]+ s in the future
# SH: touch -d 2040-01-01 b
# RUN:
all: a
a: b
	@touch $@
