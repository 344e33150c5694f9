# A recipe's lines are all expanded before the first runs, each recipe when its target is made.
all: a b
a:
	@echo x > file
	@echo "[$(wildcard file)]"
b:
	@echo "[$(wildcard file)] $(shell cat file)"
