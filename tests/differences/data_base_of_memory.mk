# -p tells of GNU make's own memory.
# DIFFERS: ^ *-# .*(directories|hash-table|strings)
# RUN: -rRp
all: ; @:
