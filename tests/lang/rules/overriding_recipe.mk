# A second recipe for a target warns and wins.
# COVERS: message/overriding-recipe
t:; @echo old
t:; @echo new
all: t
