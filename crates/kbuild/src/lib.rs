//! rkbuild-kbuild.
