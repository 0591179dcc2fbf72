//! Sampling of Il: one pixel of the photo for each of Il.
//!
//! The paper says "downsample"; the authors' code, and so their weights, take Pillow's nearest
//! neighbour. Its source index is the whole part of a running sum in f64, `x₀ = N/M/2`,
//! `xᵢ₊₁ = xᵢ + N/M`; the closed form differs where the sum's rounding crosses a whole number.

use super::Planes;
use crate::photo::Image;

/// Most pixels of Il: a photo of 1:2 at the largest analysis size, one of 1:128 at the usual one.
/// The long side of a slimmer photo is sampled more coarsely.
pub const AREA_MAX: usize = 1 << 19;

/// Which pixels of the photo become Il.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sites {
    /// Source row of each row of Il.
    pub rows: Vec<u32>,
    /// Source column of each column of Il.
    pub columns: Vec<u32>,
}

impl Sites {
    /// The sites for a photo of `width · height` pixels and an analysis size of `short_side`.
    pub fn new(width: usize, height: usize, short_side: usize) -> Self {
        let (low_width, low_height) = low_size(width, height, short_side);
        Self {
            rows: nearest_indices(height, low_height),
            columns: nearest_indices(width, low_width),
        }
    }
}

/// Width and height of Il: the short side as asked, the other in proportion, truncated.
pub fn low_size(width: usize, height: usize, short_side: usize) -> (usize, usize) {
    let short = width.min(height);
    let scaled = |side: usize| (short_side * side / short).clamp(1, AREA_MAX / short_side);
    if width <= height { (short_side, scaled(height)) } else { (scaled(width), short_side) }
}

/// Source index of each of `len` samples of `source_len` pixels, by Pillow's rule.
pub fn nearest_indices(source_len: usize, len: usize) -> Vec<u32> {
    let step = source_len as f64 / len as f64;
    let mut at = step * 0.5;
    let next = |_| {
        let index = (at as usize).min(source_len - 1);
        at += step;
        index as u32
    };
    (0..len).map(next).collect()
}

/// Il: 3 planes of sRGB-encoded values.
pub fn sample(image: &Image, sites: &Sites) -> Planes {
    let (height, width) = (sites.rows.len(), sites.columns.len());
    let mut il = Planes::zeros(3, height, width);
    let area = il.area();
    for (y, row) in sites.rows.iter().enumerate() {
        for (x, column) in sites.columns.iter().enumerate() {
            let rgb = image.rgb(*row as usize * image.width + *column as usize);
            for (channel, value) in rgb.into_iter().enumerate() {
                il.data[channel * area + y * width + x] = value;
            }
        }
    }
    il
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_side_is_as_asked_and_the_other_truncated() {
        assert_eq!(low_size(7952, 5304, 64), (95, 64));
        assert_eq!(low_size(5304, 7952, 64), (64, 95));
        assert_eq!(low_size(1, 1, 64), (64, 64));
        assert_eq!(low_size(20_000, 10, 64), (AREA_MAX / 64, 64));
    }

    #[test]
    fn indices_follow_the_running_sum() {
        assert_eq!(nearest_indices(4, 2), [1, 3]);
        assert_eq!(nearest_indices(2, 4), [0, 0, 1, 1]);
        let differing = nearest_indices(1024, 96)
            .iter()
            .enumerate()
            .filter(|(i, index)| ((*i as f64 + 0.5) * 1024.0 / 96.0) as u32 != **index)
            .count();
        assert_eq!(differing, 17, "the closed form differs at ties");
    }
}
