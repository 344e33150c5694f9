# A reference with another one in it whose brackets don't match is a name up to the first closing one, and the rest of the text is lost.
# RUN:
foo = FOO
bar = BAR
open := $$(
$(open)foo := found
f = <$1> $($(foo) $1
a1 = 0$($(foo)1$(bar)2
a2 = 0$($(foo)1$(bar))2
a3 = 0$($(foo 1) 2 $(bar)
a4 = [$(subst 0,$($(foo),x 0) y)] $(bar)
a5 = $(if a,$($(foo),b) c)d
a6 = ${$(foo}1${bar}
a7 = $($(foo:a=b) $(bar)
a8 = $(call f,$($(foo)) x)
a9 = $(foreach x,1 2,$($(foo)$x) $x)
all: ; @$(foreach v,a1 a2 a3 a4 a5 a6 a7 a8 a9,$(info $v [$($v)]))
