//! Names of files as people read them: one name for a file in all makes, and short.

use rkbuild_base::{BString, ByteSlice};

/// The absolute path of `name` in the directory `dir`, without `.`, `..` and doubled slashes. Links are not followed: a name
/// stays the one makefiles use.
pub fn absolute(dir: &[u8], name: &[u8]) -> BString {
    let mut parts: Vec<&[u8]> = Vec::new();
    let dir = if name.starts_with(b"/") { &b""[..] } else { dir };
    for part in dir.split(|c| *c == b'/').chain(name.split(|c| *c == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let mut path = BString::default();
    for part in parts {
        path.push(b'/');
        path.extend_from_slice(part);
    }
    if path.is_empty() {
        path.push(b'/');
    }
    path
}

/// What tells a name from others in the whole build: the absolute path of a file; one that is phony is another in each make.
pub fn key(make: u64, dir: &[u8], name: &[u8], phony: bool) -> BString {
    let mut key = absolute(dir, name);
    if phony {
        key.extend_from_slice(format!("\0{make}").as_bytes());
    }
    key
}

/// How `path` is called from the directory `top`: without it where it is below.
pub fn shown(top: &[u8], path: &[u8]) -> String {
    let below =
        path.strip_prefix(top.strip_suffix(b"/").unwrap_or(top)).and_then(|rest| rest.strip_prefix(b"/"));
    below.filter(|rest| !rest.is_empty()).unwrap_or(path).to_str_lossy().into_owned()
}

/// The record kbuild keeps of a file's command: `dir/.name.cmd`.
pub fn record_of(path: &[u8]) -> BString {
    let at = path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    let (dir, name) = path.split_at(at);
    [dir, b".", name, b".cmd"].concat().into()
}

/// `CONFIG_NAME`, where a file is what kbuild touches when that option changes.
pub fn option_of(path: &[u8]) -> Option<BString> {
    let at = path.find(b"include/config/")?;
    let name = path.get(at + b"include/config/".len()..)?;
    let upper = |c: &u8| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'_';
    // Before 5.14 the names were in small letters, in directories.
    let old = name.strip_suffix(b".h").map(|name| name.replace(b"/", b"_").to_ascii_uppercase());
    let name = old.unwrap_or_else(|| name.to_vec());
    (!name.is_empty() && name.iter().all(upper)).then(|| [b"CONFIG_", name.as_slice()].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_in_all_makes() {
        assert_eq!(absolute(b"/a/b", b"../c//./d"), "/a/c/d");
        assert_eq!(absolute(b"/a/b", b"/x/../y"), "/y");
        assert_eq!(absolute(b"/", b".."), "/");
        assert_eq!(shown(b"/a", b"/a/c/d"), "c/d");
        assert_eq!(shown(b"/a", b"/ab/c"), "/ab/c");
        assert_eq!(shown(b"/", b"/ab/c"), "ab/c");
        assert_eq!(record_of(b"/a/b.o"), "/a/.b.o.cmd");
    }

    #[test]
    fn options_are_known_by_the_files_kbuild_touches() {
        assert_eq!(option_of(b"/o/include/config/SMP").unwrap(), "CONFIG_SMP");
        assert_eq!(option_of(b"include/config/debug/info.h").unwrap(), "CONFIG_DEBUG_INFO");
        for no in ["include/config/auto.conf", "include/config/kernel.release", "include/config/", "x/SMP"] {
            assert_eq!(option_of(no.as_bytes()), None, "{no}");
        }
    }
}
