//! The pass over the pixels: `G = I + f(clamp(I, 0, 1))` of a [`Folded`] base.
//!
//! Along a row the coefficients are first mixed from the rows of cells above and below, once for
//! each cell; then, from one cell's middle to the next, they are straight lines over the columns.

use std::hint::black_box;

use super::super::runs::{Line, Runs};
use super::super::vector::Vector;
use super::super::wide::{InVectors, in_vectors};
use super::LUMINANCE;
use super::fold::{BENDS, CELL_TERMS, CUBIC_TERMS, Folded, Lines};
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
    in_vectors(Row { folded, line, rgb, g });
}

struct Row<'a, 'b> {
    folded: &'a Folded,
    line: Line<'a>,
    rgb: [&'a [f32]; 3],
    g: [&'b mut [f32]; 3],
}

/// Red, green and blue of some vectors of pixels.
type Three<V, const N: usize> = [[V; N]; 3];

impl InVectors for Row<'_, '_> {
    #[inline(always)]
    fn run<V: Vector, const N: usize>(mut self) {
        // Not known to the compiler: it would unroll the loops over the coefficients and hold all of
        // them in registers, of which there are too few.
        let count = black_box(COEFFICIENTS);
        let cubic_weights = &self.folded.cubic[..black_box(CUBIC_TERMS)];
        for (columns, pair) in self.line.runs::<{ 2 * COEFFICIENTS }>() {
            let (left, more) = pair.split_at(count);
            for start in columns.step_by(N * V::LANES) {
                let input: Three<V, N> = loaded(self.rgb, start);
                let fraction = loaded([self.line.fractions], start);
                let sums = quadratic((left, more), &fraction[0], &input);
                // What is written beyond the run is overwritten by the next one.
                stored(&sums, &mut self.g, start);
            }
        }
        for start in (0..self.line.width()).step_by(N * V::LANES) {
            let x: Three<V, N> = clamped(loaded(self.rgb, start));
            let [r, g, b] = &self.g;
            let mut sums = loaded([r, g, b], start);
            cubic(cubic_weights, &x, &mut sums);
            let light = luminance(&x);
            for (curve, values) in x.iter().chain([&light]).enumerate() {
                if V::LOOKS_UP {
                    straight(&self.folded.lines[curve], values, &mut sums);
                } else {
                    bent(&self.folded.bends[curve], values, &mut sums);
                }
            }
            stored(&sums, &mut self.g, start);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn loaded<V: Vector, const N: usize, const PLANES: usize>(
    planes: [&[f32]; PLANES],
    start: usize,
) -> [[V; N]; PLANES] {
    let mut vectors = [[V::splat(0.0); N]; PLANES];
    for (vectors, plane) in vectors.iter_mut().zip(planes) {
        for (j, vector) in vectors.iter_mut().enumerate() {
            *vector = V::load(plane, start + j * V::LANES);
        }
    }
    vectors
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn stored<V: Vector, const N: usize>(
    sums: &Three<V, N>,
    planes: &mut [&mut [f32]; 3],
    start: usize,
) {
    for (plane, sums) in planes.iter_mut().zip(sums) {
        for (j, sum) in sums.iter().enumerate() {
            sum.store(plane, start + j * V::LANES);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn clamped<V: Vector, const N: usize>(mut x: Three<V, N>) -> Three<V, N> {
    for plane in &mut x {
        for values in plane {
            *values = values.max(V::splat(0.0)).min(V::splat(1.0));
        }
    }
    x
}

/// `I + Φ₂·K`, the terms up to the second degree; the coefficients are straight lines over the columns.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn quadratic<V: Vector, const N: usize>(
    (left, more): (&[f32], &[f32]),
    fraction: &[V; N],
    input: &Three<V, N>,
) -> Three<V, N> {
    let [r, g, b] = clamped(*input);
    let terms = [
        [V::splat(1.0); N],
        r,
        g,
        b,
        product(&r, &r),
        product(&g, &g),
        product(&b, &b),
        product(&r, &g),
        product(&r, &b),
        product(&g, &b),
    ];
    let mut sums = *input;
    for ((values, left), more) in terms.iter().zip(left.chunks_exact(3)).zip(more.chunks_exact(3)) {
        for ((sums, left), more) in sums.iter_mut().zip(left).zip(more) {
            let (left, more) = (V::splat(*left), V::splat(*more));
            for j in 0..N {
                sums[j] = fraction[j].fma(more, left).fma(values[j], sums[j]);
            }
        }
    }
    sums
}

/// The terms of third degree: rrr, ggg, bbb, rrg, rrb, ggr, ggb, bbr, bbg, rgb.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn cubic<V: Vector, const N: usize>(
    weights: &[[f32; 3]],
    [r, g, b]: &Three<V, N>,
    sums: &mut Three<V, N>,
) {
    let [rr, gg, bb] = [product(r, r), product(g, g), product(b, b)];
    let terms = [
        product(&rr, r),
        product(&gg, g),
        product(&bb, b),
        product(&rr, g),
        product(&rr, b),
        product(&gg, r),
        product(&gg, b),
        product(&bb, r),
        product(&bb, g),
        product(&product(r, g), b),
    ];
    for (weights, values) in weights.iter().zip(&terms) {
        weighted(weights, values, sums);
    }
}

/// Adds a term whose weights are the same all over the photo.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn weighted<V: Vector, const N: usize>(
    weights: &[f32; 3],
    values: &[V; N],
    sums: &mut Three<V, N>,
) {
    for (sums, weight) in sums.iter_mut().zip(weights) {
        let weight = V::splat(*weight);
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum = weight.fma(*value, *sum);
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn product<V: Vector, const N: usize>(one: &[V; N], other: &[V; N]) -> [V; N] {
    let mut product = *one;
    for (value, other) in product.iter_mut().zip(other) {
        *value = value.mul(*other);
    }
    product
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn luminance<V: Vector, const N: usize>([r, g, b]: &Three<V, N>) -> [V; N] {
    let [red, green, blue] = LUMINANCE;
    let (red, green, blue) = (V::splat(red as f32), V::splat(green as f32), V::splat(blue as f32));
    let mut light = *b;
    for j in 0..N {
        light[j] = red.fma(r[j], green.fma(g[j], blue.mul(b[j])));
    }
    light
}

/// A curve in pieces: which one a value is on, and its line.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn straight<V: Vector, const N: usize>(
    lines: &[Lines; 3],
    values: &[V; N],
    sums: &mut Three<V, N>,
) {
    // A little less than 8: the end of the last piece is on it, and at the other knots both are right.
    let pieces = V::splat((KNOTS - 1) as f32 * (1.0 - f32::EPSILON));
    for j in 0..N {
        let place = values[j].mul(pieces);
        for (sums, lines) in sums.iter_mut().zip(lines) {
            let line = values[j].fma(place.look_up(&lines.slopes), place.look_up(&lines.terms));
            sums[j] = sums[j].add(line);
        }
    }
}

/// The same as the bends of a curve: each adds where the value is beyond its knot.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn bent<V: Vector, const N: usize>(
    weights: &[[f32; 3]; BENDS],
    values: &[V; N],
    sums: &mut Three<V, N>,
) {
    for (k, weights) in (1..).zip(weights) {
        let knot = V::splat(k as f32 / (KNOTS - 1) as f32);
        let mut beyond = *values;
        for value in &mut beyond {
            *value = value.max(knot);
        }
        weighted(weights, &beyond, sums);
    }
}
