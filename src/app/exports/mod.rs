//! Exporting: the dialog that asks how and where to, and the queue that the exports become.

mod act;
mod dialog;
mod kept;
mod list;
mod naming;
mod queue;
mod settings;
mod status;

use std::path::PathBuf;

use crate::photo::{ExportOptions, Format};

use kept::Keeper;

pub use dialog::{ExportDialog, Subject, show};
pub use list::{Follow, show as show_list};
pub use queue::{Counts, Order, Queue, State};
pub use settings::Settings;
pub use status::show as show_status;

/// What the window knows of exports.
#[derive(Default)]
pub struct Exports {
    /// Those under way, and those that are over and not dismissed.
    pub queue: Queue,
    /// Whether the queue's rows are shown.
    pub is_listed: bool,
    /// What they follow.
    pub follow: Follow,
    /// What was chosen last.
    pub settings: Settings,
    /// Keeps the queue for the next start; None keeps nothing.
    keeper: Option<Keeper>,
}

/// What the user asks for about exports.
#[derive(Clone, Debug)]
pub enum Action {
    /// The system's dialog is to ask for the file, or for the folder of several.
    Browse(PathBuf),
    /// Write what the dialog is about to this file.
    One(PathBuf, ExportOptions),
    /// Write all that the dialog is about into this folder.
    Several(PathBuf, Format, ExportOptions),
    /// Write what is on screen, as was chosen last, beside the photo.
    AddToQueue,
    /// Stop one.
    Cancel(u64),
    /// Stop all.
    CancelAll,
    /// Try one again.
    Retry {
        /// The row.
        id: u64,
        /// Whether the file in the way may be replaced.
        overwrite: bool,
    },
    /// Show the rows or not.
    ToggleList,
    /// Forget what is over.
    Dismiss,
}
