# A make that prints nothing and starts nothing does not announce its directory either.
# COMPAT: 4.3
# ARGS: -w quiet
# ARGS: -w -q loud
# ARGS: -w loud
# ARGS: -w made
# ARGS: -w made
# ARGS: -w silent
# ARGS: -w missing
quiet: ; @:
loud: ; @echo loud
made: ; @touch made
silent: ; @true
