# sort: bytes, each word once; words that begin outside ASCII come first.
# COVERS: function/sort
$(info [$(sort c b a b  a)] [$(sort )] [$(sort ab a A B _ )] [$(sort file10 file9 file1 longer-name-10 longer-name-1)])
$(info [$(sort é e E ée éa ~ z aé)] [$(sort $(sort b a) A)])
all:;@:
