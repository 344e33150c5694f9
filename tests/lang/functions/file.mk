# file: writing, appending, reading.
# COVERS: function/file
$(file >f1,abc)$(info [$(file <f1)])
$(file >>f1,def)$(info [$(file <f1)])
$(file > f1 ,  x)$(info [$(file < f1)])
$(file >f2)$(file >f3)$(file >>f3)$(file >>f3,)$(file >f4,)
define NL
a

endef
$(file >f5,$(NL))$(info [$(file <f5)] [$(file <none)])
$(file >>  f6  ,a,b)$(file >>f7 x,z)$(info [$(file <f6)] [$(file <f7 y)])
$(file >$$x,$$(y))
$(shell printf 'a\n\nb\n\n' >f8)$(info [$(file <f8)])
$(shell printf 'a\n\nb' >f9)$(info [$(file <f9)])
$(call file,>f10,a)$(info [$(call file,<f10)])
$(file >=a,x)
all:;@echo $(file >f11,$@)$(file <f11)
