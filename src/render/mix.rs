//! Rows of a scaled picture, mixed from rendered pixels.

use std::ops::Range;

use super::Span;
use crate::kernel::codes;
use crate::photo::{Image, Pixels};

/// The spans that are on the photo, and the pixels that they are mixed from.
pub(super) fn visible(spans: &[Span]) -> [Range<usize>; 2] {
    let is_on = |span: &Span| !span.weights.is_empty();
    match (spans.iter().position(is_on), spans.iter().rposition(is_on)) {
        (Some(first), Some(last)) => {
            [first..last + 1, spans[first].first..spans[last].pixels().end]
        }
        _ => [0..0, 0..0],
    }
}

/// One row of a scaled picture: `put` gets every column's place, colour and alpha. `image` begins at
/// row and column `corner` of the photo.
pub(super) fn mix_row(
    image: &Image,
    corner: [usize; 2],
    row: &Span,
    columns: &[Span],
    has_alpha: bool,
    mut put: impl FnMut(usize, [f32; 3], f32),
) {
    let [_, pixels] = visible(columns);
    let (first, len) = (pixels.start, pixels.len());
    if row.weights.is_empty() || len == 0 {
        return;
    }
    let mut line = [0, 1, 2, 3].map(|_| vec![0.0_f32; len]);
    let mut sums = line.clone();
    for (y, weight) in row.pixels().zip(&row.weights) {
        let start = (y - corner[0]) * image.width + first - corner[1];
        let [r, g, b, alpha] = &mut line;
        codes::unpack(image, start, [r, g, b]);
        if has_alpha {
            for (x, alpha) in alpha.iter_mut().enumerate() {
                *alpha = match &image.pixels {
                    Pixels::Eight(pixels) => f32::from(pixels[start + x][3]) / 255.0,
                    Pixels::Sixteen(pixels) => f32::from(pixels[start + x][3]) / 65535.0,
                };
            }
        }
        for (sums, line) in sums.iter_mut().zip(&line).take(if has_alpha { 4 } else { 3 }) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        }
    }
    for (place, column) in columns.iter().enumerate() {
        let from = column.first - first..column.pixels().end - first;
        let mixed = |sums: &[f32]| -> f32 {
            sums[from.clone()].iter().zip(&column.weights).map(|(sum, weight)| sum * weight).sum()
        };
        let alpha = if has_alpha { mixed(&sums[3]) } else { 1.0 };
        put(place, [mixed(&sums[0]), mixed(&sums[1]), mixed(&sums[2])], alpha);
    }
}
