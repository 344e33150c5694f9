# It is another program.
# DIFFERS: ^ *[+]rkbuild [0-9]
# DIFFERS: ^ *-Copyright
# RUN: --version
# RUN: --help
all:;
