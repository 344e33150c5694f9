# A further rule of a `::` name, which -W or the search of an implicit rule enters, is needed by what entered it, or nothing.
# RUN: -r -W d.c
# RUN: -k
# RUN: -r -k -W d.c b
# RUN: -r -k t
all: d.c f
d.c:: a
a: ;
e%o %.o: d.c
	echo '$$A'
b: d.c
%.z: %.y; echo $@
%.y: d.c; echo $@
t: t.z u.z
