//! rkbuild-shell.
