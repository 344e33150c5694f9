# The first % of each word of a second expansion is the stem; grouped targets are expanded each; errors name the recipe.
# RUN: words
# RUN: d/words
# RUN: 15.x
# RUN: -f place
# FILE: place
# .SECONDEXPANSION:
# all: bye.x
# bye.x: $$(firstword bye.1;
# END
# STATUS: 2
.SECONDEXPANSION:
words d/words: %words: %words.q;
%.q: $$(wordlist 1, 99, %1%2% % 3%4%5 6%) %7%8 %9 $$(wordlist 1, 99, %10% 11%12) 13; @echo '$@ from $^'
.PHONY: words d/words
15.x: 5.z 6.z 5.z | 7.z 7.z 8.z
1.x: 1.z 2.z 2.z | 3.z 4.z
15.x 1.x&: 9.z $$(info @=$$@,<=$$<,^=$$^,+=$$+,|=$$|,?=$$?,*=$$*,%=$$%) ;
%.z: ;
%:;
