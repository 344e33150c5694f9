# It is another program.
# DIFFERS: ^ *[+]rkbuild [0-9]
# DIFFERS: ^ *-Copyright
# RUN: --version
all:;
