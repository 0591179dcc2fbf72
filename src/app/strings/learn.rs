//! The words of the Learn workspace.

use std::path::Path;

use crate::app::learn::Counts;
use crate::train::examples::{Confidence, Pair, Rule};
use crate::train::learn::Worst;

// Examples.
pub const EXAMPLES: &str = "Examples";
pub const BEFORE: &str = "Before…";
pub const BEFORE_TIP: &str = "Choose the folder of photos as they were";
pub const AFTER: &str = "After…";
pub const AFTER_TIP: &str = "Choose the folder of their edits";
pub const FILES: &str = "Files…";
pub const FILES_TIP: &str = "Choose a photo and its edit, or many of both";
pub const SWAP: &str = "Swap";
pub const SWAP_TIP: &str = "Before and after are the wrong way round: exchange them in all pairs";
pub const CLEAR: &str = "Clear";
pub const CLEAR_TIP: &str = "Remove all pairs from the list; the files stay as they are";
pub const BEFORE_MISSING: &str = "Now choose Before…";
pub const AFTER_MISSING: &str = "Now choose After…";
pub const BEFORE_PATH: &str = "Before: folder or file";
pub const AFTER_PATH: &str = "After: folder or file";
pub const ADD: &str = "Add";
pub const NO_FILE_DIALOG: &str = "No file dialog is available here. Type the two paths instead.";
pub const DROP_HERE: &str = "Drop to add as examples";
pub const NO_THUMBNAIL: &str = "Not read yet";
pub const WORKING: &str = "Looking for pairs…";
pub const UNPAIRED: &str = "Without a partner";

// The empty state.
pub const INVITATION: &str = "A filter learns from a photo before and after your edit. Drop here:";
pub const WAYS: [[&str; 2]; 3] = [
    ["Two folders", "of photos and of their edits"],
    ["One folder", "with both in it: IMG_1, IMG_1-edit"],
    ["An edited copy", "with its original, or alone onto it"],
];
pub const OR_CHOOSE: &str = "Or choose the folders above. One pair is enough to begin.";
pub const ONE_EXAMPLE: &str = "Works with one. Photos unlike this one may come out wrong; 3–10 different ones make it reliable.";

// Rows.
pub const CHECKING: &str = "Reading…";
pub const GOOD: &str = "Good";
pub const SHIFTED: &str = "Shifted";
pub const CROPPED: &str = "Cropped";
pub const DIFFERENT: &str = "Different photo";
pub const SKIPPED: &str = "Skipped";
pub const SWAPPED: &str = "Swapped?";
pub const OPPOSITE: &str = "Opposite?";
pub const EXCHANGED: &str = "Before and after seem to be the wrong way round: the other pairs change colours the opposite way. Swap them.";
pub const LEARN_FROM: &str = "Learn from";
pub const LEARN_FROM_TIP: &str =
    "The filter is learned from this pair. Click to keep it aside and check the filter with it";
pub const CHECK: &str = "Check";
pub const CHECK_TIP: &str =
    "The filter never sees this pair while learning and is judged by it. Click to learn from it";
pub const SKIP: &str = "Skip";
pub const SKIP_TIP: &str = "Leave this pair out";
pub const USE: &str = "Use";
pub const USE_TIP: &str = "Take this pair in again";

