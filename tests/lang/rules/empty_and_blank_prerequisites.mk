# Rules whose parts expand to nothing.
nothing =
$(nothing): a
$(nothing) $(nothing):
	@echo no
all: $(nothing) ; @echo '[$^]'
a:
