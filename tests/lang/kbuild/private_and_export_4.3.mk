# KBUILD-FACTS 15, 4.3: a private variable behind an exported one.
# COMPAT: 4.3
export X = [$(_X)]
_X = global
all: vmlinux
vmlinux: private _X = link
vmlinux: part
	@echo "$@ $$X"
part:
	@echo "$@ $$X"
