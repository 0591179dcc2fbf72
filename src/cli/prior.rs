//! `understudy prior`: what is known of edits before any pair is seen.

use std::fs;
use std::path::PathBuf;

use super::complain;
use crate::photo::{self, Image};
use crate::train::prior::{Making, make};

/// Larger photos are reduced to this many pixels on their long side.
const SIDE: usize = 1280;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder of photos to edit synthetically
    #[arg(long)]
    photos: PathBuf,
    /// The file to write
    #[arg(short, long)]
    out: PathBuf,
    /// Synthetic edits of each kind
    #[arg(long, default_value_t = Making::default().edits)]
    edits: usize,
    /// What the random numbers follow from
    #[arg(long, default_value_t = Making::default().seed)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), String> {
    let unreadable = |error: std::io::Error| {
        format!("The folder {} could not be read: {error}.", arguments.photos.display())
    };
    let entries = fs::read_dir(&arguments.photos).map_err(unreadable)?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let open = |path: &PathBuf| match photo::open(path) {
        Ok(photo) => Some(photo.image.reduced(SIDE)),
        Err(error) => {
            complain(&format!("Left out: {error}"));
            None
        }
    };
    let photos: Vec<Image> = files.iter().filter_map(open).collect();
    let making = Making { edits: arguments.edits, seed: arguments.seed, ..Making::default() };
    let bytes = make(&photos, &making, &|step| complain(&format!("The prior: {step}.")))?;
    fs::write(&arguments.out, bytes)
        .map_err(|error| format!("{} could not be written: {error}.", arguments.out.display()))
}
