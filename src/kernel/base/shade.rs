//! The pass over the pixels: `G = I + f(clamp(I, 0, 1))` of a [`Folded`] base.
//!
//! Along a row the coefficients are first mixed from the rows of cells above and below, once for
//! each cell; then, from one cell's middle to the next, they are straight lines over the columns.

use std::ops::Range;

use super::super::wide::{Wide, fma, wide};
use super::LUMINANCE;
use super::fold::{BENDS, Cell, Folded};
use crate::operator::KNOTS;

/// Columns of a block, in runs that lie between the same two cells.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    runs: Vec<Run>,
    /// How far each column is from the cell on its left to the next.
    fractions: Vec<f32>,
    /// The coefficients along the row at hand, of the cells that the columns lie between.
    line: Vec<Pair>,
}

#[derive(Clone, Debug)]
struct Run {
    cell: usize,
    columns: Range<usize>,
}

/// The coefficients at a cell, and what those of the next one have more.
#[derive(Clone, Copy, Debug)]
struct Pair {
    left: Cell,
    step: Cell,
}

impl Runs {
    /// For columns at these cells and fractions, from left to right.
    pub fn new(columns: &[(usize, f32)]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (at, (cell, _)) in columns.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if run.cell == *cell => run.columns.end = at + 1,
                _ => runs.push(Run { cell: *cell, columns: at..at + 1 }),
            }
        }
        Self { runs, fractions: columns.iter().map(|column| column.1).collect(), line: Vec::new() }
    }

    /// G of a row of pixels. `row` is the row of cells above it and how far it is to the next.
    /// CPU twin of `base` in `shade.wgsl`.
    pub fn row(
        &mut self,
        folded: &Folded,
        row: (usize, f32),
        rgb: [&[f32]; 3],
        g: [&mut [f32]; 3],
    ) {
        let (width, (cell, fraction)) = (folded.width, row);
        let upper = &folded.cells[cell * width..][..width];
        let lower = &folded.cells[(cell + 1).min(folded.height - 1) * width..][..width];
        let mixed = |at: usize| mixed(&upper[at], &lower[at], fraction);
        self.line.clear();
        self.line.extend(self.runs.iter().map(|run| {
            let left = mixed(run.cell);
            Pair { left, step: difference(&left, &mixed((run.cell + 1).min(width - 1))) }
        }));
        let Self { runs, fractions, line } = self;
        wide(Row { folded, runs, fractions, line, rgb, g });
    }
}

/// `upper + fraction·(lower − upper)`
fn mixed(upper: &Cell, lower: &Cell, fraction: f32) -> Cell {
    let mut cell = *upper;
    for (row, (upper, lower)) in cell.iter_mut().zip(upper.iter().zip(lower)) {
        for (value, (upper, lower)) in row.iter_mut().zip(upper.iter().zip(lower)) {
            *value = upper + fraction * (lower - upper);
        }
    }
    cell
}

/// `to − from`
fn difference(from: &Cell, to: &Cell) -> Cell {
    let mut cell = *to;
    for (row, from) in cell.iter_mut().zip(from) {
        for (value, from) in row.iter_mut().zip(from) {
            *value -= from;
        }
    }
    cell
}

/// Pixels at once: two vectors of 8 lanes for each of the sums and colours.
const PIXELS: usize = 16;

type Lanes = [f32; PIXELS];

struct Row<'a, 'b> {
    folded: &'a Folded,
    runs: &'a [Run],
    fractions: &'a [f32],
    line: &'a [Pair],
    rgb: [&'a [f32]; 3],
    g: [&'b mut [f32]; 3],
}

impl Wide for Row<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { folded, rgb: [r, g, b], g: [out_r, out_g, out_b], .. } = self;
        for (run, pair) in self.runs.iter().zip(self.line) {
            for start in run.columns.clone().step_by(PIXELS) {
                let count = PIXELS.min(run.columns.end - start);
                let fraction = load(self.fractions, start);
                let mut sums = [load(r, start), load(g, start), load(b, start)];
                let x = [clamped(&sums[0]), clamped(&sums[1]), clamped(&sums[2])];
                quadratic::<FMA>(pair, &x, &fraction, &mut sums);
                cubic::<FMA>(folded, &x, &mut sums);
                curves::<FMA>(folded, &x, &mut sums);
                out_r[start..start + count].copy_from_slice(&sums[0][..count]);
                out_g[start..start + count].copy_from_slice(&sums[1][..count]);
                out_b[start..start + count].copy_from_slice(&sums[2][..count]);
            }
        }
    }
}

