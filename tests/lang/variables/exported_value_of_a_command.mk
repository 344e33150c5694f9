# What a command in an exported value sees of other exported variables is theirs of now.
export A := 1
export LC_A := 1
export B = $(shell expr x : x >/dev/null; echo "A=$$A")
export C = $(shell expr x : x >/dev/null; env | grep '^LC_A=')
$(info $(shell echo "$$B $$C") $(shell echo "$$B $$C"))
A := 2
$(info $(shell echo "$$B $$C") $(shell echo "$$B $$C"))
LC_A := 2
$(info $(shell echo "$$B $$C") $(shell echo "$$B $$C"))
unexport A
$(info $(shell echo "$$B $$C") $(shell echo "$$B $$C"))
export A
all: a b c d
	@echo $@ "$$B"
a: A := 4
a b: ; @echo $@ "$$B"
c: export D := 1
c: A := 5
c: d
c d: ; @echo $@ "$$B" $$D
