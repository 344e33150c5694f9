# `$<` names the archive too where the first prerequisite is a member; in the lists the member alone stands.
# COVERS: automatic/$< rule/archive-member
# RUN: -s all lib(c)
all: lib(a b) x(y) | z(q) ; @echo '$< $^ $+ $? $|' $(<D) $(<F) $(^D) $(^F)
(%): first(%) ; @echo '$@ $% $< $^'
first(%): ; @echo '$@ $% $<'
first(a) first(b) first(c) first(q) first(y): ; @echo '$@ $%'
