//! What a session knows of the lines of lists: which file each names, and whether that is there, each found out once.

use std::sync::Arc;

use rkbuild_host::Listing;
use rkbuild_syntax::LineId;

use crate::Session;
use crate::function::names::split_dir;
use crate::target::FileId;

/// What is known of lines, by number.
#[derive(Debug, Default)]
pub struct Met {
    files: Vec<Option<FileId>>,
    there: Vec<There>,
    /// When nothing was running that could change a file.
    epoch: Option<u64>,
    /// The directories `there` was taken from, as they were.
    dirs: Vec<(Vec<u8>, Arc<Listing>)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum There {
    #[default]
    Unknown,
    Yes,
    No,
}

/// From so many directories on it is quicker to look for names than to find out that none has changed.
const MOST_DIRS: usize = 8;

impl Met {
    /// The file that a line names, if it was met before.
    pub(crate) fn file(&self, line: LineId) -> Option<FileId> {
        *self.files.get(line.index())?
    }

    /// Keeps which file a line names.
    pub(crate) fn set_file(&mut self, line: LineId, file: FileId) {
        let at = line.index();
        if at >= self.files.len() {
            self.files.resize((at + 1).next_power_of_two(), None);
        }
        self.files[at] = Some(file);
    }
}

impl Session {
    /// Forgets which files are there, if any may have come or gone: a list is about to be expanded.
    pub(crate) fn look_again(&mut self) {
        let host = self.host().clone();
        let epoch = host.quiet_epoch();
        if epoch.is_some() && epoch == self.met.epoch {
            return;
        }
        let met = &mut self.met;
        let same = |(path, before): &(Vec<u8>, Arc<Listing>)| {
            host.names_of(&self.dir, path).is_ok_and(|now| Arc::ptr_eq(&now, before))
        };
        if met.dirs.len() > MOST_DIRS || !met.dirs.iter().all(same) {
            met.there.fill(There::Unknown);
            met.dirs.clear();
        }
        met.epoch = epoch;
    }

    /// Whether the file of a line is there, be it a symbolic link to nothing.
    pub(crate) fn line_is_there(&mut self, line: LineId) -> bool {
        let at = line.index();
        match self.met.there.get(at) {
            Some(There::Yes) => return true,
            Some(There::No) => return false,
            _ => {}
        }
        let host = self.host().clone();
        let path = self.shared.lists.line(line).written;
        let (parent, name) = split_dir(path);
        let known = self.met.dirs.iter().find(|(dir, _)| dir == parent).map(|(_, listing)| listing.clone());
        let listing = known.or_else(|| {
            let listing = host.names_of(&self.dir, parent).ok()?;
            self.met.dirs.push((parent.to_vec(), listing.clone()));
            Some(listing)
        });
        // Where a directory can't be read, names in it may still be found.
        let Some(listing) = listing else { return host.link_kind(&self.dir, path).is_ok() };
        let there = host.has_name(&self.dir, parent, Some(&listing), name);
        if at >= self.met.there.len() {
            self.met.there.resize((at + 1).next_power_of_two(), There::Unknown);
        }
        self.met.there[at] = if there { There::Yes } else { There::No };
        there
    }
}
