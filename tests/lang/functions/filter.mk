# filter and filter-out: order and repetition stay; many words; quoted %.
# COVERS: function/filter function/filter-out
L := a.c b.h  a.o a.c q
$(info [$(filter %.c a.o,$(L))] [$(filter-out %.c a.o,$(L))] [$(filter ,$(L))] [$(filter-out ,$(L))] [$(filter a,)])
$(info [$(filter a\%b %x\%,a%b c ax%)] [$(filter \\%,\a \\a)] [$(filter \\\%,\% \\% \a)])
$(info [$(filter %%,a%% a% b)] [$(filter %b%,ab% ab)] [$(filter a%b%,axb% axb)] [$(filter %,$(L))] [$(filter-out %,$(L))])
MANY := 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 %5 3%
$(info [$(filter $(MANY),25 21 2 35 3x x3 20 2 200)] [$(filter-out $(MANY),25 21 2 35 3x x3 20 2 200)])
all:;@:
