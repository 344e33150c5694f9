# --trace tells of recipes that come to nothing, not of those that are written so; n among the words of --debug ends it.
# NORM: version
# RUN: --trace
# RUN: --trace -n
# RUN: --trace -q a
# RUN: --trace -t
# RUN: --trace --debug=n
# RUN: --debug=n,b --trace blank
all: a b blank c
a: ; +$(E)
b:
	$(E)
	@$(E)
c:
	$(E)
	+$(E)
blank:
	@
	-+
