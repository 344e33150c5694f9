# COMPAT: 4.3
# STATUS: 2
# 4.3 has no :::=.
x :::= a