/// Values from `start` on; zeros beyond the end.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn load(values: &[f32], start: usize) -> Lanes {
    if let Some(chunk) = values[start..].first_chunk() {
        return *chunk;
    }
    let mut lanes = [0.0; PIXELS];
    lanes[..values.len() - start].copy_from_slice(&values[start..]);
    lanes
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn clamped(values: &Lanes) -> Lanes {
    let mut out = *values;
    for value in &mut out {
        *value = value.clamp(0.0, 1.0);
    }
    out
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn times(a: &Lanes, b: &Lanes) -> Lanes {
    let mut out = *a;
    for (value, b) in out.iter_mut().zip(b) {
        *value *= b;
    }
    out
}

/// `Φ₂·K`: the coefficients are straight lines over the columns.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn quadratic<const FMA: bool>(
    pair: &Pair,
    x: &[Lanes; 3],
    fraction: &Lanes,
    sums: &mut [Lanes; 3],
) {
    let [r, g, b] = x;
    sloped::<FMA>(pair, 0, &[1.0; PIXELS], fraction, sums);
    sloped::<FMA>(pair, 1, r, fraction, sums);
    sloped::<FMA>(pair, 2, g, fraction, sums);
    sloped::<FMA>(pair, 3, b, fraction, sums);
    sloped::<FMA>(pair, 4, &times(r, r), fraction, sums);
    sloped::<FMA>(pair, 5, &times(g, g), fraction, sums);
    sloped::<FMA>(pair, 6, &times(b, b), fraction, sums);
    sloped::<FMA>(pair, 7, &times(r, g), fraction, sums);
    sloped::<FMA>(pair, 8, &times(r, b), fraction, sums);
    sloped::<FMA>(pair, 9, &times(g, b), fraction, sums);
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn sloped<const FMA: bool>(
    pair: &Pair,
    term: usize,
    value: &Lanes,
    fraction: &Lanes,
    sums: &mut [Lanes; 3],
) {
    let coefficients = pair.left[term].iter().zip(&pair.step[term]);
    for (sums, (left, step)) in sums.iter_mut().zip(coefficients) {
        for i in 0..PIXELS {
            let coefficient = fma::<FMA>(fraction[i], *step, *left);
            sums[i] = fma::<FMA>(coefficient, value[i], sums[i]);
        }
    }
}

/// The terms of third degree: rrr, ggg, bbb, rrg, rrb, ggr, ggb, bbr, bbg, rgb.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn cubic<const FMA: bool>(folded: &Folded, x: &[Lanes; 3], sums: &mut [Lanes; 3]) {
    let [r, g, b] = x;
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9] = &folded.cubic;
    let square = times(r, r);
    fixed::<FMA>(c0, &times(&square, r), sums);
    fixed::<FMA>(c3, &times(&square, g), sums);
    fixed::<FMA>(c4, &times(&square, b), sums);
    let square = times(g, g);
    fixed::<FMA>(c1, &times(&square, g), sums);
    fixed::<FMA>(c5, &times(&square, r), sums);
    fixed::<FMA>(c6, &times(&square, b), sums);
    let square = times(b, b);
    fixed::<FMA>(c2, &times(&square, b), sums);
    fixed::<FMA>(c7, &times(&square, r), sums);
    fixed::<FMA>(c8, &times(&square, g), sums);
    fixed::<FMA>(c9, &times(&times(r, g), b), sums);
}

/// The bends of the four curves.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn curves<const FMA: bool>(folded: &Folded, x: &[Lanes; 3], sums: &mut [Lanes; 3]) {
    let [r, g, b] = x;
    let mut light = [0.0; PIXELS];
    for i in 0..PIXELS {
        let sum = fma::<FMA>(LUMINANCE[1] as f32, g[i], LUMINANCE[2] as f32 * b[i]);
        light[i] = fma::<FMA>(LUMINANCE[0] as f32, r[i], sum);
    }
    bent::<FMA>(&folded.bends[0], r, sums);
    bent::<FMA>(&folded.bends[1], g, sums);
    bent::<FMA>(&folded.bends[2], b, sums);
    bent::<FMA>(&folded.bends[3], &light, sums);
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn bent<const FMA: bool>(bends: &[[f32; 3]; BENDS], value: &Lanes, sums: &mut [Lanes; 3]) {
    for (k, bend) in bends.iter().enumerate() {
        let knot = (k + 1) as f32 / (KNOTS - 1) as f32;
        let mut reached = *value;
        for value in &mut reached {
            *value = value.max(knot);
        }
        fixed::<FMA>(bend, &reached, sums);
    }
}

/// A value with the same weights all over the photo.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn fixed<const FMA: bool>(weights: &[f32; 3], value: &Lanes, sums: &mut [Lanes; 3]) {
    for (weight, sums) in weights.iter().zip(sums) {
        for (sum, value) in sums.iter_mut().zip(value) {
            *sum = fma::<FMA>(*weight, *value, *sum);
        }
    }
}
