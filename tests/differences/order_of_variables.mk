# The names in .VARIABLES come in another order.
# DIFFERS: output differs
$(info $(filter-out -%,$(filter %C,$(.VARIABLES))))
$(info $(filter %FLAGS,$(.VARIABLES)))
all:;
