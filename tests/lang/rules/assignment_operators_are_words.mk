# In targets an assignment operator is a word, but for a `!=` that does not begin one and what a backslash quotes.
# COVERS: rule/several-targets
# RUN: -k all
# RUN: -k -f pattern.mk
# STATUS: 2
# FILE: pattern.mk
# %.y %.=x: %.y
# END
equal := =
a=b x+=y d ?=e !=f g!=h i\=j: ; @echo '[$@]'
all: a $(equal) b x +$(equal) y d ?$(equal) e !$(equal) f g! h i$(equal)j
