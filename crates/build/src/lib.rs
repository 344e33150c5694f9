//! rkbuild-build.
