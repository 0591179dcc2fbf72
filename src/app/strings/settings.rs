//! Words of the settings.

use std::path::Path;

use crate::app::settings::Theme;
use crate::engine::Choice;

pub const TITLE: &str = "Settings";
pub const LOOK: &str = "Look";
pub const COMPUTING: &str = "Computing";
pub const FILES: &str = "Files";
pub const KEYS: &str = "Keys";

pub const THEME: &str = "Theme";
pub const SCALE: &str = "Size of the interface";
pub const SCALE_DETAIL: &str = "Beside the system’s own scale. The photo keeps its pixels.";
pub const SCALE_ROOM: &str = "This window has no room for that size: it is as large as it can be.";
pub const SMALLER: &str = "Smaller";
pub const LARGER: &str = "Larger";

pub const ENGINE: &str = "Rendered by";
pub const MEMORY: &str = "Memory for photos";
pub const OWN_BUDGET: &str = "Chosen by the program";
pub const OWN_BUDGET_TIP: &str = "1 GiB, or a quarter of the machine’s memory where that is less";

pub const EDITS: &str = "Edits";

pub const KEYS_DETAIL: &str = "Click on keys, then press others.";
pub const RESET_ALL: &str = "Reset all";
pub const PRESS: &str = "Press keys…";
pub const TRY_AGAIN: &str = "Try the graphics card again";
pub const TRY_AGAIN_TIP: &str = "After a driver failed or was replaced; edits stay as they are";
pub const NO_KEYS: &str = "None";
pub const CHANGE_KEYS: &str = "Click, then press the new keys; Escape keeps these";
pub const FIXED_KEYS: &str = "These keys are the same everywhere.";
pub const TAKE_KEYS: &str = "Use them here";

/// A theme, and what it is for.
pub fn theme(theme: Theme) -> [&'static str; 2] {
    match theme {
        Theme::Dark => ["Dark", "Photos are judged best on dark grey"],
        Theme::Light => ["Light", "For a bright room; the photo keeps a middle grey around it"],
        Theme::System => ["As the system", "Dark where the system does not say"],
    }
}

/// What is to compute, and what that means.
pub fn engine(choice: Choice) -> [&'static str; 2] {
    match choice {
        Choice::Auto => {
            ["Whatever is faster", "A graphics card where there is one, else the processor"]
        }
        Choice::Gpu => {
            ["The graphics card", "Also a driver in software, which is slower than the processor"]
        }
        Choice::Cpu => ["The processor", "The same pictures, without a graphics card"],
    }
}

/// What renders now.
pub fn on_gpu(name: &str, backend: &str) -> String {
    format!("{name} ({backend})")
}

/// What renders now, and why.
pub fn on_processor(reason: &str, threads: usize) -> String {
    format!("The processor, {threads} threads; no graphics card, since {reason}.")
}

/// How much memory is used; graphics memory has the same limit for itself.
pub fn memory_used(used: usize, graphics: usize, budget: usize) -> String {
    let mib = |bytes: usize| bytes >> 20;
    let words = format!("{}\u{a0}MiB of {}\u{a0}MiB are used now", mib(used), mib(budget));
    match mib(graphics) {
        0 => words,
        graphics => format!("{words}, and {graphics}\u{a0}MiB of graphics memory"),
    }
}

/// Where edits are kept.
pub fn kept_in(folder: &Path) -> String {
    format!(
        "All edits are kept by this program, in {}. Photos are never written to.",
        folder.display()
    )
}

/// What a button with keys is called: "Keys of Undo: Ctrl+Z".
pub fn keys_of(words: &str, keys: &str) -> String {
    format!("Keys of “{words}”: {keys}")
}

/// Keys that another shortcut has.
pub fn taken(keys: &str, owner: &str) -> String {
    format!("{keys} belongs to “{owner}”.")
}

/// The file was no settings file.
pub fn put_aside(aside: &Path) -> String {
    format!(
        "The settings could not be read and are the default ones now. The file was kept as {}.",
        aside.display()
    )
}

/// The file cannot be read at all.
pub fn unreadable(file: &Path, reason: &str) -> String {
    format!(
        "The settings in {} could not be read: {reason}. The default ones are used.",
        file.display()
    )
}

/// The file is of a newer version of the program.
pub fn newer(file: &Path) -> String {
    format!(
        "The settings in {} were written by a newer version of the program. What is known of them is used; changes are not kept, so that nothing of the file is lost.",
        file.display()
    )
}

/// Settings cannot be kept.
pub fn not_kept(file: &Path, reason: &str) -> String {
    format!(
        "The settings act, but could not be kept in {}: {reason}. They will be the old ones after the next start.",
        file.display()
    )
}
