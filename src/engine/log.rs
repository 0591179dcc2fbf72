//! A log of what fails, which a user can send along.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::operator::today;

/// A text file to which lines are added; nothing until it has a name.
#[derive(Debug, Default)]
pub(super) struct Log {
    file: Option<PathBuf>,
}

/// A longer file is put aside, in the place of the one before it.
const BYTES_MAX: u64 = 1 << 20;

impl Log {
    /// From now on lines go to `file`; its folder is made where it is missing.
    pub fn open(&mut self, file: PathBuf) {
        if fs::metadata(&file).is_ok_and(|it| it.len() > BYTES_MAX) {
            drop(fs::rename(&file, file.with_extension("old.log")));
        }
        if let Some(folder) = file.parent() {
            drop(fs::create_dir_all(folder));
        }
        self.file = Some(file);
    }

    /// Adds a line with the time. Where that fails there is nobody to tell: the user was told of what
    /// it says.
    pub fn write(&self, line: &str) {
        let Some(file) = &self.file else { return };
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
        let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(file) {
            let line = line.replace('\n', " ");
            let time = format!("{}T{hours:02}:{minutes:02}:{seconds:02}Z", today());
            drop(writeln!(file, "{time} {line}"));
        }
    }
}
