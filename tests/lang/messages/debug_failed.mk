# After an error that ends everything --debug tells nothing more; with -k it goes on.
# COVERS: message/debug-giving-up message/debug-failed message/debug-question
# NORM: version
# RUN: --debug=v
# RUN: --debug=v -k
# RUN: --debug=v -q
# RUN: --debug=b y
# RUN: --debug=v -k nothere
# RUN: --debug=v -i
all: x y; @echo all
x:; @exit 2
y: z; @echo y
z:; @exit 3
