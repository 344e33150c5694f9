# A colon, a semicolon or an operator that comes out of a variable: what is written behind the reference stands right behind what
# came out of it, and gets no blank of its own.
# RUN: -k
# RUN: -k -n
A := a: ;echo PASS
B := b: x = 1
C := c: s
D := d: ; echo s
E := e:
F := :
G := &:
H := h: v +=
I := ;
J := j: ; echo 1
K := :;
L := l :: ; @echo
M := m: n = 1; echo
N := n: y :
P = p: ; echo p $$(late)
all: a b c d e f g1 g2 h i j k l m n o p q r
late = early
$(A)
$(B)2
b: ; @echo "b [$(x)]"
$(C)2 s3
c: ; @echo "c [$^]"
s2 s3:;
$(D)$(D) 4
$(E)s2; echo "[$^]"
f$(F)s2 s3$(I)echo "[$^]"
g1 g2 $(G)$(I)echo "$@"
$(H)$(H)1$(F)
h: ; @echo "h [$(v)]"
i$(F) s2 $(I)$(I) echo i
$(J)$(J)  2   3
k $(K)echo k$(K)
$(L)1 $(L)2
$(L)3	4
$(M)$(M) x
m: ; @echo "m [$(n)]"
$(N)=1$(F)
n: ; @echo "n [$(y)]"
o: $(I)echo o
# The text behind a semicolon that came before the colon, or with it, is expanded at once, and again when it is run.
$(P) $(late) $$(late) $@
q $(G)$(I) echo '$(late) $$(late) $@'
r: $(I) echo '$(late) $$(late) $@'
late = late
