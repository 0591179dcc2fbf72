//! Every word that the user reads, in one place.

pub mod learn;

use std::path::Path;

use crate::operator::{Check, Operator, Variant};
use crate::photo::{Depth, Photo};

pub const APP: &str = "Understudy";
pub const APP_ID: &str = "understudy";

// Top bar.
pub const OPEN: &str = "Open…";
pub const OPEN_TIP: &str = "Open a photo";
pub const EXPORT: &str = "Export…";
pub const EXPORT_TIP: &str = "Write an edited copy; your photo is not touched";
pub const EXPORT_BUSY: &str = "An export is running. Its progress is at the bottom right.";
pub const SHORTCUTS: &str = "Shortcuts";
pub const SHORTCUTS_TIP: &str = "All keys at a glance";

// Workspaces.
pub const APPLY: &str = "Apply";
pub const APPLY_TIP: &str = "A filter on the photo";
pub const COMPARE: &str = "Compare";
pub const COMPARE_TIP: &str = "Filters and strengths side by side";
pub const LEARN: &str = "Learn";
pub const LEARN_TIP: &str = "A filter of your own from before/after pairs";

// Canvas.
pub const PHOTO_AREA: &str = "Photo";
pub const SPLIT_LINE: &str = "Split line";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const ORIGINAL_SHOWN: &str = "Original";
pub const FIRST_RUN: &str = "Drag the line. Drop your own photo anywhere.";
pub const DROP_HERE: &str = "Drop to open";
pub const NO_PHOTO: &str = "Drop a photo here, or open one.";
pub const PREPARING: &str = "Preparing the picture…";
pub const DISMISS: &str = "Dismiss";

// View bar.
pub const ORIGINAL: &str = "Original";
pub const ORIGINAL_TIP: &str = "Hold to see the photo without the filter, tap to keep it so";
pub const SPLIT: &str = "Split";
pub const SPLIT_TIP: &str = "Before and after on two sides of a line";
pub const FIT: &str = "Fit";
pub const FIT_TIP: &str = "The whole photo";
pub const ACTUAL: &str = "100\u{a0}%";
pub const ACTUAL_TIP: &str = "One photo pixel on one screen pixel";
pub const ZOOM_TIP: &str = "Magnification. The wheel zooms at the pointer";

// Filters.
pub const FILTERS: &str = "Filters";
/// Shown when the window is closed in mid-export.
pub const CLOSE_WHILE_EXPORTING: &str = "An export is still being written. Close the window again to stop it; nothing of it will be left.";
pub const MY_FILTERS: &str = "My filters";
pub const MY_FILTERS_EMPTY: &str = "Filters of your own appear here. “understudy import” adds one.";
pub const NONE: &str = "None";
pub const NONE_DETAIL: &str = "The photo as it is";
pub const NOT_CHECKED: &str = "Not checked on other photos";

// Inspector.
pub const STRENGTH: &str = "Strength";
pub const STRENGTH_IN_PERCENT: &str = "Strength in percent";
pub const STRENGTH_TIP: &str =
    "How much of the filter is mixed into the photo: 0 % is the photo, 100 % the filter as learned";
pub const NO_FILTER: &str = "No filter is on. Choose one on the left.";
pub const ABOUT_PHOTO: &str = "Photo";
pub const CLOSENESS: &str = "Closeness";
pub const VARIANT: &str = "Kind";
pub const MADE: &str = "Made";
pub const LEARNED_FROM: &str = "Learned from";
pub const LICENSE: &str = "Licence";
pub const NAME: &str = "Name";
pub const SIZE: &str = "Size";
pub const DEPTH: &str = "Depth";
pub const COLOURS: &str = "Colours";
pub const FOLDER: &str = "Folder";

// Export.
pub const EXPORT_TITLE: &str = "Export a copy";
pub const SAVE_AS: &str = "Save as";
pub const BROWSE: &str = "Browse…";
pub const BROWSE_TIP: &str = "Choose the place in a file dialog";
pub const NO_FILE_DIALOG: &str = "No file dialog is available here. Type the path instead.";
pub const FORMAT_HINT: &str = "The name’s ending chooses the format: .jpg, .png or .tif.";
pub const FORMAT_MISSING: &str = "End the name with .jpg, .png or .tif.";
pub const FOLDER_MISSING: &str = "That folder does not exist.";
pub const QUALITY: &str = "Quality";
pub const QUALITY_TIP: &str = "Of the JPEG: 90 and more is hard to tell from the original";
pub const KEPT: &str = "Metadata and colour profile are kept. Your photo is not touched.";
pub const EXPORT_NOW: &str = "Export";
pub const REPLACE: &str = "Replace";
pub const CANCEL: &str = "Cancel";
pub const BACK: &str = "Keep it";
pub const SHOW_IN_FOLDER: &str = "Show in folder";

// Open.
pub const OPEN_TITLE: &str = "Open a photo";
pub const PHOTOS: &str = "Photos";
pub const PATH: &str = "Path of the photo";
pub const OPEN_NOW: &str = "Open";
pub const NOT_THERE: &str = "There is no file of that name.";

// Shortcut sheet.
pub const SHEET_TITLE: &str = "Shortcuts";
pub const CLOSE: &str = "Close";

// Status bar.
pub const STARTING: &str = "Starting the engine…";
pub const NO_DEVICE: &str = "the window has no graphics device";
pub const ON_PROCESSOR: &str = "Running on the processor: slower, same result.";

