//! Every word that the user reads, in one place.

pub mod balance;
pub mod compare;
pub mod export;
pub mod film;
pub mod learn;
pub mod look;
pub mod masking;
pub mod own;
pub mod scopes;
pub mod settings;
pub mod shell;
pub mod shortcuts;
pub mod tune;
pub mod xray;

use std::path::Path;

use super::stack::{Item, Stack};
use crate::edit::Layer;
use crate::operator::{Check, Operator, Provenance, Variant};
use crate::photo::{Depth, Photo};

pub const RESET: &str = "Reset";
pub const APP: &str = "Understudy";
pub const APP_ID: &str = "understudy";

// Top bar.
pub const OPEN: &str = "Open…";
pub const OPEN_TIP: &str = "Open a photo";
pub const EXPORT: &str = "Export…";
pub const EXPORT_TIP: &str = "Write an edited copy; your photo is not touched";
pub const SHORTCUTS: &str = "Shortcuts";
pub const SHORTCUTS_TIP: &str = "All keys at a glance";

/// Beside a name that shows as boxes.
pub const NO_FONT: &str = "This name has letters that no font of this system can show: boxes stand for them. The photo is not affected. Installing a font for its script, such as one of the Noto fonts, mends it.";

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
pub const SPLIT_TIP: &str = "Two pictures on two sides of a line";
pub const SIDE_BY_SIDE: &str = "Side by side";
pub const SIDE_BY_SIDE_TIP: &str = "Two pictures beside each other";
pub const TOP_AND_BOTTOM: &str = "Top and bottom";
pub const TOP_AND_BOTTOM_TIP: &str = "Two pictures above each other";
pub const DIFFERENCE: &str = "Difference";
pub const DIFFERENCE_TIP: &str = "Black where two pictures are alike, bright where they differ";
pub const SWAP: &str = "Swap";
pub const SWAP_TIP: &str = "The two pictures change places";
pub const AMPLIFICATION_TIP: &str = "By how much the difference is multiplied";
pub const FIT: &str = "Fit";
pub const FIT_TIP: &str = "The whole photo";
pub const ACTUAL: &str = "100\u{a0}%";
pub const ACTUAL_TIP: &str = "One photo pixel on one screen pixel";
pub const DOUBLE: &str = "200\u{a0}%";
pub const DOUBLE_TIP: &str = "One photo pixel on two by two screen pixels";
pub const ZOOM_TIP: &str = "Magnification. The wheel zooms at the pointer";

// Compare.
pub const GRID: &str = "Grid";
pub const GRID_TIP: &str = "All panes";
pub const LINKED: &str = "Linked";
pub const LINKED_TIP: &str =
    "All panes are zoomed and moved together. Shift and drag moves one of them alone";
pub const PANES: &str = "Panes";
pub const ADD_PANE: &str = "Add a pane";
/// The same button in the grid, for a screen reader.
pub const ADD_PANE_HERE: &str = "Add a pane here";
pub const ADD_PANE_TIP: &str = "One more pane, with the next filter";
pub const NO_MORE_PANES: &str = "Nine panes are as many as can be compared.";
pub const ONE_PANE: &str = "Add a second filter, version or photo (+).";
pub const NEEDS_TWO_PANES: &str = "This takes two panes.";
pub const PICK_TIP: &str = "This edit becomes the photo’s";
pub const CLOSE_PANE_TIP: &str = "Close this pane";
pub const PIN: &str = "Pin";
pub const PINNED: &str = "Pinned";
pub const PIN_TIP: &str = "Keeps its photo and its view when the others change";
pub const ADD_PHOTO: &str = "Add photo…";
pub const SAME_PHOTO: &str = "Show the same photo again";
pub const ALIGN: &str = "Align with the others";
pub const OPENING_PHOTO: &str = "Opening the photo…";
pub const ORIGINAL_HAS_NO_STRENGTH: &str = "The original has none.";

// Filters.
pub const SEARCH: &str = "Find a filter";
/// Shown when the window is closed in mid-export.
pub const MY_FILTERS: &str = "My filters";
pub const LEARN_NEW: &str = "Learn a new filter";
pub const MY_FILTERS_EMPTY: &str =
    "Filters you teach appear here. Have a before and an after? Drop both.";
