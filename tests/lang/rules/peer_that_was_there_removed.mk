# Of targets made together one that .INTERMEDIATE names goes, although it was there; one that was looked at before stays.
# SH: touch -d 2001-01-01 b d f.x
# RUN:
# RUN: e
# RUN: b
a: c c f.x
b c &: f.x
	-echo yes
.INTERMEDIATE: b d
d g &: f.x; touch $@
e: d g
f.x:
