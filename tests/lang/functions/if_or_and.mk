# if, or and and: space around a condition as written does not count, space that it expands to does.
# COVERS: function/and function/if function/or
define SP
 
endef
$(info [$(if  ,a,b)] [$(if x, a , b )] [$(if ,a, b )] [$(if $(E) ,a)] [$(if x,a,b,c)] [$(if ,a,b,c)] [$(if $(SP),y,n)])
$(info [$(or  , a , b)] [$(or a b , c)] [$(or )] [$(or ,)] [$(or ,$(E) , $(E)x )] [$(or $(SP),b)] [$(or a,$(info never))])
$(info [$(and a , b )] [$(and a,,$(info never))] [$(and )] [$(and a)] [$(and a,b, c d )] [$(and a,$(SP))] [$(or  $(SP)x$(SP) ,b)])
$(info [$(if x,$(info then),$(info never))] [$(if ,$(info never),$(info else))] [$(and $(info once)a,b)])
all:;@:
