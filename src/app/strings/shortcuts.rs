//! Words of the shortcuts.

use crate::app::shortcuts::Shortcut;

pub const PICK_KEYS: &str = "1 to 9";

/// What a shortcut does.
pub fn words(shortcut: Shortcut) -> &'static str {
    match shortcut {
        Shortcut::Open => "Open a photo",
        Shortcut::OpenFolder => "Open a folder",
        Shortcut::Export => "Export a copy",
        Shortcut::Enqueue => "Export at once, as the last time",
        Shortcut::PreviousPhoto => "Previous photo",
        Shortcut::NextPhoto => "Next photo",
        Shortcut::SelectAll => "Select all photos",
        Shortcut::PreviousFilter => "Previous filter",
        Shortcut::NextFilter => "Next filter",
        Shortcut::Shadows => "Show clipped shadows",
        Shortcut::Highlights => "Show clipped highlights",
        Shortcut::Weaker => "Strength less 5\u{a0}%",
        Shortcut::Stronger => "Strength plus 5\u{a0}%",
        Shortcut::Favourite => "Favourite or not",
        Shortcut::CopyEdit => "Copy the edit",
        Shortcut::PasteEdit => "Paste an edit",
        Shortcut::FullScreen => "Full screen",
        Shortcut::Panels => "Hide or show the columns",
        Shortcut::Controls => "Into the controls; Tab goes on there",
        Shortcut::Info => "About the photo",
        Shortcut::Settings => "Settings",
        Shortcut::FrameTimes => "Frame times",
        Shortcut::Cover => "Show where the filter acts",
        Shortcut::SmallerBrush => "Smaller brush",
        Shortcut::LargerBrush => "Larger brush",
        Shortcut::Undo => "Undo",
        Shortcut::Redo => "Redo",
        Shortcut::Original => "Hold to see the original, tap to keep it",
        Shortcut::Split => "Split on or off",
        Shortcut::SideBySide => "Side by side on or off",
        Shortcut::TopAndBottom => "Top and bottom on or off",
        Shortcut::Difference => "Difference on or off",
        Shortcut::Compare => "Compare",
        Shortcut::Grid => "Grid of the filters used last",
        Shortcut::AddPane => "Add a pane to compare",
        Shortcut::Pick => "Use that pane of Compare",
        Shortcut::ToggleZoom => "Between fit and 100\u{a0}%",
        Shortcut::Fit => "Fit",
        Shortcut::Actual => "100\u{a0}%",
        Shortcut::Double => "200\u{a0}%",
        Shortcut::ZoomIn => "Zoom in, also by the wheel",
        Shortcut::ZoomOut => "Zoom out",
        Shortcut::Learn => "Start or pause learning",
        Shortcut::Sheet => "This sheet",
    }
}

/// "Space or Z".
pub fn or(keys: &[String]) -> String {
    keys.join(" or ")
}
