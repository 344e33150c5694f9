# What a target adds to .SHELLFLAGS is all there is of them, and what is stored is expanded once more.
# COMPAT: 4.4.1
# RUN: a
# RUN: b
# RUN: c
# RUN: d
# RUN: e
# RUN: f
.SHELLFLAGS = -ec
X = -uc
a: .SHELLFLAGS += -x
a: ; @echo a; echo '$(.SHELLFLAGS)'
b: .SHELLFLAGS := -e
b: .SHELLFLAGS += -c
b: ; @echo b; false; echo '$(.SHELLFLAGS)'
c: .SHELLFLAGS = $(X)
c: d; @echo $$U
d: .SHELLFLAGS += -c
d: ; @echo d; ls
e: .SHELLFLAGS := $$(X)
e: ; @echo $$U
f: .SHELLFLAGS := $$(X)
f: ; $(shell echo $$U)
