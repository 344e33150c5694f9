# ifdef tests a variable's value without expanding it; its name is expanded.
bar = true
foo = bar
nothing =
indirect = $(nothing)
ifdef $(foo)
$(info computed)
endif
ifdef indirect
$(info has a value that expands to nothing)
endif
ifdef nothing
$(info no)
endif
simple := $(nothing)
ifndef simple
$(info simple is empty)
endif
all:;
