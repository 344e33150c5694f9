//! What only a build shows: rules whose recipes ran, ended well, and did not write their targets.

use rkbuild_base::{BStr, ByteSlice};
use rkbuild_host::{Dir, Host};

use crate::explain::paths::absolute;
use crate::last::record::{Made, Record};
use crate::lint::report::Report;

/// The last build that is remembered, as the checks see it.
pub struct Built<'a> {
    host: &'a Host,
    dir: &'a Dir,
    record: Record,
}

impl<'a> Built<'a> {
    /// The build of `record`; makefiles are named as seen from `dir`.
    pub fn new(host: &'a Host, dir: &'a Dir, record: Record) -> Built<'a> {
        Built { host, dir, record }
    }

    /// Adds the rules of a makefile. One that was changed since may have been mended.
    pub fn check(&self, report: &mut Report<'_>) {
        if self.record.unwritten().next().is_none() {
            return;
        }
        let meta = self.host.stat(self.dir, &report.source.path);
        if !meta.is_ok_and(|meta| meta.mtime_ns / 1_000_000_000 <= self.record.began) {
            return;
        }
        let path = absolute(self.dir.path(), &report.source.path);
        for made in self.record.unwritten() {
            let Some((file, line)) = place(made) else { continue };
            if absolute(made.target.directory.as_bytes(), file) == path {
                let name = &made.target.name;
                report.add_line(
                    "target-not-written",
                    line,
                    format!("this recipe ran in the last build, and {name} was not there after it"),
                    "write $@, or name the target in .PHONY if it is no file",
                );
            }
        }
    }
}

/// The makefile and the line of the first command of a recipe.
fn place(made: &Made) -> Option<(&BStr, u32)> {
    let (file, line) = made.target.place.rsplit_once(':')?;
    Some((file.as_bytes().as_bstr(), line.parse().ok()?))
}
