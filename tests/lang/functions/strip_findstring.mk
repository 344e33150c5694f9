# strip and findstring.
# COVERS: function/findstring function/strip
define NL
a
 b	c 

endef
$(info [$(strip  a	 b  )] [$(strip )] [$(strip $(NL))])
$(info [$(findstring a,b a c)] [$(findstring ,x)] [$(findstring a b,xa by)] [$(findstring z,xa by)] [$(findstring %,a%)])
all:;@:
