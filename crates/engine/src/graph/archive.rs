//! Archive members as targets: `lib(member)` (manual 11).

use rkbuild_base::BString;
use rkbuild_eval::Session;
use rkbuild_eval::archive::members;
pub use rkbuild_eval::archive::split;

use crate::graph::times::Time;

/// True when an archive's member is the one a makefile means: by its last path component, cut as `ar` cuts names.
fn same_member(wanted: &[u8], found: &[u8]) -> bool {
    let wanted = wanted.rsplit(|c| *c == b'/').next().unwrap_or_default();
    let found = found.rsplit(|c| *c == b'/').next().unwrap_or_default();
    wanted == found
}

/// The time of the member in the archive at that path; missing when either is.
pub fn time_of(session: &Session, archive: &[u8], member: &[u8]) -> Time {
    if let Some(eyes) = session.host().eyes() {
        eyes.compares_other_times();
    }
    let data = match session.host().read(&session.dir, archive) {
        Ok(data) => data,
        Err(error) => {
            session.note_scarce(archive, &error);
            return Time::MISSING;
        }
    };
    let found = members(&data).and_then(|m| m.into_iter().find(|m| same_member(member, &m.name)));
    // `ar` writes no times when it is told to be deterministic: then nothing can be up to date.
    found.filter(|m| m.time > 0).map_or(Time::MISSING, |m| Time::at(m.time * 1_000_000_000))
}

/// `-t` on `lib(member)`: sets the member's time to that of the archive after it was written.
pub fn touch(session: &Session, name: &[u8]) -> Result<(), BString> {
    let Some((archive, member)) = split(name) else { return Ok(()) };
    let fail = |text: &[&[u8]]| Err(BString::from(text.concat()));
    let dir = session.dir.clone();
    let mut data = match session.host().read(&dir, archive) {
        Ok(data) => data,
        Err(error) => {
            session.note_scarce(archive, &error);
            return fail(&[b"touch: Archive '", archive, b"' does not exist"]);
        }
    };
    let Some(members) = members(&data) else {
        return fail(&[b"touch: '", archive, b"' is not a valid archive"]);
    };
    let Some(found) = members.into_iter().find(|m| same_member(member, &m.name)) else {
        return fail(&[b"touch: Member '", member, b"' does not exist in '", archive, b"'"]);
    };
    // The member's time is the one the archive has had so far.
    let before = session.host().stat(&dir, archive).map_or(0, |meta| meta.mtime_ns);
    let seconds = before.div_euclid(1_000_000_000);
    let text = format!("{seconds:<12}");
    if let Some(slot) = data.get_mut(found.header + 16..found.header + 28) {
        slot.copy_from_slice(text.as_bytes().get(..12).unwrap_or_default());
    }
    match session.host().write(&dir, archive, &data, false) {
        Ok(()) => Ok(()),
        Err(_) => fail(&[b"touch: Bad return code from ar_member_touch on '", archive, b"'"]),
    }
}