// The run.
pub const LEARN_A_FILTER: &str = "Learn a filter";
pub const NAME: &str = "Name";
pub const NEW_NAME: &str = "My filter";
pub const CARRY_CHECK: &str = "Keep small copies of the check photos in the filter’s file";
pub const CARRY_CHECK_TIP: &str = "Up to four pairs of 256 pixels. With them Tune tells how close a setting comes, and whoever gets the file sees what it does. Switch it off for photos that nobody else should see";
pub const QUICK: &str = "Quick";
pub const QUICK_DETAIL: &str = "In closed form: a few seconds.";
pub const THOROUGH: &str = "Thorough";
pub const THOROUGH_DETAIL: &str = "The simplest kind that comes close. From ten pairs on it also trains a network: up to a minute.";
pub const START: &str = "Start";
pub const START_TIP: &str = "Learn from these pairs";
pub const PAUSE: &str = "Pause";
pub const PAUSE_TIP: &str = "Wait, and keep everything";
pub const GO_ON: &str = "Resume";
pub const GO_ON_TIP: &str = "Go on where it waits";
pub const FINISH: &str = "Finish";
pub const FINISH_TIP: &str = "Stop here and keep the newest version";
pub const FINISH_NOT_YET: &str = "There is no version yet";
pub const CANCEL: &str = "Cancel";
pub const CANCEL_TIP: &str = "Stop and keep nothing";
pub const STARTING: &str = "Starting…";
pub const FITTING: &str = "Finding what the edit does…";
pub const TRAINING: &str = "Training a network";
pub const JUDGING: &str = "Judging it by other photos…";
pub const PAUSING: &str = "Pausing…";
pub const PAUSED: &str = "Paused";
pub const FINISHING: &str = "Finishing…";
pub const CANCELLING: &str = "Cancelling…";
pub const STILL_IMPROVING: &str = "Still improving on photos it has not seen";
pub const NOT_IMPROVING: &str = "Memorising: no closer on photos it has not seen since";
pub const MADE: &str = "Learned by Understudy.";
pub const FINISHED_EARLY: &str = "Finished early: this is the newest version that was kept.";
/// Shown when the learner itself fails.
pub const BROKEN_OFF: &str = "Learning broke off by an error of the program. Your photos are as they were; what was kept so far is offered at the next start.";
pub const FINISHED_WITH_NETWORK: &str = "Finished early, with the network as far as it was trained. Whether it helps enough on photos that it has not seen was not settled yet: compare the versions.";
pub const FINISHED_WITHOUT_NETWORK: &str = "Finished early, with the newest version that was kept. The network that was being trained is not part of it: it had not helped yet.";
pub const NOTES: &str = "About the pairs";
pub const TRY_AGAIN: &str = "Back";

// The chart.
pub const CHART: &str = "Closeness over time";
pub const LINE_UNSEEN: &str = "Photos it has not seen";
pub const LINE_LEARN: &str = "Photos it learns from";
pub const LINE_NOTHING: &str = "Doing nothing";

// The result.
pub const A_GUESS: &str = "A first guess";
pub const CHANGES_NOTHING: &str = "Changes nothing";
pub const NOTHING_LEARNED: &str = "Nothing was learned";
pub const USE_IT: &str = "Use it";
pub const USE_IT_TIP: &str = "Choose it in Apply; it is among your filters";
pub const ADD_ANOTHER: &str = "Add another example";
pub const ADD_ANOTHER_TIP: &str = "Back to the examples, to learn again from more of them: a few seconds. It becomes the next version";
pub const VERSIONS: &str = "Version";
pub const LEAST_CLOSE: &str = "Least close";
pub const SEE_WORST: &str = "See the photo that comes out worst";
pub const SEE_WORST_TIP: &str = "See it large: before, your edit, the filter";
pub const LEARN_WORST: &str = "Add the worst photo's fix";
pub const LEARN_WORST_TIP: &str =
    "Learn again, from your edit of this photo too: a few seconds. It becomes the next version";
pub const KEEP_LEARNING: &str = "Keep learning";
pub const KEEP_LEARNING_TIP: &str = "Learn again from the same pairs, thoroughly: the simplest kind that comes close, and from ten pairs on a network. It becomes the next version";
pub const BY_EYE: &str = "Check it by eye";
pub const BY_EYE_DETAIL: &str =
    "Nothing but this photo was there to judge by. See what the filter makes of any other one.";
pub const OPEN_ANOTHER: &str = "Open another photo…";

