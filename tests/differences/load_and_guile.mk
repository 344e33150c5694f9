# There are no plug-ins, and no Guile.
# DIFFERS: \+\[\]
# DIFFERS: exit status
$(info [$(filter load,$(.FEATURES))])
-load nothere.so
all:;
