# What word and wordlist say of numbers that are none.
# COVERS: message/word-not-numeric message/word-zero message/wordlist-second message/number-out-of-range
# RUN: 'E=$(word 0,a b)'
# RUN: 'E=$(word -1,a b)'
# RUN: 'E=$(word x ,a b)'
# RUN: 'E=$(word ,a b)'
# RUN: 'E=$(word $(F) ,a b)'
# RUN: 'E=$(word 1x,a b)'
# RUN: 'E=$(word 1 2,a b)'
# RUN: 'E=$(word 99999999999999999999,a)'
# RUN: 'E=$(word 99999999999999999999x,a)'
# RUN: 'E=$(word +,a)'
# RUN: 'E=$(wordlist 0,2,a b)'
# RUN: 'E=$(wordlist -007,2,a b)'
# RUN: 'E=$(wordlist 1,-1,a b)'
# RUN: 'E=$(wordlist x,y,a b)'
# RUN: 'E=$(wordlist 0,y,a b)'
# RUN: 'E=$(wordlist 1,,a b)'
# RUN: 'E=$(wordlist ,1,a b)'
# RUN: 'E=$(wordlist 1,99999999999999999999,a)'
# STATUS: 2
$(info [$(E)])
all:;@:
