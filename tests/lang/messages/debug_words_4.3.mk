# COMPAT: 4.3
# 4.3 has no --debug=print and --debug=why; what follows the unknown word is quoted.
# STATUS: 2
# RUN: --debug=none
# RUN: --debug=n,print
# RUN: --debug=why,n
# RUN: --debug=,n
# RUN: --debug=n,
# RUN: --debug=n,,n
# RUN: --debug=-
# RUN: --debug=xyz,n
all: ; @echo $@
