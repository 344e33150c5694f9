# A make whose working directory was removed says so, and has no CURDIR.
# FILE: sub.mk
# $(info <$(CURDIR)> <$(abspath x)> <$(realpath .)> <$(wildcard *)>)
# all:; @echo sub; exec true
# simple:; @true
# END
all:
	@mkdir d; cd d; rmdir ../d; $(MAKE) -f ../sub.mk simple || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) --eval '$(value RULE)' || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -w --eval '$(value RULE)' more || echo failed $$?
	@mkdir d; cd d; rmdir ../d; $(MAKE) -C . || echo failed $$?
define RULE
$(info <$(CURDIR)> <$(abspath x)> <$(realpath .)> <$(wildcard *)>)
all:; @true
more:; @true; pwd | sed s/.*/shown/
endef
