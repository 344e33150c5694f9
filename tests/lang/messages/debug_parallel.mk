# What --debug=v says of targets that others wait for.
# COVERS: message/debug-being-made message/debug-recipe-running
# NORM: version
PICK = sed -n '/$1/p' | sort -u
all:
	@$(MAKE) --no-print-directory -j2 --debug=v top | $(call PICK,are being made)
	@$(MAKE) --no-print-directory -j2 --debug=v top | $(call PICK,is being run)
top: x y ; @echo top
x y: ; @sleep 0.3; echo $@
