//! What a session knows of its targets: their states, times, directories and archives.

pub mod archive;
pub mod builder;
pub mod directory;
pub mod table;
pub mod times;
pub mod trace;
