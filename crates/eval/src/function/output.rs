//! Functions that write (manual 8.13, 8.15): messages and files.

use std::io;

use rkbuild_base::Identity;
use rkbuild_base::text::trim_start;
use rkbuild_host::{OpenMode, errors, fd};

use super::text::split_word;
use crate::{Fatal, Result, Session};

impl Session {
    /// `$(info text)`
    pub(super) fn info(&self, text: &[u8]) {
        let mut line = Vec::with_capacity(text.len() + 1);
        line.extend_from_slice(text);
        line.push(b'\n');
        self.out(&line);
    }

    /// `$(warning text)`
    pub(super) fn warning(&self, text: &[u8]) {
        self.error(self.reading, text);
    }

    /// `$(file op name[,text])`
    pub(super) fn file_function(
        &mut self,
        what: &[u8],
        text: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        match what {
            [b'>', b'>', name @ ..] => self.write_file(name, text, true),
            [b'>', name @ ..] => self.write_file(name, text, false),
            [b'<', name @ ..] => self.read_file(name, text, out),
            _ => {
                let mut message = b"file: invalid file operation: ".to_vec();
                message.extend_from_slice(what);
                Err(self.fatal(self.place(), message))
            }
        }
    }

    /// The name in what follows the operator: 4.4 takes the first word, 4.3 everything after white space.
    fn file_name<'a>(&self, text: &'a [u8]) -> Result<&'a [u8]> {
        let name = trim_start(text);
        let name = if self.identity() == Identity::V4_3 { name } else { split_word(name).0 };
        if name.is_empty() {
            return Err(self.fatal(self.place(), "file: missing filename"));
        }
        Ok(name)
    }

    fn write_file(&mut self, name: &[u8], text: Option<&[u8]>, append: bool) -> Result<()> {
        let name = self.file_name(name)?;
        let mut data = Vec::new();
        if let Some(text) = text {
            data.extend_from_slice(text);
            if !data.ends_with(b"\n") {
                data.push(b'\n');
            }
        }
        let how = if append { OpenMode::Append } else { OpenMode::Truncate };
        let file = self
            .host()
            .open_write(&self.dir, name, how)
            .map_err(|error| self.file_error("open", name, &error))?;
        // What can't be written is found out when make closes the file.
        let written = fd::write_all(&file, &data);
        drop(file);
        self.host().changed();
        self.commands_in_text += 1;
        written.map_err(|error| self.file_error("close", name, &error))
    }

    fn read_file(&mut self, name: &[u8], text: Option<&[u8]>, out: &mut Vec<u8>) -> Result<()> {
        let name = self.file_name(name)?;
        if text.is_some() {
            return Err(self.fatal(self.place(), "file: too many arguments"));
        }
        match self.host().read(&self.dir, name) {
            Ok(data) => {
                out.extend_from_slice(data.strip_suffix(b"\n").unwrap_or(&data));
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            // A directory can be opened, but not read.
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                Err(self.file_error("read", name, &error))
            }
            Err(error) => Err(self.file_error("open", name, &error)),
        }
    }

    fn file_error(&self, operation: &str, name: &[u8], error: &io::Error) -> Fatal {
        if let Err(fatal) = self.check_signal() {
            return fatal;
        }
        let mut message = format!("{operation}: ").into_bytes();
        message.extend_from_slice(name);
        message.extend_from_slice(b": ");
        message.extend_from_slice(errors::describe(error).as_bytes());
        self.fatal(self.reading, message)
    }
}
