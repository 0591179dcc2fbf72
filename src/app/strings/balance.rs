//! The words of tone and detail.

use super::percent;
use crate::edit::Balance;

pub const TONE: &str = "Tone";
pub const TONE_IN_PERCENT: &str = "Tone in percent";
pub const TONE_TIP: &str = "How much of what the filter does to the light and colour of whole areas: 0 % leaves the photo’s, 100 % is the filter as learned. A double click goes back to 100 %";
pub const DETAIL: &str = "Detail";
pub const DETAIL_IN_PERCENT: &str = "Detail in percent";
pub const DETAIL_TIP: &str = "How much of what the filter does to contrast and texture within an area: 0 % leaves the photo’s, 100 % is the filter as learned. A double click goes back to 100 %";

/// ", tone 60 %, detail 120 %"; of what is as learned, nothing.
pub fn shares(balance: Balance) -> String {
    let share = |name: &str, value: f32| match value {
        1.0 => String::new(),
        value => format!(", {name} {}", percent(f64::from(value))),
    };
    share("tone", balance.tone) + &share("detail", balance.detail)
}

/// What a step did, and what it is about.
pub fn step(before: Balance, after: Balance, place: usize) -> (String, String) {
    let step = |name: &str, value: f32| format!("{name} {}", percent(f64::from(value)));
    if before.tone != after.tone {
        return (step(TONE, after.tone), format!("tone {place}"));
    }
    (step(DETAIL, after.detail), format!("detail {place}"))
}
