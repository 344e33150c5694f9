# A command of $(shell) that ends with 127: what it wrote is its value; to 4.3 it is what went wrong, and shown.
# RUN:
$(info [$(shell echo a; echo b; exit 127)] $(.SHELLSTATUS))
X != echo c; exit 127
$(info [$X] $(flavor X) $(.SHELLSTATUS))
$(info [$(shell printf x; exit 127)])
$(info [$(shell printf x; exit 126)][$(shell kill -9 $$$$)] $(.SHELLSTATUS))
$(info [$(shell nothere)][$(shell ./)] $(.SHELLSTATUS))
all: ; @echo "[$(shell echo in; exit 127)]"
