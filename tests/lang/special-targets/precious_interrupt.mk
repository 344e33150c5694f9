# A recipe killed by a signal: message, status, and the target that was changed is removed.
# STATUS: 2
all: a
a:
	@echo x > $@; kill -TERM $$$$
