# -q says by exit status, -t touches, -B makes all, -o and -W pretend.
# FILE: src
# END
# SH: touch -d 2001-01-01 src
# RUN: -q
# RUN: -t
# RUN: -q
# RUN: -B
# RUN: -W src
# RUN: -o src
# RUN: -t nosuchtarget
all: out
out: src
	@echo making $@; touch $@
nosuchtarget:
