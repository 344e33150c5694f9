//! A fact: what was answered about a file, and whether the same would be answered now.

use std::sync::{Arc, Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};
use rkbuild_base::options::Options;
use rkbuild_host::eyes::{self, Answer, Ask, Seen, used};
use rkbuild_host::{Dir, Host, Listing, Meta, Permission, Place, matches};
use rustc_hash::FxHashMap;

/// An answer to a question about an absolute path.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// How it was asked.
    pub ask: Ask,
    /// What was answered.
    pub answer: Answer,
    /// The hash of the contents, where they were used.
    pub contents: Option<u128>,
    /// The attributes do not prove that the contents are the same: they were young when they were looked at.
    pub young: bool,
}

/// Where a fact is looked at: a path, and the directory that was opened to look at many.
pub struct Spot<'a> {
    /// The root directory, from which absolute paths start.
    pub root: &'a Dir,
    /// The path's directory, if it could be opened.
    pub place: Option<&'a Place>,
    /// The path's last part.
    pub name: &'a BStr,
    /// Makes the whole path.
    pub path: &'a dyn Fn() -> BString,
    /// What lists of options say.
    pub lists: &'a Lists,
}

/// Lists of options that were read: each make of a kernel depends on the same one.
#[derive(Debug, Default)]
pub struct Lists(Mutex<FxHashMap<BString, List>>);

/// The attributes a list had, and what it says; `None` for what is none.
type List = (Meta, Option<Arc<Options>>);

impl Lists {
    /// What the list at a path says, whose attributes are these; `None` where it is none.
    fn read(&self, host: &Host, root: &Dir, path: &BStr, meta: &Meta) -> Option<Arc<Options>> {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, options)) = lists.get(path)
            && of == meta
        {
            return options.clone();
        }
        let now = host.now_ns();
        let text = if meta.is_file() { host.read(root, path).ok() } else { None };
        let options = text.and_then(|text| Options::read(&text)).map(Arc::new);
        // One that was written just now may be written again, and have the same times.
        if !eyes::is_young(meta, now) {
            lists.insert(path.into(), (*meta, options.clone()));
        }
        options
    }
}

impl Fact {
    /// The fact that a look stands for.
    pub fn new(ask: Ask, seen: &Seen) -> Fact {
        Fact { ask, answer: seen.answer.clone(), contents: seen.contents, young: seen.young }
    }

    /// The look that stands for the fact, when this of it was used.
    pub fn seen(self, used: u8) -> Seen {
        Seen { used, answer: self.answer, contents: self.contents, young: self.young }
    }

    /// Whether it says no more than that a directory has a name, or has it not: what the directory's own attributes can prove.
    pub fn is_of_names(&self) -> bool {
        const ENOENT: i32 = 2;
        match self.answer {
            Answer::There => self.ask == Ask::Lstat,
            Answer::Failed(ENOENT) => matches!(self.ask, Ask::Stat | Ask::Lstat),
            _ => false,
        }
    }

    /// Whether it tells the attributes of a directory.
    pub fn is_of_directory(&self) -> bool {
        matches!(&self.answer, Answer::Meta(meta) if meta.is_dir())
    }

    /// The fact as whoever looks next sees it, where a file was written again and nothing of it is different that does not differ each time:
    /// its times, and which file it is. `None` where it is the same file still, and where more is different.
    pub fn renewed(&self, host: &Host, spot: &Spot<'_>) -> Option<Fact> {
        let Answer::Meta(before) = &self.answer else { return None };
        let path = (spot.path)();
        let (ask, path) = match self.ask {
            Ask::Options => (Ask::Stat, path.split(|c| *c == 0).next().unwrap_or_default()),
            ask => (ask, path.as_slice()),
        };
        let now = host.look_unseen(ask, spot.root, path).ok()?;
        let young = eyes::is_young(&now, host.now_ns());
        let other = before != &now && self.broken(host, spot) & !(used::TIME | used::SAME | used::FILE) == 0;
        other.then(|| Fact { answer: Answer::Meta(now), young, ..self.clone() })
    }

    /// What of the fact does not hold any more: bits of [`used`]. `host` notes nothing.
    pub fn broken(&self, host: &Host, spot: &Spot<'_>) -> u8 {
        match self.ask {
            Ask::Stat | Ask::Lstat => self.broken_attributes(host, spot),
            Ask::Options => self.broken_options(host, spot),
            Ask::Link => self.differs(host.read_link(spot.root, &(spot.path)()).map(Into::into)),
            Ask::Real => self.differs(host.realpath(spot.root, &(spot.path)()).map(Into::into)),
            Ask::Execute => self.differs(host.access_exec(spot.root, &(spot.path)()).map(|()| Vec::new())),
            Ask::Read => self.permitted(host, spot, Permission::Read),
            Ask::Write => self.permitted(host, spot, Permission::Write),
            Ask::Names => {
                let names = host.names_of(spot.root, &(spot.path)());
                self.differs(names.map(|names| names.digest(|_| true).into()))
            }
            Ask::Glob => {
                let path = (spot.path)();
                let (parent, pattern) = split(path.as_bstr());
                let names = host.names_of(spot.root, parent);
                self.differs(names.map(|names| names.digest(|name| matches(pattern, name)).into()))
            }
        }
    }

    /// Whether this listing of the directory would have been answered.
    pub fn is_listing(&self, path: &BStr, listing: &Listing) -> bool {
        let digest = match self.ask {
            Ask::Glob => listing.digest(|name| matches(split(path).1, name)),
            _ => listing.digest(|_| true),
        };
        self.answer == Answer::Text(digest)
    }

    fn permitted(&self, host: &Host, spot: &Spot<'_>, permission: Permission) -> u8 {
        self.differs(host.access(spot.root, &(spot.path)(), permission).map(|()| Vec::new()))
    }

    fn differs(&self, now: std::io::Result<Vec<u8>>) -> u8 {
        let same = match (&self.answer, &now) {
            (Answer::Text(before), Ok(now)) => before == now,
            (Answer::Failed(_), Err(error)) => self.answer == Answer::failed(error),
            _ => false,
        };
        if same { 0 } else { used::ALL }
    }

    fn broken_attributes(&self, host: &Host, spot: &Spot<'_>) -> u8 {
        let follow = self.ask == Ask::Stat;
        let now = match spot.place {
            Some(place) => host.stat_in(place, spot.name, follow),
            None => host.look_unseen(self.ask, spot.root, &(spot.path)()),
        };
        match (&self.answer, now) {
            (Answer::There, Ok(_)) => 0,
            (Answer::Failed(_), Err(error)) if self.answer == Answer::failed(&error) => 0,
            (Answer::Meta(before), Ok(now)) => self.broken_meta(before, &now, host, spot),
            _ => used::ALL,
        }
    }

    fn broken_meta(&self, before: &Meta, now: &Meta, host: &Host, spot: &Spot<'_>) -> u8 {
        // What device a device file stands for is part of what it is.
        let now = &Meta { rdev: before.rdev, ..*now };
        let proved = before == now && !self.young;
        if proved || before == now && self.contents.is_none() {
            return 0;
        }
        if before.kind() != now.kind() {
            return used::ALL;
        }
        let mut broken = if before == now { 0 } else { used::SAME };
        if (before.mode, before.uid) != (now.mode, now.uid) || before.size != now.size && !now.is_dir() {
            broken |= used::SHAPE;
        }
        if (before.dev, before.ino) != (now.dev, now.ino) {
            broken |= used::FILE;
        }
        if before.mtime_ns != now.mtime_ns {
            broken |= used::TIME;
        }
        if let Some(contents) = self.contents
            && (before.size != now.size || self.contents_now(host, spot) != Some(contents))
        {
            broken |= used::CONTENTS;
        }
        broken
    }

    /// Whether a list of options says the same of those that were asked for.
    fn broken_options(&self, host: &Host, spot: &Spot<'_>) -> u8 {
        let path = (spot.path)();
        let mut names = path.split(|c| *c == 0);
        let file = names.next().unwrap_or_default();
        let (Answer::Meta(before), Ok(now)) = (&self.answer, host.look_unseen(Ask::Stat, spot.root, file))
        else {
            return used::ALL;
        };
        if *before == now && !self.young {
            return 0;
        }
        // Make warns of what is in the future.
        if now.mtime_ns > host.now_ns() {
            return used::ALL;
        }
        let options = spot.lists.read(host, spot.root, file.as_bstr(), &now);
        let values = options.map(|options| options.values_of(names));
        let same = values.is_some_and(|values| Some(eyes::hash(&values)) == self.contents);
        if same { 0 } else { used::ALL }
    }

    fn contents_now(&self, host: &Host, spot: &Spot<'_>) -> Option<u128> {
        let data = match spot.place {
            Some(place) => host.read_in(place, spot.name),
            None => host.read(spot.root, &(spot.path)()),
        };
        data.ok().map(|data| eyes::hash(&data))
    }
}

/// The directory whose listing a fact is about, by the fact's path.
pub fn listed(ask: Ask, path: &BStr) -> &BStr {
    match ask {
        Ask::Glob => split(path).0,
        _ => path,
    }
}

/// The directory of an absolute path and its last part.
pub fn split(path: &BStr) -> (&BStr, &BStr) {
    match path.rfind_byte(b'/') {
        None => (BStr::new(b"/"), path),
        Some(0) => (BStr::new(b"/"), path.get(1..).unwrap_or_default().as_bstr()),
        Some(at) => {
            let (dir, name) = path.split_at(at);
            (dir.as_bstr(), name.get(1..).unwrap_or_default().as_bstr())
        }
    }
}
