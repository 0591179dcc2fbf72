//! The base ([`crate::operator::Base`]): `O = I + f(x)`, from colour, the photo and its places.
//!
//! 1. [`statistics`] and [`locals`]: what is known of the photo, from one sample of it.
//! 2. [`fold`]: everything that does not depend on the pixel's colour becomes numbers, once a photo.
//! 3. [`shade`]: the pass over the pixels, in which what was known costs the same however much it was.
//!
//! [`change()`] is what the whole does to neighbourhoods, for its tone and detail.
//! [`features`] writes `f` out as the sum that it is fitted as; a test holds the pass to it.

mod cells;
mod change;
pub mod features;
pub mod fold;
pub mod locals;
pub mod shade;
pub mod statistics;

pub use change::change;
pub use features::write_features;
pub use fold::{Folded, fold};
pub use locals::{locals, read_cells};
pub use statistics::statistics;

use super::Planes;
use super::sample::Sites;

/// Length of the short side of the photo's sample, in pixels; smaller photos are taken as they are.
pub const SAMPLE: usize = 256;

/// Weights of red, green and blue in luminance.
pub const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// The pixels of a photo that its statistics and local values come from.
pub fn sites(width: usize, height: usize) -> Sites {
    Sites::new(width, height, SAMPLE.min(width).min(height))
}

/// What the statistics and the local values look at of a photo's sample.
struct Seen<'a> {
    sample: &'a Planes,
    /// Luminance of every pixel.
    luminance: Vec<f64>,
    /// The smallest of its three channels.
    darkest: Vec<f64>,
}

impl<'a> Seen<'a> {
    fn new(sample: &'a Planes) -> Self {
        let [r, g, b] = [0, 1, 2].map(|channel| sample.plane(channel));
        let pixels = || r.iter().zip(g).zip(b).map(|((r, g), b)| [*r, *g, *b].map(clamped));
        let luminance =
            pixels().map(|[r, g, b]| LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b);
        let darkest = pixels().map(|[r, g, b]| r.min(g).min(b));
        Self { sample, luminance: luminance.collect(), darkest: darkest.collect() }
    }
}

/// A value of the sample as it counts.
fn clamped(value: f32) -> f64 {
    f64::from(value.clamp(0.0, 1.0))
}
