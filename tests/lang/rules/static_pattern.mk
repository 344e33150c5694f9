# Static pattern rules, with filter, with a target that does not match.
# COVERS: rule/static-pattern
objs = a.o b.o c.x
all: $(objs) sub/d.o
$(filter %.o,$(objs)) sub/d.o: %.o: %.c common
	@echo '$@: $< $^ stem $*'
$(filter %.x,$(objs)): %.x:
	@echo '$@ stem $*'
q.z: %.o: %.c
a.c b.c sub/d.c common:
	@echo making $@
