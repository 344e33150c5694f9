# KBUILD-FACTS 15: a private variable behind an exported one.
# COVERS: kbuild/15-private-and-export
export X = [$(_X)]
_X = global
all: vmlinux
vmlinux: private _X = link
vmlinux: part
	@echo "$@ $$X"
part:
	@echo "$@ $$X"
