# -jN never runs more than N recipes at once, sub-makes included.
# WITHOUT: n q t
# RUN: -j3
# SH: test "$(sort -n counts | tail -n 1)" -le 3 && rm counts
# FILE: sub.mk
# all: s1 s2 s3 s4
# s1 s2 s3 s4:;@sh ./job.sh
# END
# FILE: job.sh
# touch run.$$
# ls | grep -c '^run\.' >> counts
# sleep 0.05
# rm run.$$
# END
all: a b c sub d
a b c d:
	@sh ./job.sh
sub:
	@$(MAKE) --no-print-directory -f sub.mk
