//! The words of a pair that is seen large.

use crate::train::learn::Worst;

use super::learn::decibels;
use crate::app::learn::Way;

pub const ONION_SKIN: &str = "Onion skin";
pub const ONION_SKIN_TIP: &str = "One over the other: what is double does not lie on its place";
pub const RESULT: &str = "Filter and edit";
pub const RESULT_TIP: &str = "Your edit over what the filter makes of the photo";
pub const BESIDE: &str = "Beside each other";
pub const BESIDE_TIP: &str = "Each picture by itself";
pub const MAP: &str = "Not expressible";
pub const MAP_TIP: &str =
    "Mark what no light and contrast explains: painted, removed or written. The filter ignores it";
pub const BLEND_TIP: &str = "How much of the upper picture is seen";
pub const END_TIP: &str = "This one alone";
pub const YOUR_EDIT: &str = "Your edit";
pub const OURS: &str = "The filter";
pub const LOOKING: &str = "Reading the pair…";
pub const NOT_SHOWN: &str =
    "The pair could not be shown by an error of the program. Your photos are as they were.";
pub const CLOSE_LOOK: &str = "Back to the photo";
pub const CLOSE_LOOK_TIP: &str = "Back to the photo (Esc)";
pub const LOOK_TIP: &str = "See the pair large, before and after laid on each other";

// What can be done with it.
pub const OPEN_PHOTO: &str = "Open";
pub const OPEN_PHOTO_TIP: &str = "Open this photo, and see the filter on it at full resolution";
pub const SWAP_PAIR: &str = "Swap";
pub const SWAP_PAIR_TIP: &str = "Before and after of this pair are the wrong way round";
pub const USE_OVERLAP: &str = "Use the overlapping part";
pub const USE_AS_IT_IS: &str = "Use it";
pub const ACCEPT_TIP: &str = "It is right so: learn from this pair";

/// Why a pair cannot be seen in a way.
pub fn not_this_way(way: Way) -> &'static str {
    match way {
        Way::OnionSkin => "The two show different photos: they cannot be laid on each other.",
        Way::Result => "There is no filter yet: start learning.",
        Way::Beside => LOOKING,
    }
}

/// "Before, After over it at 50 %".
pub fn blended(lower: &str, upper: &str, blend: f32) -> String {
    match (blend * 100.0).round() {
        0.0 => lower.to_owned(),
        100.0 => upper.to_owned(),
        percent => format!("{lower}, {upper} over it at {percent}\u{a0}%"),
    }
}

/// What the slider does.
pub fn blend(lower: &str, upper: &str) -> String {
    format!("From {lower} to {upper}")
}

/// How close a filter comes to the photo that comes out worst.
pub fn worst(worst: &Worst) -> String {
    let seen = if worst.is_check { "" } else { " when it was learned without this photo" };
    format!(
        "The filter comes least close here: {}{seen}; doing nothing {}.",
        decibels(worst.psnr),
        decibels(worst.psnr_nothing)
    )
}
