# Inside references of a recipe, continuations become spaces before anything is expanded.
f = [$1]
all:
	@printf '%s\n' '$(call f,(a  \
	 b)\
 c)' \
	x '$(call f,a{ \
    b)'
	@printf '%s\n' '$$(a \
	b)' '$(call f,x\
)' '$(call f,x \
	\
	\
 y)'
	@printf '%s\n' '$(call f,a\\\
  b)'
semi: ; @echo $(call f,a \
	b) c
.DEFAULT_GOAL = both
both: all semi
