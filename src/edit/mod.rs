//! What the user asked for, as values: which filters at which strength and tuning, seen how.
//!
//! Values are compared with `==`: whoever wants to know whether anything changed compares the last
//! one sent with the new one.

pub mod mask;
mod record;

pub use mask::Mask;
pub use record::FilterRecord;

use std::sync::Arc;

pub use crate::kernel::balance::Balance;
use crate::operator::{Operator, Tuning};

/// The edit of one photo: layers, applied first to last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// No layer is the photo itself.
    pub layers: Vec<Layer>,
}

/// One filter in an edit.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The filter.
    pub operator: Arc<Operator>,
    /// How much of it, 0..1: `I + strength · (O − I)`.
    pub strength: f32,
    /// How much of what it does to neighbourhoods, and within them.
    pub balance: Balance,
    /// What the user changed of the filter.
    pub tuning: Tuning,
    /// Where it acts; None is everywhere.
    pub mask: Option<Arc<Mask>>,
}

impl Layer {
    /// The filter as it comes: its own strength, tone and detail, nothing tuned.
    pub fn new(operator: Arc<Operator>) -> Self {
        let Operator { strength, tone, detail, .. } = *operator;
        let balance = Balance { tone, detail };
        Self { operator, strength, balance, tuning: Tuning::default(), mask: None }
    }

    /// All of the filter, as it was learned.
    pub fn whole(operator: Arc<Operator>) -> Self {
        let (balance, tuning) = (Balance::EVEN, Tuning::default());
        Self { operator, strength: 1.0, balance, tuning, mask: None }
    }

    /// Sets the tuning, if the filter has what it sets.
    pub fn tune(&mut self, tuning: Tuning) {
        if self.operator.settings(&tuning).is_ok() {
            self.tuning = tuning;
        }
    }

    /// Whether strength, tone and detail are the filter's own.
    pub fn is_as_it_comes(&self) -> bool {
        let Operator { strength, tone, detail, .. } = *self.operator;
        self.strength == strength && self.balance == Balance { tone, detail }
    }
}

impl PartialEq for Layer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.operator, &other.operator)
            && self.strength == other.strength
            && self.balance == other.balance
            && self.tuning == other.tuning
            && self.mask == other.mask
    }
}

/// Which part of a photo is on screen, and how large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Width and height of the picture area in physical pixels, at least 1.
    pub size: [u32; 2],
    /// The point of the photo, in photo pixels from its upper left corner, that is in the middle.
    pub center: [f64; 2],
    /// Screen pixels per photo pixel: 1 is 100 %.
    pub zoom: f64,
}

impl View {
    /// Largest zoom.
    pub const ZOOM_MAX: f64 = 32.0;

    /// The whole photo of `width · height` pixels, as large as fits into `size`, never enlarged.
    pub fn fit(size: [u32; 2], width: usize, height: usize) -> Self {
        let (width, height) = (width as f64, height as f64);
        let zoom = (f64::from(size[0]) / width).min(f64::from(size[1]) / height).min(1.0);
        Self { size, center: [width / 2.0, height / 2.0], zoom }
    }

    /// Where a point of the photo is on screen, in pixels from the area's upper left corner.
    pub fn screen_from_photo(&self, point: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| self.corner(axis) + (point[axis] - self.center[axis]) * self.zoom)
    }

    /// Which point of the photo is under a point of the screen.
    pub fn photo_from_screen(&self, point: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| self.center[axis] + (point[axis] - self.corner(axis)) / self.zoom)
    }

    /// The screen position of the centre: at whole zooms rounded so that photo pixels and screen
    /// pixels fall on each other.
    fn corner(&self, axis: usize) -> f64 {
        let middle = f64::from(self.size[axis]) / 2.0;
        let origin = middle - self.center[axis] * self.zoom;
        if self.zoom >= 1.0 && self.zoom.fract() == 0.0 {
            origin.round() + self.center[axis] * self.zoom
        } else {
            middle
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_shows_the_whole_photo_and_never_enlarges() {
        let view = View::fit([600, 400], 6000, 3000);
        assert_eq!(view.zoom, 0.1);
        assert_eq!(view.screen_from_photo([0.0, 0.0]), [0.0, 50.0]);
        assert_eq!(View::fit([600, 400], 10, 10).zoom, 1.0);
    }

    #[test]
    fn screen_and_photo_are_inverse() {
        for (zoom, center) in [(0.37, [12.3, 45.6]), (1.0, [3.25, 7.5]), (4.0, [0.1, 0.2])] {
            let view = View { size: [321, 200], center, zoom };
            let point = view.photo_from_screen(view.screen_from_photo([17.0, 4.5]));
            assert!((point[0] - 17.0).abs() < 1e-9 && (point[1] - 4.5).abs() < 1e-9);
        }
    }

    #[test]
    fn at_whole_zooms_photo_pixels_start_on_screen_pixels() {
        let view = View { size: [321, 200], center: [12.34, 56.78], zoom: 2.0 };
        let [x, y] = view.screen_from_photo([0.0, 0.0]);
        assert!((x - x.round()).abs() < 1e-9 && (y - y.round()).abs() < 1e-9);
    }
}
