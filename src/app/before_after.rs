//! How before and after are seen: together in one of several ways, or the original for a moment.

use super::comparison::Comparison;

/// A press shorter than this is a tap, in seconds.
const TAP_SECONDS: f64 = 0.25;
/// By how much a difference can be multiplied.
pub const AMPLIFICATIONS: [u8; 3] = [1, 4, 16];

/// How before and after are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeforeAfter {
    /// How the two are seen together; None shows the edit alone.
    pub comparison: Option<Comparison>,
    /// Where the split line is, 0..1 of the visible part of the photo.
    pub line: f32,
    /// Whether after is on the left and before on the right.
    pub swapped: bool,
    /// By how much a difference is multiplied: one of [`AMPLIFICATIONS`].
    pub amplification: u8,
    /// Since when the original is held, in seconds of the window's clock.
    held_since: Option<f64>,
    /// Whether a tap keeps the original on.
    kept: bool,
}

impl Default for BeforeAfter {
    fn default() -> Self {
        Self {
            comparison: Some(Comparison::Split),
            line: 0.5,
            swapped: false,
            amplification: 4,
            held_since: None,
            kept: false,
        }
    }
}

impl BeforeAfter {
    /// Seen in this way, or no longer.
    pub fn toggle_comparison(&mut self, comparison: Comparison) {
        self.release();
        self.comparison = toggled(self.comparison, comparison);
    }

    /// Whether the original alone is to be seen.
    pub fn original(&self) -> bool {
        self.kept || self.held_since.is_some()
    }

    /// Whether the original is held at this moment.
    pub fn is_held(&self) -> bool {
        self.held_since.is_some()
    }

    /// The key or the button for the original is down, or up again; a tap toggles.
    pub fn hold(&mut self, down: bool, time: f64) {
        match (self.held_since, down) {
            (None, true) => self.held_since = Some(time),
            (Some(since), false) => {
                self.held_since = None;
                self.kept = time - since < TAP_SECONDS && !self.kept;
            }
            _ => {}
        }
    }

    /// Keeps the original on, or no longer.
    pub fn toggle(&mut self) {
        self.kept = !self.kept;
    }

    /// Back to before and after: another photo or filter is no longer about the original.
    pub fn release(&mut self) {
        self.held_since = None;
        self.kept = false;
    }
}

/// Chosen, or none where it was chosen before.
pub fn toggled(now: Option<Comparison>, chosen: Comparison) -> Option<Comparison> {
    (now != Some(chosen)).then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holding_shows_the_original_while_it_lasts_and_a_tap_keeps_it() {
        let mut before_after = BeforeAfter::default();
        before_after.hold(true, 1.0);
        assert!(before_after.original());
        before_after.hold(true, 2.0);
        before_after.hold(false, 3.0);
        assert!(!before_after.original());
        before_after.hold(true, 4.0);
        before_after.hold(false, 4.1);
        assert!(before_after.original());
        before_after.hold(true, 5.0);
        before_after.hold(false, 5.1);
        assert!(!before_after.original());
    }
}
