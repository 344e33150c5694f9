# A byte order mark at the beginning of a makefile is skipped, which --debug=v tells.
# COVERS: message/no-targets
# COVERS: message/debug-bom
# NORM: version
# SH: printf '\357\273\277all: ; @echo all\n' > bom.mk
# SH: printf '\357\273\277' > only.mk
# SH: printf 'all: ; @echo all\n\357\273\277x: ; @echo x\n' > later.mk
# RUN: -f bom.mk --debug=v
# RUN: -f only.mk
# RUN: -f later.mk all
