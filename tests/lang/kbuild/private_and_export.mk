# KBUILD-FACTS 15: a private variable behind an exported one.
export X = [$(_X)]
_X = global
all: vmlinux
vmlinux: private _X = link
vmlinux: part
	@echo "$@ $$X"
part:
	@echo "$@ $$X"
