# abspath: text alone.
# COVERS: function/abspath
D := $(CURDIR)
rel = $(patsubst $(D)%,.%,$(abspath $1))
$(info [$(call rel,a ./b a//b///c a/../../$(notdir $(D))/d a/ . ./../$(notdir $(D)) ~/x)])
$(info [$(abspath /x//y/./z/.. / // /.. /../a /a/../../.. /.)] [$(abspath )])
all:;@:
