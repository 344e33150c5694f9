# &:: groups.
all: a b
a b &:: ; @echo first $@
a b &:: ; @echo second $@
