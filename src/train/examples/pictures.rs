//! The whole pictures of a pair, for recipes that learn from pictures.

use rayon::prelude::*;

use super::alignment::{Alignment, Rectangle};
use super::interpolate;
use super::pairing::Pair;
use crate::kernel::Planes;
use crate::photo::{self, Image, PhotoError};

/// Both halves of a pair where they overlap, read again from their files: 3 planes each, of one
/// size, sRGB-encoded. They are reduced by area averages to `short_side` (the other side in
/// proportion, truncated); without one, or where the part is no larger, they have its full size.
///
/// # Errors
/// When one of the files can no longer be opened.
pub fn pictures(
    pair: &Pair,
    alignment: &Alignment,
    short_side: Option<usize>,
) -> Result<(Planes, Planes), PhotoError> {
    let whole = Rectangle { x: 0, y: 0, width: alignment.before.0, height: alignment.before.1 };
    let part = alignment.common().unwrap_or(whole);
    let short = part.width.min(part.height);
    let wanted = short_side.unwrap_or(short).clamp(1, short);
    let side = |side: usize| (side * wanted / short).max(1);
    let size = (side(part.width), side(part.height));
    // One after the other: two decoded photos are never in memory at once.
    let before = {
        let image = photo::open(&pair.before)?.image;
        reduced(&image, &Alignment::identity(alignment.before, alignment.before), part, size)
    };
    let image = photo::open(&pair.after)?.image;
    Ok((before, reduced(&image, alignment, part, size)))
}

/// A part of the photo, as `image` shows it, in `size` columns and rows.
pub(super) fn reduced(
    image: &Image,
    alignment: &Alignment,
    part: Rectangle,
    size: (usize, usize),
) -> Planes {
    let (width, height) = size;
    let step = (part.width as f64 / width as f64, part.height as f64 / height as f64);
    let [[a, b, _], [c, d, _]] = alignment.matrix;
    let is_upright = b == 0.0 && c == 0.0 && a > 0.0 && d > 0.0;
    let mut planes = Planes::zeros(3, height, width);
    let area = planes.area();
    let colour = |i: usize| {
        // The cell's edges, and its middle, in the photo's pixels.
        let (left, top) = (
            part.x as f64 - 0.5 + (i % width) as f64 * step.0,
            part.y as f64 - 0.5 + (i / width) as f64 * step.1,
        );
        if is_upright && (a * step.0).min(d * step.1) >= 1.0 {
            let low = alignment.after_from_before(left, top);
            let high = alignment.after_from_before(left + step.0, top + step.1);
            return area_mean(image, low, high);
        }
        let (x, y) = alignment.after_from_before(left + step.0 / 2.0, top + step.1 / 2.0);
        interpolate::mean(image, x, y, alignment.scale() * step.0.max(step.1))
    };
    let colours: Vec<[f32; 3]> = (0..area).into_par_iter().map(colour).collect();
    for (i, colour) in colours.into_iter().enumerate() {
        for (channel, value) in colour.into_iter().enumerate() {
            planes.data[channel * area + i] = value;
        }
    }
    planes
}

/// The mean colour of a rectangle from `low` to `high`, of which pixels at the edge count in part.
fn area_mean(image: &Image, low: (f64, f64), high: (f64, f64)) -> [f32; 3] {
    // Pixel i reaches from i − 0.5 to i + 0.5.
    let covered = |low: f64, high: f64, side: usize| {
        let (low, high) = (low.max(-0.5), high.min(side as f64 - 0.5));
        let (first, last) = ((low + 0.5 + 1e-9) as usize, (high + 0.5 - 1e-9).max(0.0) as usize);
        let weight = move |i: usize| (high.min(i as f64 + 0.5) - low.max(i as f64 - 0.5)).max(0.0);
        (first.min(side - 1)..=last.min(side - 1)).map(move |i| (i, weight(i)))
    };
    let (mut sum, mut total) = ([0.0_f64; 3], 0.0);
    for (y, weight_y) in covered(low.1, high.1, image.height) {
        for (x, weight_x) in covered(low.0, high.0, image.width) {
            let weight = weight_x * weight_y;
            total += weight;
            for (sum, value) in sum.iter_mut().zip(image.rgb(y * image.width + x)) {
                *sum += weight * f64::from(value);
            }
        }
    }
    if total <= 0.0 {
        return interpolate::at(image, (low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
    }
    sum.map(|sum| (sum / total) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_averaged_by_area() {
        let pixels =
            (0..60 * 40).map(|i| [(i % 60) as u8 * 4, (i / 60) as u8 * 6, 0, 255]).collect();
        let image = Image::eight(60, 40, pixels);
        let same = Alignment::identity((60, 40), (60, 40));
        let part = Rectangle { x: 10, y: 5, width: 45, height: 30 };
        let full = reduced(&image, &same, part, (45, 30));
        assert_eq!(full.plane(0)[0], image.rgb(5 * 60 + 10)[0]);
        assert_eq!(full.plane(1)[45 * 30 - 1], image.rgb(34 * 60 + 54)[1]);
        let small = reduced(&image, &same, part, (18, 12));
        // 2.5 columns: 10, 11 and half of 12.
        let want = (40.0 + 44.0 + 24.0) / 2.5 / 255.0;
        assert!((small.plane(0)[0] - want).abs() < 1e-6);
        // The same through an edit twice the size and mirrored back.
        let double = Image::eight(
            120,
            80,
            (0..120 * 80).map(|i| [(i % 120 / 2) as u8 * 4, (i / 240) as u8 * 6, 0, 255]).collect(),
        );
        let matrix = [[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]];
        let twice = Alignment { matrix, before: (60, 40), after: (120, 80) };
        let again = reduced(&double, &twice, part, (18, 12));
        for (a, b) in again.data.iter().zip(&small.data) {
            assert!((a - b).abs() < 1e-6);
        }
    }
}
