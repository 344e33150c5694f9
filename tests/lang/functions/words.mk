# word, wordlist, words, firstword, lastword.
# COVERS: function/firstword function/lastword function/word function/wordlist function/words
define NL
a
 b	c 
endef
$(info [$(words $(NL))] [$(words )] [$(words a)] [$(firstword $(NL))] [$(firstword )] [$(lastword a b  )] [$(lastword )])
$(info [$(word  1 ,a b)] [$(word 2,a b)] [$(word 3,a b)] [$(word 3,$(NL))] [$(word +2,a b)])
$(info [$(wordlist 1,2,a  b  c)] [$(wordlist 2,1,a b c)] [$(wordlist 2,9, a  b  c )] [$(wordlist 1,0,a)] [$(wordlist 4,5,a b c)])
$(info [$(wordlist 1,9223372036854775807,a b)] [$(word 9223372036854775807,a b)] [$(wordlist 2,3,$(NL))])
all:;@:
