//! The words of the Tune drawer.

use super::photo_count;

pub const TUNE: &str = "Tune";
pub const RESET_TIP: &str =
    "All values as they were learned. A double click on a slider resets it alone";
pub const SAVE_TIP: &str = "A new version in My filters with this strength, tone, detail and tuning as its default; this one stays as it is";
pub const NOTHING_TO_SAVE: &str = "Strength, tone, detail and tuning are the filter’s own.";
pub const SPREAD: &str = "Spread";
pub const SPREAD_TIP: &str = "Radius r of the guided layer, in cells of the analysis: how far the filter’s answer is carried";
pub const SPREAD_LEARNED_TIP: &str = "Dilation of the learned mean, in cells. The filter learned with its own value: others are an experiment";
pub const SOFTNESS: &str = "Edge softness";
pub const SOFTNESS_TIP: &str =
    "ε of the guided layer: small keeps every edge, large smooths the filter’s answer across them";
pub const ANALYSIS: &str = "Analysis size";
pub const ANALYSIS_TIP: &str = "Short side in pixels of the copy of the photo that the network sees (Il). Larger is finer and slower, and not always better: the filter learned with its own value";
pub const REACH: &str = "Reach";
pub const REACH_TIP: &str =
    "How far the filter looks around each pixel, as a factor of what it learned";
pub const NO_LAYER: &str = "This filter is a closed form without a network: it has none.";
pub const OWN_EDGE_RULE: &str = "This filter learned its own edge rule.";
pub const NO_NEIGHBOURHOOD: &str = "This filter looks at no neighbourhood.";
pub const MEASURED_TIP: &str = "Closeness (PSNR) to the edit that was learned, on small copies of photos that the filter has not seen. On whole photos it is another figure; which values are better is the same";

/// The button that saves a version.
pub fn save(number: u32) -> String {
    format!("Save as default (v{number})")
}

/// The title of a version.
pub fn version_title(title: &str, number: u32) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let stem = match title.rsplit_once(" v") {
        Some((stem, last)) if is_number(last) => stem,
        _ => title,
    };
    format!("{stem} v{number}")
}

/// How a version was made.
pub fn made_by_tuning(title: &str) -> String {
    format!("Tuned by hand from “{title}”.")
}

/// A tuned filter was saved.
pub fn saved(title: &str) -> String {
    format!("“{title}” is in My filters now.")
}

/// What the charts are of.
pub fn measured(pairs: usize) -> String {
    match pairs {
        0 => "Bars: processor time. This filter carries no check photos, so its closeness is not known here.".to_owned(),
        count => format!("Bars: processor time. Line: closeness on {} that it carries.", photo_count(count)),
    }
}

/// "learned with 64 · 31.2 dB · 8 ms": milliseconds, dB, and whether they were measured at this very
/// value, which a sign says they were not.
pub fn evidence(learned: &str, now: Option<(f64, Option<f64>, bool)>) -> String {
    let mut words = format!("learned with {learned}");
    if let Some((cost, psnr, is_weighed)) = now {
        let about = if is_weighed { "" } else { "≈" };
        if let Some(psnr) = psnr {
            words += &format!(" · {about}{psnr:.1}\u{a0}dB");
        }
        words += &match cost {
            cost if cost < 9.95 => format!(" · {about}{cost:.1}\u{a0}ms"),
            cost => format!(" · {about}{cost:.0}\u{a0}ms"),
        };
    }
    words
}

/// Where closeness begins to fall.
pub fn chart_tip(falls: &[Option<String>; 2]) -> String {
    match falls {
        [None, None] => "Closeness does not fall clearly in this range".to_owned(),
        [Some(below), None] => format!("Closeness falls below {below}"),
        [None, Some(above)] => format!("Closeness falls above {above}"),
        [Some(below), Some(above)] => format!("Closeness falls below {below} and above {above}"),
    }
}
