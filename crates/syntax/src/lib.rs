//! rkbuild-syntax.
