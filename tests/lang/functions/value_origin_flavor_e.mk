# With -e the environment's variables are overrides.
# ENV: FROMENV=1 BOTH=2
# ARGS: -e
BOTH = 3
override OVER = 4
$(info $(origin FROMENV) $(origin BOTH) $(BOTH) $(origin OVER) $(origin CC))
all:;@:
