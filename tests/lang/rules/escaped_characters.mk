# Spaces, colons, percent signs and number signs in names.
all: a\ b c\:d h\#x tilde
a\ b c\:d h\#x:
	@echo '[$@]'
%\%r: ; @echo '[$@] [$*]'
tilde: x%r ; @echo '$^'