// Obstacles.
pub const STILL_PAIRING: &str = "Still looking for pairs.";
pub const NO_PAIRS: &str = "Add at least one pair on the left.";
pub const ONLY_CHECK: &str = "All pairs are set to Check. Learn from at least one.";
pub const NO_NAME: &str = "Give the filter a name.";
pub const NO_FOLDER: &str =
    "This system has no folder for your filters. `understudy learn` writes to any place.";
/// Shown when the window is closed while learning.
pub const CLOSE_WHILE_LEARNING: &str = "A filter is still being learned. Close the window again to stop; you can go on with it next time.";

/// "12 pairs found, 2 need a look, 1 ignored".
pub fn headline(counts: &Counts) -> String {
    let mut words = match counts.found {
        1 => "1 pair found".to_owned(),
        found => format!("{found} pairs found"),
    };
    match counts.need_a_look {
        0 => {}
        1 => words += ", 1 needs a look",
        some => words += &format!(", {some} need a look"),
    }
    if counts.ignored > 0 {
        words += &format!(", {} ignored", counts.ignored);
    }
    words
}

/// What the pairs are used for.
pub fn purposes(counts: &Counts) -> String {
    if counts.waiting > 0 {
        return format!("Reading: {} of {}", counts.found - counts.waiting, counts.found);
    }
    match (counts.learn, counts.check) {
        (1, 0) => "Learns from 1.".to_owned(),
        (learn, 0) => format!("Learns from {learn}; each is also judged without itself."),
        (learn, check) => format!("Learns from {learn}, checks on {check}."),
    }
}

/// What a pair was found by, and how far that can be trusted.
pub fn confidence(pair: &Pair) -> &'static str {
    match (pair.confidence, pair.rule) {
        (Confidence::Unsure, _) => "Not sure",
        (_, Rule::Name) => "Same name",
        (_, Rule::SimilarName) => "Similar name",
        (_, Rule::Capture) => "Same moment",
        (_, Rule::Looks) => "Looks alike",
        (_, Rule::Given) => "As given",
    }
}

/// "After is cropped by 12 %. Use the overlapping part?"
pub fn cropped(share: f64) -> String {
    format!("After is cropped by {:.0}\u{a0}%. Use the overlapping part?", 100.0 * share)
}

/// How much of an edit is ignored.
pub fn not_expressible(share: f64) -> String {
    format!(
        "{:.0}\u{a0}% of this edit cannot be expressed as light and contrast; the filter will ignore it.",
        100.0 * share
    )
}

/// Two pairs that contradict each other.
pub fn opposed(one: &str, other: &str) -> String {
    format!(
        "“{one}” and “{other}” ask for opposite things. Skip one of them, unless the edit is meant to follow the photo."
    )
}

/// The two files of a pair.
pub fn files(pair: &Pair) -> String {
    format!("{}\n{}", pair.before.display(), pair.after.display())
}

/// "Before: photos".
pub fn chosen_before(folder: &str) -> String {
    format!("Before: {folder}")
}

/// "After: edits".
pub fn chosen_after(folder: &str) -> String {
    format!("After: {folder}")
}

/// The name of a button on a pair, for screen readers.
pub fn of_pair(words: &str, pair: &str) -> String {
    format!("{words}: {pair}")
}

/// The progress of comparing files.
pub fn comparing(done: usize, of: usize) -> String {
    format!("Comparing files of other names: {done} of {of}")
}

/// A typed path that is not there.
pub fn path_not_there(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        return "Type both paths: a folder or a file each.".to_owned();
    }
    format!("There is no file or folder {}.", path.display())
}

/// A name that cannot be used.
pub fn name_taken(name: &str) -> String {
    format!("There is a filter “{name}” already, or one that was interrupted. Choose another name.")
}

/// The library's folder cannot be used.
pub fn folder_not_writable(folder: &Path, reason: &str) -> String {
    format!(
        "The folder {} for your filters could not be written to: {reason}. Nothing was learned.",
        folder.display()
    )
}

