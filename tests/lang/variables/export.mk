# export, unexport, export of nothing, target-specific export; what recipes and $(shell) see.
# COVERS: directive/export directive/unexport
# ENV: FROM_ENV=e CHANGED=e GONE=e
A = a
export A
export B = b
export C := $(A)$(A)
D = not exported
unexport GONE
CHANGED = file
show = echo "$$A|$$B|$$C|$$D|$$FROM_ENV|$$CHANGED|$$GONE|$$T"
$(info $(shell $(show)))
all: t
	@$(show)
t: export T = target
t: export D = d
t: A = t
t:
	@$(show)
