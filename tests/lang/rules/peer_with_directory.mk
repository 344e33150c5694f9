# A peer is named with the whole stem, the directory that was taken off included.
# RUN: -r d/x.y
# RUN: -r d/ex.o
# RUN: -r dir/x.o
all: 
e%o %.y: ; mkdir -p d; touch $@
dir/%.o %.z: ; mkdir -p dir; touch $@
