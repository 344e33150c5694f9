//! The words for what the system refused, as the C library has them.

use std::io;

/// The text of an error number, as `strerror` in the C locale: "No such file or directory".
pub fn text(errno: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is as long as it is said to be, and the call ends what it writes there with a NUL.
    let failed = unsafe { libc::strerror_r(errno, buffer.as_mut_ptr().cast(), buffer.len()) };
    match std::ffi::CStr::from_bytes_until_nul(&buffer) {
        Ok(text) if failed == 0 && !text.is_empty() => text.to_string_lossy().into_owned(),
        _ => format!("Unknown error {errno}"),
    }
}

/// The text of an error: as [`text`] when the system gave it, which is not what `Display` prints.
pub fn describe(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(errno) => text(errno),
        None => error.to_string(),
    }
}

/// True for an error that is about this moment and not about what was asked: there are too many open files, or there is
/// no memory, or no process to be had. It never means that something is missing, empty or false.
pub fn is_scarce(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|errno| SCARCE.contains(&errno))
}

const SCARCE: [i32; 4] = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::EAGAIN];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_c_library() {
        assert_eq!(text(libc::ENOENT), "No such file or directory");
        assert_eq!(text(libc::E2BIG), "Argument list too long");
        assert_eq!(text(99999), "Unknown error 99999");
        assert_eq!(describe(&io::Error::from_raw_os_error(libc::EACCES)), "Permission denied");
        assert!(is_scarce(&io::Error::from_raw_os_error(libc::EMFILE)));
        assert!(!is_scarce(&io::Error::from_raw_os_error(libc::EACCES)));
        assert_eq!(describe(&io::Error::other("odd")), "odd");
    }
}
