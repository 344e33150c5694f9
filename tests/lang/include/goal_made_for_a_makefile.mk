# A goal of the command line that is made for a makefile, and would be removed as intermediate, stays: there is no end to it else.
# SH: touch -d 2001-01-01 Makefile
# RUN: a
# SH: rm -f a; touch -d 2001-01-01 Makefile
# RUN: -k a b
d% %: % ./a
	@mkdir -p $(@D) && touch '$@'
