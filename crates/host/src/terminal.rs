//! A terminal as one sees it who draws on it: its size, whose it is at the moment, and what another one that stands in for it
//! was told.

use std::io;
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::termios::{tcgetpgrp, tcgetwinsize, tcsetwinsize};

/// How many columns it has; 80 where that is not known.
pub fn columns(terminal: impl AsFd) -> usize {
    tcgetwinsize(terminal).map_or(80, |size| if size.ws_col == 0 { 80 } else { size.ws_col.into() })
}

/// Makes `other` as large as `terminal`.
pub fn same_size(terminal: impl AsFd, other: impl AsFd) {
    if let Ok(size) = tcgetwinsize(terminal)
        && tcgetwinsize(&other).is_ok_and(|own| (own.ws_row, own.ws_col) != (size.ws_row, size.ws_col))
    {
        let _ = tcsetwinsize(other, size);
    }
}

/// Whether this process is in the foreground: not behind another job of the shell.
pub fn is_ours(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Reads what a terminal that stands in for another was told; nothing where all who could tell it something are gone.
pub fn read(master: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(&master, &mut *buffer) {
            Err(Errno::INTR) => {}
            Err(Errno::IO) => return Ok(0),
            result => return Ok(result?),
        }
    }
}
