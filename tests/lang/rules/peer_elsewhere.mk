# A name no table has is found through vpath wherever any rule mentions it; what is found so is no intermediate file.
# RUN: -r
# RUN: -r g.y
# RUN: -r h.y
vpath %.o dir
vpath h.x dir
all: f.x
%.x: %.o; @echo make $@ from $^
%.o dir/%.o:; @mkdir -p dir; touch $@ dir/$(@F); echo make $@
%.y: %.x; @echo make $@ from $^
.PRECIOUS: dir/h.x
