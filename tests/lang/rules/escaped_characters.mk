# Spaces, colons, percent signs and number signs in names.
all: a\ b c\:d h\#x
a\ b c\:d h\#x:
	@echo '[$@]'