/// The window's title with a photo open.
pub fn window_title(photo: &Path) -> String {
    format!("{} — {APP}", file_name(photo))
}

/// A path's last part.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A tooltip with its key: "Open a photo (Ctrl+O)".
pub fn tip(words: &str, keys: &str) -> String {
    format!("{words} ({keys})")
}

/// "6000 × 4000".
pub fn size(photo: &Photo) -> String {
    format!("{}\u{a0}×\u{a0}{}", photo.image.width, photo.image.height)
}

/// "24.0 megapixels".
pub fn megapixels(photo: &Photo) -> String {
    let pixels = photo.image.width as f64 * photo.image.height as f64;
    format!("{:.1} megapixels", pixels / 1e6)
}

/// Bits a channel of the file.
pub fn depth(photo: &Photo) -> &'static str {
    match photo.depth {
        Depth::Eight => "8 bits a channel",
        Depth::Sixteen => "16 bits a channel",
    }
}

/// The colour space of the file.
pub fn colours(photo: &Photo) -> &'static str {
    match photo.profile {
        None => "sRGB",
        Some(_) => "Own profile, kept on export",
    }
}

/// "38 %".
pub fn percent(part: f64) -> String {
    format!("{:.0}\u{a0}%", part * 100.0)
}

/// A filter's second line: how close it comes.
pub fn closeness_short(operator: &Operator) -> String {
    match &operator.provenance.check {
        Some(check) => format!("{:.1} dB on photos it has not seen", check.psnr),
        None => NOT_CHECKED.to_owned(),
    }
}

/// Closeness in words, then in numbers.
pub fn closeness(check: &Check) -> String {
    let word = match check.psnr {
        psnr if psnr < 24.0 => "Rough",
        psnr if psnr < 30.0 => "Close",
        psnr if psnr < 36.0 => "Very close",
        _ => "Near-identical",
    };
    format!("{word}, {:.1} dB", check.psnr)
}

/// What the closeness means.
pub fn closeness_tip(check: &Check) -> String {
    format!(
        "PSNR between the filter’s picture and the edit that it learned, mean over {} photos that \
         it has not seen. Doing nothing comes to {:.1} dB.",
        check.photos.len(),
        check.psnr_nothing,
    )
}

/// A variant by what it does.
pub fn variant(variant: Variant) -> &'static str {
    match variant {
        Variant::DgfS => "Guided by the photo",
        Variant::DgfB => "Guided by the photo, end to end",
        Variant::Dgf => "Guided by a learned map",
        Variant::DgfCb => "Learned layer, guided by the photo",
        Variant::DgfC => "Learned layer and map",
        Variant::Base => "Closed form",
        Variant::DgfX => "Closed form and a network",
    }
}

/// The paper's name of a variant.
pub fn variant_tip(variant: Variant) -> String {
    match variant {
        Variant::Base => "Colour, the photo and the neighbourhood: base".to_owned(),
        _ => format!("Deep Guided Filtering, {}", variant.name()),
    }
}

/// From how many photos a filter learned.
pub fn photo_count(count: usize) -> String {
    match count {
        1 => "1 photo".to_owned(),
        count => format!("{count} photos"),
    }
}

/// "Opening IMG_0412.jpg…".
pub fn opening(name: &str) -> String {
    format!("Opening {name}…")
}

/// Only one of several photos was opened.
pub fn one_photo(name: &str) -> String {
    format!("One photo is shown at a time: {name} was opened, the others were not.")
}

/// An existing file is in the way.
pub fn replace_question(target: &Path) -> String {
    format!("{} exists. Replace it?", file_name(target))
}

/// The progress of an export.
pub fn exporting(target: &Path, progress: f32) -> String {
    format!("Exporting {}, {}", file_name(target), percent(f64::from(progress)))
}

/// An export is done.
pub fn saved(target: &Path) -> String {
    format!("Saved {}", file_name(target))
}

/// An export that is not on disk.
pub fn not_saved(target: &Path) -> String {
    format!("{} was not saved", file_name(target))
}

/// The second line of a filter that was not checked on other photos.
pub fn name_and_variant(name: &str, variant: &str) -> String {
    format!("{name}, {variant}")
}

/// The button that dismisses a sentence when there are more behind it.
pub fn dismiss(more: usize) -> String {
    if more == 0 { DISMISS.to_owned() } else { format!("{DISMISS} (1 of {})", more + 1) }
}

/// The folder could not be shown.
pub fn no_file_manager(folder: &Path) -> String {
    format!("No file manager could be started. The file is in {}.", folder.display())
}

/// The GPU in the status bar.
pub fn on_gpu(name: &str, backend: &str) -> String {
    format!("GPU: {name} ({backend})")
}

/// Why the processor is used, and with how many threads.
pub fn on_processor_tip(reason: &str, threads: usize) -> String {
    format!("No GPU is used: {reason}. Rendering with {threads} threads.")
}

/// Time of the last picture.
pub fn frame_time(time: std::time::Duration) -> String {
    match time.as_secs_f64() * 1e3 {
        millis if millis < 10.0 => format!("Rendered in {millis:.1} ms"),
        millis => format!("Rendered in {millis:.0} ms"),
    }
}

pub const FRAME_TIME_TIP: &str = "Time that the visible part took, before and after";

pub const NO_DISPLAY: &str = "there is no display to open it on";

/// The window could not be opened.
pub fn no_window(error: &str) -> String {
    format!(
        "The window could not be opened: {error}. \
         `understudy apply FILTER PHOTO -o OUT` works without one."
    )
}
