# A file found along VPATH, or for -lNAME, has a recipe under both names: what is said, and which of them runs.
# SH: mkdir d; touch -d 2001-01-01 d/x libcat.a; touch new
# RUN: x
# RUN: lib
VPATH = d
x: new ; @echo x-recipe $@
d/x: new ; @echo dx-recipe $@
lib: -lcat ; @echo $^
-lcat: new ; @echo lcat-recipe $@
libcat.a: new ; @echo libcat-recipe $@
