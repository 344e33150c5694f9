//! rkbuild-host.
