# A signal to rkbuild alone reaches the sub-makes that live in its process.
# DIFFERS: ^ *-survived
# FILE: sub.mk
# all: a ; @echo survived
# a: ; @kill -INT $(TOP); sleep 1
# END
export TOP := $(shell echo $$PPID)
all: ; @$(MAKE) --no-print-directory -f sub.mk
