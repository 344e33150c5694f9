# A recipe for two makefiles makes neither: 4.4.1 starts over for ever.
# COMPAT: 4.4.1
# DIFFERS: ^ *-124
# FILE: endless.mk
# all: ; @:
# include a.inc b.inc
# %.inc %.x: ; @:
# a.inc b.inc &: ; @false
# END
all: ; @timeout 5 $(MAKE) -i -f endless.mk >out 2>&1; echo $$?; rm -f out