/// "Reading the pairs: 3 of 12".
pub fn reading(done: usize, of: usize) -> String {
    format!("Reading the pairs: {done} of {of}")
}

/// "0:12".
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// "31.2 dB".
pub fn decibels(psnr: f64) -> String {
    format!("{psnr:.1}\u{a0}dB")
}

/// "Learning Warm summer, 0:12, 31.2 dB".
pub fn in_status_bar(title: &str, seconds: f64, psnr: Option<f64>, is_paused: bool) -> String {
    let doing = if is_paused { "Paused:" } else { "Learning" };
    let closeness = psnr.map_or_else(String::new, |psnr| format!(", {}", decibels(psnr)));
    format!("{doing} {title}, {}{closeness}", clock(seconds))
}

/// Closeness in a word (UX.md, section 5.1).
pub fn closeness(psnr: f64) -> &'static str {
    match psnr {
        psnr if psnr < 24.0 => "Rough",
        psnr if psnr < 30.0 => "Close",
        psnr if psnr <= 36.0 => "Very close",
        _ => "Near-identical",
    }
}

/// "Memorising: no closer on photos it has not seen since 0:45; best was v3". The place of the best
/// version, if there are several.
pub fn memorising(since: f64, best: Option<usize>) -> String {
    let best = best.map_or_else(String::new, |best| format!("; best was v{}", best + 1));
    format!("{NOT_IMPROVING} {}{best}", clock(since))
}

/// "31.2 dB; doing nothing 25.0 dB".
pub fn closeness_detail(psnr: f64, nothing: Option<f64>) -> String {
    let nothing =
        nothing.map_or_else(String::new, |it| format!("; doing nothing {}", decibels(it)));
    format!("{}{nothing}", decibels(psnr))
}

/// A point of the chart: "Photos it has not seen\n31.2 dB after 0:12".
pub fn chart_point(line: &str, seconds: f64, psnr: f64) -> String {
    format!("{line}\n{} after {}", decibels(psnr), clock(seconds))
}

/// The chart in a sentence, for screen readers.
pub fn chart(learn: Option<f64>, unseen: Option<f64>, seconds: f64) -> String {
    let part = |words: &str, psnr: Option<f64>| match psnr {
        Some(psnr) => format!(", {words} {}", decibels(psnr)),
        None => String::new(),
    };
    let (unseen, learn) = (part(LINE_UNSEEN, unseen), part(LINE_LEARN, learn));
    format!("{CHART}: after {}{unseen}{learn}", clock(seconds))
}

/// "v2 of 3, 31.2 dB – best on photos it has not seen". `best` is that version's place.
pub fn version(number: usize, of: usize, psnr: Option<f64>, best: Option<usize>) -> String {
    let closeness = psnr.map_or_else(String::new, |psnr| format!(", {}", decibels(psnr)));
    let best = match best {
        Some(best) if best + 1 == number => " – best on photos it has not seen".to_owned(),
        Some(best) => format!("; best: v{}", best + 1),
        None => String::new(),
    };
    format!("v{number} of {of}{closeness}{best}")
}

/// "IMG_12: 24.1 dB; doing nothing 19.0 dB".
pub fn least_close(worst: &Worst) -> String {
    let (psnr, nothing) = (worst.psnr, Some(worst.psnr_nothing));
    format!("{}: {}", worst.pair.name, closeness_detail(psnr, nothing))
}

/// The name of a filter that is an earlier version of another.
pub fn version_title(title: &str, number: usize) -> String {
    format!("{title} v{number}")
}

/// A run that was interrupted.
pub fn interrupted(title: &str) -> String {
    format!("Learning “{title}” was interrupted.")
}

/// From how many pairs it would go on.
pub fn interrupted_detail(pairs: usize) -> String {
    match pairs {
        1 => "It can go on from its pair.".to_owned(),
        pairs => format!("It can go on from its {pairs} pairs."),
    }
}

pub const DISCARD_IT: &str = "Discard";
