//! The words of the Compare workspace about what its panes show.

use std::path::Path;

use super::{file_name, percent};
use crate::edit::Layer;

pub const MY_AFTER: &str = "My after";
pub const MY_AFTER_ITEM: &str = "My after…";
pub const MY_AFTER_TIP: &str = "Your own edit of this photo, a file";
pub const AFTER_IS_NO_FILTER: &str = "“My after” is a file of yours and no filter: the photo's edit stays as it is. Pick another pane.";
pub const VERSIONS: &str = "Versions";
pub const APART: &str = "These two show different photos, and what is at one place in one has nothing to do with what is there in the other.";
pub const APART_ADVICE: &str =
    "See them side by side, or give both the same photo in the menu of a pane.";

// What all panes can be filled with.
pub const FILL: &str = "Fill the panes with";
pub const LAST_FILTERS: &str = "Filters";
pub const LAST_FILTERS_TIP: &str =
    "The four filters used last, on this photo, each in the place of the current one (G)";
pub const STRENGTHS: &str = "Strengths";
pub const STRENGTHS_TIP: &str = "The current pane's filter at 25, 50, 75 and 100 %";
pub const PHOTOS: &str = "Photos…";
pub const PHOTOS_TIP: &str = "The current pane's filter on several photos: those selected in the filmstrip, or else choose some; or drop them here";
pub const VERSIONS_TIP: &str = "What was kept while the current pane's filter was learned";
pub const NO_VERSIONS: &str =
    "The current pane's filter has no versions: filters that you teach have them.";
pub const NO_FILTER: &str = "The current pane shows the original. Give it a filter first.";

/// Between the filters of a pane.
pub const THEN: &str = ", then ";
/// In a pane's header, where the filter has a mask.
pub const ON_A_PART: &str = "on a part";
pub const ON_A_PART_TIP: &str =
    "The filter acts where “Where” in Apply says. Another filter in this pane acts there too";

/// A filter, and how many others the pane's edit has: "Dehaze + 1".
pub fn title(title: &str, others: usize) -> String {
    match others {
        0 => title.to_owned(),
        some => format!("{title} + {some}"),
    }
}

/// Behind the title in the list of panes, where there is little room.
pub fn set(layer: &Layer) -> String {
    let part = if layer.mask.is_some() { ", part" } else { "" };
    format!("{}{part}", percent(f64::from(layer.strength)))
}

/// A version in a menu.
pub fn version(title: &str, number: usize) -> String {
    format!("{title}, version {number}")
}

/// A version that cannot be shown.
pub fn version_unreadable(file: &Path) -> String {
    format!("The version {} could not be read. The filter itself is as it was.", file_name(file))
}

/// More photos than panes.
pub fn photos_left_out(count: usize) -> String {
    match count {
        1 => "There is room for nine panes: the last photo is not among them.".to_owned(),
        some => format!("There is room for nine panes: the last {some} photos are not among them."),
    }
}
