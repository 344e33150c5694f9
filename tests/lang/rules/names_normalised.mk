# ./x is x in $^ and as a target; variables keep it; a trailing slash is another name.
v = ./x
all: ./x $(v) ././y k/ k
	@echo '$^' '$(v)'
x y k k/:
	@echo making $@
