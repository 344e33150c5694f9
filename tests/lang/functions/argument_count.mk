# Too few arguments: counted after they were expanded, except where the function expands them itself.
# RUN: 'E=$(subst a,b)'
# RUN: 'E=$(subst )'
# RUN: 'E=$(word $(info first))'
# RUN: 'E=$(foreach $(info never),a)'
# RUN: 'E=$(if x)'
# RUN: 'E=$(let a,b)'
# RUN: 'E=$(intcmp 1)'
# RUN: 'E=$(call subst,a,b)'
# RUN: 'E=$(call if,x)'
# RUN: 'E=$(filter a)'
# RUN: 'E=$(strip a,b) $(words a,b) $(info a,b)'
# RUN: 'E=[$(and )$(or )$(sort )$(dir )$(call )$(abspath )$(lastword )]'
$(info [$(E)])
all:;@:
