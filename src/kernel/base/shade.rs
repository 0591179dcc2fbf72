//! The pass over the pixels: `G = I + f(clamp(I, 0, 1))` of a [`Folded`] base.
//!
//! Along a row the coefficients are first mixed from the rows of cells above and below, once for
//! each cell; then, from one cell's middle to the next, they are straight lines over the columns.

use super::super::runs::{Line, Runs, load, store};
use super::super::wide::{Wide, fma, wide};
use super::LUMINANCE;
use super::fold::{BENDS, CELL_TERMS, Folded};
use crate::operator::KNOTS;

/// Coefficients of a cell.
pub const COEFFICIENTS: usize = 3 * CELL_TERMS;

/// G of a row of pixels. `place` is the row of cells above it and how far it is to the next, `runs`
/// are its columns between the cells, the planes are padded. CPU twin of `base` in `shade.wgsl`.
pub fn row(
    folded: &Folded,
    place: (usize, f32),
    runs: &mut Runs,
    rgb: [&[f32]; 3],
    g: [&mut [f32]; 3],
) {
    let line = runs.line(place, [folded.width, folded.height], |cell, coefficients| {
        coefficients.copy_from_slice(folded.cells[cell].as_flattened());
    });
    wide(Row { folded, line, rgb, g });
}

/// Pixels at once: a loop over them is compiled as vectors, and its weights are loaded once for all.
const PIXELS: usize = 64;

/// The same between two cells, which are few pixels apart in small pictures.
const PIXELS_OF_RUN: usize = 16;

struct Row<'a, 'b> {
    folded: &'a Folded,
    line: Line<'a>,
    rgb: [&'a [f32]; 3],
    g: [&'b mut [f32]; 3],
}

impl Wide for Row<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { folded, rgb: [r, g, b], g: [out_r, out_g, out_b], .. } = self;
        let mut sums = [[0.0; PIXELS_OF_RUN]; 3];
        for (columns, pair) in self.line.runs() {
            for start in columns.step_by(PIXELS_OF_RUN) {
                let fraction = load(self.line.fractions, start);
                let rgb = [load(r, start), load(g, start), load(b, start)];
                quadratic::<FMA>(pair, &fraction, &rgb, &mut sums);
                // What is written beyond the run is overwritten by the next one.
                store(&sums[0], out_r, start);
                store(&sums[1], out_g, start);
                store(&sums[2], out_b, start);
            }
        }
        for start in (0..self.line.width()).step_by(PIXELS) {
            let x: [[f32; PIXELS]; 3] =
                [clamped(load(r, start)), clamped(load(g, start)), clamped(load(b, start))];
            let mut sums = [load(out_r, start), load(out_g, start), load(out_b, start)];
            cubic::<FMA>(&folded.cubic, &x, &mut sums);
            bent::<FMA>(&folded.bends[0], &x[0], &mut sums);
            bent::<FMA>(&folded.bends[1], &x[1], &mut sums);
            bent::<FMA>(&folded.bends[2], &x[2], &mut sums);
            bent::<FMA>(&folded.bends[3], &luminance::<FMA>(&x), &mut sums);
            store(&sums[0], out_r, start);
            store(&sums[1], out_g, start);
            store(&sums[2], out_b, start);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn clamped<const N: usize>(mut values: [f32; N]) -> [f32; N] {
    for value in &mut values {
        *value = value.clamp(0.0, 1.0);
    }
    values
}

/// `I + Φ₂·K`, the terms up to the second degree.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn quadratic<const FMA: bool>(
    pair: &[f32; 2 * COEFFICIENTS],
    fraction: &[f32; PIXELS_OF_RUN],
    rgb: &[[f32; PIXELS_OF_RUN]; 3],
    sums: &mut [[f32; PIXELS_OF_RUN]; 3],
) {
    for i in 0..PIXELS_OF_RUN {
        let input = [rgb[0][i], rgb[1][i], rgb[2][i]];
        let (r, g, b) =
            (input[0].clamp(0.0, 1.0), input[1].clamp(0.0, 1.0), input[2].clamp(0.0, 1.0));
        let terms = [r, g, b, r * r, g * g, b * b, r * g, r * b, g * b];
        sums[0][i] = sloped::<FMA>(pair, 0, &terms, fraction[i], input[0]);
        sums[1][i] = sloped::<FMA>(pair, 1, &terms, fraction[i], input[1]);
        sums[2][i] = sloped::<FMA>(pair, 2, &terms, fraction[i], input[2]);
    }
}

/// One output of [`quadratic`]: the coefficients are straight lines over the columns.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn sloped<const FMA: bool>(
    pair: &[f32; 2 * COEFFICIENTS],
    output: usize,
    terms: &[f32; 9],
    fraction: f32,
    input: f32,
) -> f32 {
    let mut sum = input + fma::<FMA>(fraction, pair[COEFFICIENTS + output], pair[output]);
    for (i, term) in terms.iter().enumerate() {
        let at = 3 * (i + 1) + output;
        let (step, left) = (pair[COEFFICIENTS + at], pair[at]);
        sum = fma::<FMA>(fma::<FMA>(fraction, step, left), *term, sum);
    }
    sum
}

/// The terms of third degree: rrr, ggg, bbb, rrg, rrb, ggr, ggb, bbr, bbg, rgb.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn cubic<const FMA: bool>(
    weights: &[[f32; 3]; 10],
    x: &[[f32; PIXELS]; 3],
    sums: &mut [[f32; PIXELS]; 3],
) {
    for i in 0..PIXELS {
        let (r, g, b) = (x[0][i], x[1][i], x[2][i]);
        let (rr, gg, bb) = (r * r, g * g, b * b);
        let terms =
            [rr * r, gg * g, bb * b, rr * g, rr * b, gg * r, gg * b, bb * r, bb * g, r * g * b];
        sums[0][i] = weighted::<FMA, 10>(weights, 0, &terms, sums[0][i]);
        sums[1][i] = weighted::<FMA, 10>(weights, 1, &terms, sums[1][i]);
        sums[2][i] = weighted::<FMA, 10>(weights, 2, &terms, sums[2][i]);
    }
}

