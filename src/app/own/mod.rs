//! Filters of one's own: files that come in by drop, are looked at and then added; and what can be
//! done with those that are in the library.

mod act;
mod adoption;
mod dialogs;
mod menu;

use std::path::{Path, PathBuf};

pub use adoption::Adoption;
pub use dialogs::{Naming, Place, show_adoption, show_naming, show_place};
pub use menu::show as show_menu;

/// What the user asks for about filters of their own.
#[derive(Clone, Debug)]
pub enum Action {
    /// Look at the next of these files.
    Look(Vec<PathBuf>),
    /// Take in what is looked at.
    Adopt,
    /// Do not.
    Refuse,
    /// Ask for the file that a filter of the library is to be written to.
    AskPlace(usize),
    /// Write it there.
    Write(usize, PathBuf),
    /// Ask for another title of a filter.
    AskTitle(usize),
    /// Give it that title.
    Rename(usize, String),
    /// Put its file away.
    Delete(usize),
}

/// Whether a name is that of a filter or of a checkpoint.
pub fn is_filter(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending.to_ascii_lowercase().as_str(), "safetensors" | "pth" | "pt" | "ckpt")
}
