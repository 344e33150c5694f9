# What commands write to a standard output that is closed fails, where 4.3 loses it.
# COMPAT: 4.3
# DIFFERS: output differs
# FILE: sub.mk
# all: ; @echo hi || echo failed >&2
# END
all: ; @$(MAKE) -O -j2 -f sub.mk >&-
