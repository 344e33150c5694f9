//! rkbuild-eval.
