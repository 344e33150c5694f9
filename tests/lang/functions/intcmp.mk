# intcmp: integers of any size. 4.4.1 compares negative ones by size.
# COVERS: function/intcmp
$(info [$(intcmp 1,1)] [$(intcmp 1,2)] [$(intcmp  01 , 1 )] [$(intcmp 1,+1)] [$(intcmp -0,0)] [$(intcmp -0012,-12)] [$(intcmp +007,7)])
$(info [$(intcmp 1,2,l)] [$(intcmp 2,2,l)] [$(intcmp 3,2,l)] [$(intcmp 1,2,l,e)] [$(intcmp 2,2,l,e)] [$(intcmp 3,2,l,e)] [$(intcmp 3,2,l,e,g)] [$(intcmp 3,2,l,e,)])
$(info [$(intcmp 1,2, l ,e,g)] [$(intcmp 2,2,l, e ,g)] [$(intcmp 3,2,l,e, g )] [$(intcmp 3,2, a , b,c,d)] [$(intcmp 1,2,a,$(info never),$(info never))])
$(info [$(intcmp 99999999999999999999,99999999999999999998,l,e,g)] [$(intcmp 0099999999999999999999,99999999999999999999)] [$(intcmp -99999999999999999999,9,l,e,g)])
$(info $(intcmp -2,-1,l,e,g)$(intcmp -1,-2,l,e,g)$(intcmp -10,-9,l,e,g)$(intcmp -1,1,l,e,g)$(intcmp 1,-1,l,e,g)$(intcmp 0,-1,l,e,g)$(intcmp -000,0000,l,e,g))
all:;@:
