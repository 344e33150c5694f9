# `$` before white space refers to a variable of that name, even at the end of a line.
# COVERS: option/--warn-undefined-variables
# RUN: --warn-undefined-variables
x$  = 1
undefine y$ 
export z$ 
define w$ 
a$
b
endef
ifdef v$ 
endif
all$ : ; @echo $x '$(w)' $ 
