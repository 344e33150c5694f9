# A second recipe for a target warns and wins.
t:; @echo old
t:; @echo new
all: t
