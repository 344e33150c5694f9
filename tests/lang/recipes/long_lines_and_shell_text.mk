# Quotes, backslashes, dollar signs and here-documents reach the shell as written.
all:
	@printf '%s\n' 'a\b' "c\\d" e\ f '$$HOME' "$$(echo sub)" `echo back`
	@echo "two \
words" 'single \
quoted'
	@echo a; \
	 echo b
	@for i in 1 2; do \
		echo $$i; \
	done
	@echo a#b "# c" # comment for the shell
