//! The order in which GNU make goes through its files, as in the `rm` line of intermediate files and in the data base.

use rkbuild_eval::slots::{SLOTS, file_hash, in_order};
use rkbuild_eval::{FileId, Session};

/// All files of a session, in the order of the table.
pub(crate) fn table_order(session: &Session) -> Vec<FileId> {
    let files = session.targets.files.iter().enumerate().filter_map(|(at, target)| {
        let file = FileId::at(at);
        // A name's further `::` rules hang on the first.
        (session.targets.head(file) == file).then(|| (file, file_hash(session.text(target.name))))
    });
    in_order(files, SLOTS).0
}