pub const NONE: &str = "None";
pub const NONE_DETAIL: &str = "The photo as it is";
pub const CLOSENESS_UNSEEN_TIP: &str = "PSNR between the filter’s picture and the edit that it learned, on photos that it had not seen: those it learned from, left out in turn. A little too good, as they also decided what was kept.";
pub const NOT_CHECKED: &str = "Not checked on other photos";

// Inspector.
pub const STRENGTH: &str = "Strength";
pub const STRENGTH_IN_PERCENT: &str = "Strength in percent";
pub const STRENGTH_TIP: &str = "How much of the filter is mixed into the photo: 0 % is the photo, 100 % the filter as learned. A double click goes back to the filter’s own";
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

/// Of the photo's edit.
pub const KEPT: &str = "Edit saved";
pub const KEEPING: &str = "Edit not saved yet";
pub const KEPT_TIP: &str =
    "Every step is kept for the next time. The photo's own file is never written to";

/// What colours the display is taken to have.
pub fn display(profile: Option<&str>) -> String {
    match profile {
        None => "Display: sRGB (assumed)".to_owned(),
        Some(name) => format!("Display: sRGB (its profile: {name})"),
    }
}

/// What that means.
pub fn display_tip(profile: Option<&str>) -> &'static str {
    match profile {
        None => {
            "The system tells of no profile. Colours on screen are right on an sRGB display; exports do not depend on it"
        }
        Some(_) => {
            "The window draws sRGB and does not convert to the display's profile yet: on a wide display colours look stronger than they are. Exports do not depend on it"
        }
    }
}

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

/// The digit that picks the pane at a place.
pub fn digit(place: usize) -> String {
    (place + 1).to_string()
}

/// "Dehaze at 80 %, on a part", and tone and detail where they are others than learned.
pub fn filter_at(layer: &Layer) -> String {
    format!("{} at {}{}", layer.operator.title, set(layer), balance::shares(layer.balance))
}

/// "Pane 2: Dehaze at 80 %".
pub fn pane(place: usize, content: &str) -> String {
    format!("Pane {}: {content}", digit(place))
}

/// The menu in a pane's header.
pub fn pane_menu(place: usize, title: &str) -> String {
    format!("Filter of pane {}: {title}", digit(place))
}

/// "Strength of pane 2".
pub fn strength_of_pane(place: usize) -> String {
    format!("{STRENGTH} of pane {}", digit(place))
}

/// "Close pane 2".
pub fn close_pane(place: usize) -> String {
    format!("{CLOSE} pane {}", digit(place))
}

/// "Pin pane 2".
pub fn pin_pane(place: usize) -> String {
    format!("{PIN} pane {}", digit(place))
}

/// "Pick pane 2".
pub fn pick(place: usize) -> String {
    format!("Pick pane {}", digit(place))
}

/// "Use pane 2".
pub fn use_pane(place: usize) -> String {
    format!("Use pane {}", digit(place))
}

/// "Photo, before".
pub fn photo_side(caption: &str) -> String {
    format!("{PHOTO_AREA}, {}", caption.to_lowercase())
}

/// "×4".
pub fn amplification(factor: u8) -> String {
    format!("×{factor}")
}

/// "Difference ×4".
pub fn difference(factor: u8) -> String {
    format!("{DIFFERENCE} {}", amplification(factor))
}

/// "38 %".
pub fn percent(part: f64) -> String {
    format!("{:.0}\u{a0}%", part * 100.0)
}

/// How close a filter comes, in a line: on its check photos, else on those that it learned from, each
/// left out; None where nothing is known.
pub fn closeness_short(operator: &Operator) -> Option<String> {
    let Provenance { check, psnr_unseen, .. } = &operator.provenance;
    let psnr = check.as_ref().map(|check| check.psnr).or(*psnr_unseen);
    psnr.map(closeness)
}

/// What that closeness means and how it was measured.
pub fn closeness_short_tip(operator: &Operator) -> Option<String> {
    let Provenance { check, psnr_unseen, .. } = &operator.provenance;
    let unseen = || psnr_unseen.map(|_| CLOSENESS_UNSEEN_TIP.to_owned());
    check.as_ref().map(closeness_tip).or_else(unseen)
}

/// Closeness in words, then in numbers.
fn closeness(psnr: f64) -> String {
    let word = match psnr {
        psnr if psnr < 24.0 => "Rough",
        psnr if psnr < 30.0 => "Close",
        psnr if psnr < 36.0 => "Very close",
        _ => "Near-identical",
    };
    format!("{word}, {psnr:.1} dB")
}

