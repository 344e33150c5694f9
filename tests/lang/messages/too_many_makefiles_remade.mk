# A makefile that is remade and cannot be read; a directory as a makefile.
# RUN: -f dir
# RUN: -f inc.mk
# FILE: dir/x
# END
# FILE: inc.mk
# all:;
# include dir
# END
