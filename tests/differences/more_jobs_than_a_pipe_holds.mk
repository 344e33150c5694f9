# GNU make fills its own pipe with tokens, and waits for ever.
# DIFFERS: ^ *-124
# FILE: sub.mk
# all: ; @:
# END
all: ; @timeout 5 $(MAKE) -j100000 -f sub.mk; echo $$?
