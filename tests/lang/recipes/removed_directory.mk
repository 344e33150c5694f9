# A make whose working directory was removed says so, and has no CURDIR.
# COMPAT: 4.4.1
# COVERS: message/getcwd message/unknown-directory variable/CURDIR
# FILE: sub.mk
# $(info <$(CURDIR)> <$(abspath x)> <$(realpath .)> <$(wildcard *)>)
# simple:; @true
# more:; @true; pwd > /dev/null; echo more
# END
all:
	@mkdir d; cd d; rmdir ../d; $(MAKE) -f ../sub.mk simple || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -w -f ../sub.mk more || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -C . -f sub.mk || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -C . -f ../sub.mk || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -C .. -f sub.mk || echo failed $$?
