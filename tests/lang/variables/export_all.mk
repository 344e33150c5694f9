# export without names exports everything but what unexport names; names a shell cannot have stay out.
export
a = 1
b-c = 2
unexport d
d = 3
all:
	@echo "$$a|$$d"; env | grep -c '^b-c=' || :
