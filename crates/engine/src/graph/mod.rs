//! What a session knows of its targets: their states, times, directories and archives.

pub mod archive;
pub mod automatic;
pub mod directory;
pub mod listed;
pub mod looked;
pub mod observer;
pub mod progress;
pub mod states;
pub mod table;
pub mod times;
pub mod trace;
