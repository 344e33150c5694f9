# Untouched environment variables pass on as they are; their value is recursive when it is expanded.
# ENV: 'RAW=a $$x $(y) #h' 'Q=$x'
y = why
x = ex
CHANGED := $(Q)
$(info [$(RAW)] [$(Q)] $(flavor RAW))
all:
	@printf '%s\n' "$$RAW" "$$Q"