/// The bends of a curve: each adds where the value is beyond its knot.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn bent<const FMA: bool>(
    weights: &[[f32; 3]; BENDS],
    value: &[f32; PIXELS],
    sums: &mut [[f32; PIXELS]; 3],
) {
    for i in 0..PIXELS {
        let mut terms = [value[i]; BENDS];
        for (k, term) in terms.iter_mut().enumerate() {
            *term = term.max((k + 1) as f32 / (KNOTS - 1) as f32);
        }
        sums[0][i] = weighted::<FMA, BENDS>(weights, 0, &terms, sums[0][i]);
        sums[1][i] = weighted::<FMA, BENDS>(weights, 1, &terms, sums[1][i]);
        sums[2][i] = weighted::<FMA, BENDS>(weights, 2, &terms, sums[2][i]);
    }
}

/// One output of a sum whose weights are the same all over the photo.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn weighted<const FMA: bool, const N: usize>(
    weights: &[[f32; 3]; N],
    output: usize,
    terms: &[f32; N],
    sum: f32,
) -> f32 {
    let mut sum = sum;
    for (weights, term) in weights.iter().zip(terms) {
        sum = fma::<FMA>(weights[output], *term, sum);
    }
    sum
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn luminance<const FMA: bool>(x: &[[f32; PIXELS]; 3]) -> [f32; PIXELS] {
    let (r, g, b) = (LUMINANCE[0] as f32, LUMINANCE[1] as f32, LUMINANCE[2] as f32);
    let mut light = [0.0; PIXELS];
    for (i, light) in light.iter_mut().enumerate() {
        *light = fma::<FMA>(r, x[0][i], fma::<FMA>(g, x[1][i], b * x[2][i]));
    }
    light
}
