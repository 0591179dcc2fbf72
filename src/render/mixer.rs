//! I at the points of a lattice, mixed from the photo's pixels.

use super::Tap;
use crate::kernel::codes;
use crate::kernel::wide::{Wide, fma, wide};
use crate::photo::{Coding, Image, Pixels};

/// Mixes rows of a lattice, one after the other.
#[derive(Debug, Default)]
pub(super) struct Mixer {
    /// The codes that a row is mixed from, mixed down already; nothing behind the last one.
    sums: Vec<[f32; 4]>,
    /// The same mixed across as well: the codes of a row.
    points: Vec<[f32; 4]>,
}

/// Most pixels that a row or column is mixed from.
const TAPS: usize = 4;

impl Mixer {
    /// I along a piece of one row of the lattice; the planes are as long as it has columns.
    pub fn mix(&mut self, image: &Image, row: &Tap, columns: &[Tap], planes: [&mut [f32]; 3]) {
        let (Some(left), Some(right)) = (columns.first(), columns.last()) else { return };
        let first = left.first as usize;
        let len = (right.first + right.count) as usize - first;
        let start = row.first as usize * image.width + first;
        self.sums.clear();
        self.sums.resize(len + TAPS, [0.0; 4]);
        let sums = self.sums[..len].as_flattened_mut();
        let weights = &row.weights[..row.count as usize];
        // The next row is mixed from those below.
        for y in weights.len()..2 * weights.len() {
            codes::ask_for(image, start + y * image.width, len);
        }
        match &image.pixels {
            Pixels::Eight(pixels) => {
                let rows = |y: usize| pixels[start + y * image.width..][..len].as_flattened();
                down(rows, weights, sums);
            }
            Pixels::Sixteen(pixels) => {
                let rows = |y: usize| pixels[start + y * image.width..][..len].as_flattened();
                down(rows, weights, sums);
            }
        }
        self.points.resize(columns.len(), [0.0; 4]);
        wide(Across { sums: &self.sums, first, columns, points: &mut self.points });
        wide(Apart { points: &self.points, coding: image.coding, planes });
    }
}

/// Mixes codes of as many rows as there are weights.
fn down<'a, C: Copy + 'a>(rows: impl Fn(usize) -> &'a [C], weights: &[f32], sums: &mut [f32])
where
    i32: From<C>,
{
    match *weights {
        [a] => wide(Down { rows: [rows(0)], weights: [a], sums }),
        [a, b] => wide(Down { rows: [rows(0), rows(1)], weights: [a, b], sums }),
        [a, b, c] => {
            wide(Down { rows: [rows(0), rows(1), rows(2)], weights: [a, b, c], sums });
        }
        [a, b, c, d] => {
            let rows = [rows(0), rows(1), rows(2), rows(3)];
            wide(Down { rows, weights: [a, b, c, d], sums });
        }
        // Beside the photo there is nothing.
        _ => {}
    }
}

struct Down<'a, 'b, C, const N: usize> {
    rows: [&'a [C]; N],
    weights: [f32; N],
    sums: &'b mut [f32],
}

impl<C: Copy, const N: usize> Wide for Down<'_, '_, C, N>
where
    i32: From<C>,
{
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (rows, weights) = (self.rows.map(|row| &row[..self.sums.len()]), self.weights);
        for (i, out) in self.sums.iter_mut().enumerate() {
            let mut sum = 0.0;
            for at in 0..N {
                // Through i32, for which there is an instruction everywhere.
                sum = fma::<FMA>(weights[at], i32::from(rows[at][i]) as f32, sum);
            }
            *out = sum;
        }
    }
}

struct Across<'a, 'b> {
    sums: &'a [[f32; 4]],
    /// The column of the photo that they begin with.
    first: usize,
    columns: &'a [Tap],
    points: &'b mut [[f32; 4]],
}

impl Wide for Across<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (tap, point) in self.columns.iter().zip(self.points) {
            let pixels = self.sums[tap.first as usize - self.first..].first_chunk::<TAPS>();
            let mut sums = [0.0; 4];
            // Weights beyond the last pixel are zero, and what they are of is finite.
            for (pixel, weight) in pixels.into_iter().flatten().zip(tap.weights) {
                for (sum, code) in sums.iter_mut().zip(pixel) {
                    *sum = fma::<FMA>(weight, *code, *sum);
                }
            }
            *point = sums;
        }
    }
}

/// Codes become values, each channel in a plane of its own.
struct Apart<'a, 'b> {
    points: &'a [[f32; 4]],
    coding: Coding,
    planes: [&'b mut [f32]; 3],
}

impl Wide for Apart<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Coding { scale, offset } = self.coding;
        let [r, g, b] = self.planes;
        for (((point, r), g), b) in self.points.iter().zip(r).zip(g).zip(b) {
            let [red, green, blue, _] = point.map(|code| fma::<FMA>(code, scale, offset));
            (*r, *g, *b) = (red, green, blue);
        }
    }
}
