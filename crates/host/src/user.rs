//! Users' home directories, for `~` and `~name`.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use bstr::BString;

use crate::Host;
use crate::env::c_text;

impl Host {
    /// The home directory the user database has for `user`, or for who is logged in at this terminal; `None` for an unknown
    /// user, or where nobody is. `$HOME` is not looked at.
    pub fn home_dir(&self, user: Option<&[u8]>) -> Option<BString> {
        if let Some(eyes) = self.eyes() {
            eyes.effect("the user database was asked");
        }
        let name = c_text(user.map_or_else(login_name, |user| Some(user.to_vec()))?);
        let mut buffer = vec![0u8; 1024];
        loop {
            let mut entry = MaybeUninit::<libc::passwd>::uninit();
            let mut found = std::ptr::null_mut();
            let (at, len) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: entry and found are ours to be written to, the buffer has the length given, and name is a C string.
            let errno = unsafe { libc::getpwnam_r(name.as_ptr(), entry.as_mut_ptr(), at, len, &mut found) };
            if errno == libc::ERANGE && buffer.len() < 1 << 20 {
                buffer.resize(buffer.len() * 4, 0);
                continue;
            }
            if errno != 0 || found.is_null() {
                return None;
            }
            // SAFETY: a found entry is filled in, and its texts are C strings in the buffer, which still lives.
            let home = unsafe {
                let home = entry.assume_init_ref().pw_dir;
                if home.is_null() {
                    return None;
                }
                CStr::from_ptr(home)
            };
            return Some(home.to_bytes().into());
        }
    }
}

unsafe extern "C" {
    /// POSIX's, which the libc crate does not declare.
    fn getlogin_r(name: *mut libc::c_char, size: libc::size_t) -> libc::c_int;
}

/// The name that was logged in with, as `getlogin` has it.
fn login_name() -> Option<Vec<u8>> {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer has the length given; what is written there ends with a NUL.
    let errno = unsafe { getlogin_r(buffer.as_mut_ptr().cast(), buffer.len()) };
    let name = CStr::from_bytes_until_nul(&buffer).ok()?;
    (errno == 0).then(|| name.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_in_the_database_have_homes() {
        let host = Host::new();
        assert_eq!(host.home_dir(Some(b"root")), Some("/root".into()));
        assert_eq!(host.home_dir(Some(b"no such user")), None);
        // Nobody may be logged in where this runs.
        assert_eq!(host.home_dir(None).is_some(), login_name().is_some());
    }
}
