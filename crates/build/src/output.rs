//! Where temporary files go.

use rkbuild_base::BString;
use rkbuild_eval::Session;

/// The directory for temporary files: MAKE_TMPDIR (4.4), TMPDIR, or `/tmp`.
pub(crate) fn temporary_directory(session: &Session) -> BString {
    let names: &[&[u8]] =
        if session.identity().is_4_4() { &[b"MAKE_TMPDIR", b"TMPDIR"] } else { &[b"TMPDIR"] };
    names
        .iter()
        .filter_map(|name| session.env.get(name))
        .find(|dir| !dir.is_empty())
        .map_or_else(|| "/tmp".into(), |dir| dir.to_owned())
}
