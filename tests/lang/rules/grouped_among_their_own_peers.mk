# Targets of a `&:` rule, and a target that a pattern rule names twice, are their own peers: what -n and -t only pretend is seen through.
# WITHOUT: q
# SH: touch b d.c
# RUN: -rn d.c k.d
# RUN: -rt z.x m.z
# SH: rm -f b d.c z.x m.z k l; touch -d 2001-01-01 k k.d m.z
# RUN: -rq k.d
# RUN: -rt z.x m.z
# RUN: -rn d.c k.d m.z
d.c: b; echo $@ $?
c e.c b &: ; touch $@
k.d: k l; echo $@ $?
k l &: FORCE ; +touch k
FORCE:
%.z %.w %.z:
	+$(if $(A),,touch $*.z)
	@-touch $@
%.x: %.v; touch $@
%.v %.u %.v: ; +touch $*.v
