# The warning about a group names the line of the recipe.
# COVERS: message/overriding-group
# RUN: -r
# STATUS: 0
b g.y &: ; @-echo '$<'
b c &:
	@echo '$@'