/// What the closeness on check photos means.
fn closeness_tip(check: &Check) -> String {
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

// Steps.
pub const STEPS: &str = "Steps";
pub const STEP_OPENED: &str = "Opened";
pub const UNDO: &str = "Undo";
pub const REDO: &str = "Redo";

/// What a step did, and what it is about: steps about the same thing may be one.
pub fn step(before: &Stack, after: &Stack) -> (String, String) {
    let (old, new) = (&before.items, &after.items);
    let title = |items: &[Item], place: usize| items[place].layer.operator.title.clone();
    let differs = |place: &usize| old.get(*place) != new.get(*place);
    let Some(place) = (0..old.len().max(new.len())).find(differs) else {
        return (STEP_OPENED.to_owned(), String::new());
    };
    if new.len() > old.len() {
        let title = title(new, place);
        return (format!("Add {title}"), title);
    }
    if new.len() < old.len() {
        return (format!("Remove {}", title(old, place)), String::new());
    }
    let (was, is) = (&old[place], &new[place]);
    let title = title(new, place);
    if !std::sync::Arc::ptr_eq(&was.layer.operator, &is.layer.operator) {
        let same =
            |a: &Item, b: &Item| std::sync::Arc::ptr_eq(&a.layer.operator, &b.layer.operator);
        let is_moved = old.iter().all(|a| new.iter().any(|b| same(a, b)));
        return if is_moved && new.len() > 1 {
            ("Change the order".to_owned(), String::new())
        } else {
            (title, "filter".to_owned())
        };
    }
    if was.is_on != is.is_on {
        let word = if is.is_on { "on" } else { "off" };
        return (format!("{title} {word}"), String::new());
    }
    if was.layer.strength != is.layer.strength {
        let strength = percent(f64::from(is.layer.strength));
        return (format!("Strength {strength}"), format!("strength {place}"));
    }
    if was.layer.balance != is.layer.balance {
        return balance::step(was.layer.balance, is.layer.balance, place);
    }
    if was.layer.mask != is.layer.mask {
        return masking::step(was.layer.mask.as_deref(), is.layer.mask.as_deref(), place);
    }
    (format!("Tune {title}"), format!("tune {place}"))
}

// Stack.
pub const STACK: &str = "Filters on this photo";
pub const ADD_ON_TOP: &str = "Add a filter on top";
pub const TURN_ON_OR_OFF: &str = "Takes part";
pub const MOVE_UP: &str = "Earlier";
pub const MOVE_DOWN: &str = "Later";
pub const REMOVE: &str = "Remove";

/// What a button of a filter's row does: "Remove: Dehaze".
pub fn about(words: &str, title: &str) -> String {
    format!("{words}: {title}")
}

/// A filter of the stack: "Dehaze, 80 %, on a part".
pub fn in_stack(layer: &Layer) -> String {
    format!("{}, {}{}", layer.operator.title, set(layer), balance::shares(layer.balance))
}

/// How much of a filter there is, and whether it acts on a part alone: "80 %, on a part".
pub fn set(layer: &Layer) -> String {
    let part = if layer.mask.is_some() { masking::ON_A_PART } else { "" };
    format!("{}{part}", percent(f64::from(layer.strength)))
}

// Memory.
/// A kept edit names a filter that is gone.
pub fn filter_gone(names: &[String]) -> String {
    format!(
        "The edit of this photo used {}, which is not in the library any more. The rest was opened; put the filter back and open the photo again to have it all.",
        names.join(", ")
    )
}

/// What lies beside a photo cannot be read.
pub fn sidecar_damaged(aside: &Path) -> String {
    format!(
        "The edit beside this photo could not be read and was put aside as {}. The photo is safe; it is shown with the edit that this program kept, if there is one.",
        file_name(aside)
    )
}

/// Filters are another version than an edit was made with.
pub fn other_version(titles: &[String]) -> String {
    format!(
        "The edit beside this photo was made with another version of {}: it may look different here. Nothing was changed.",
        titles.join(", ")
    )
}

pub const BESIDE: &str = "Keep edits beside photos";
pub const BESIDE_TIP: &str = "Every edit is kept by this program. This also writes it into the photo’s folder, as PHOTO.understudy.json, so that it moves with the photo. The photo itself is never written to";

/// An edit could not be kept.
pub fn not_kept(reason: &str) -> String {
    format!(
        "The edit could not be kept for the next time: {reason}. Your photo is safe; export a copy before you close the window."
    )
}
