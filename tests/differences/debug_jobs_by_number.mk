# --debug=j shows a number for a job, where GNU make shows an address.
# DIFFERS: ^ *-.*0x[0-9a-f]+
# RUN: --debug=j
all: ; @echo $@
