# A recipe may look at its own shell: $$ is a process, with the command line of a shell.
all: argument proc number
argument: ; @ps -o stat= -p $$$$ | tr -d 'NlsSRD+<'; ps -o comm= -p $$$$; ps -o args= -p "$$$$"
proc: ; @tr '\0' ' ' </proc/$$$$/cmdline; cat /proc/$$$$/comm; ls -d /proc/$$$$/fd >proc.$$$$ && rm proc.$$$$
number: ; @touch a.$$$$; test -e a.$$$$ && rm a.$$$$
