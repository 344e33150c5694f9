# A line break in single quotes with .ONESHELL.
# DIFFERS: exit status 0, GNU make
define B
echo 'a
b'
endef
.ONESHELL:
all: ; @$(B)
