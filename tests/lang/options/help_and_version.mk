# --help and --version end make before it reads anything; help wins over nothing, version over help.
# COVERS: option/-C message/invalid-option
# COVERS: option/-h option/--help option/-v option/--version
# NORM: version
# RUN: -h
# RUN: --help nothere
# RUN: -v
# RUN: --version
# RUN: -v -h
# SORT
# RUN: -vZ
# RUN: -C nothere -v
# RUN: -f nothere -h
$(info read)
all:
