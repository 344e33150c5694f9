# What --debug does not know, and what follows it, is quoted.
# COVERS: message/debug-level
# STATUS: 2
# RUN: --debug=none
# RUN: --debug=,n
# RUN: --debug=n,
# RUN: --debug=n,,n
# RUN: --debug=-
# RUN: --debug=xyz,n
all: ; @echo $@
