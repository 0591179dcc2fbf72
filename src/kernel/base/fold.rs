//! Folds a base for one photo: everything that does not depend on the pixel's colour.
//!
//! z is one for the photo, and the local values are functions of the cell. So `f` comes down to ten
//! coefficients of third degree, the bends of four curves, and in every cell ten coefficients up to
//! the second degree, into which the straight parts of all curves go as well:
//!
//! `f = Σ cubic·Φ₃ + Σ bend·max(v, k/8) + Φ₂·K(p)`, K bilinear between the middles of cells.

use rayon::prelude::*;

use super::super::Planes;
use super::super::wide::{Wide, wide};
use super::features::Places;
use super::{LUMINANCE, Seen, locals, statistics};
use crate::operator::{Base, CURVES, KNOTS, LOCALS, TERMS};

/// Terms up to the second degree, which have coefficients in every cell.
pub const CELL_TERMS: usize = TERMS[2];

/// Terms of the third degree.
pub const CUBIC_TERMS: usize = TERMS[3] - TERMS[2];

/// Knots between the ends of a curve, where it may bend.
pub const BENDS: usize = KNOTS - 2;

/// The coefficients of a cell, for each term those of the three outputs.
pub type Cell = [[f32; 3]; CELL_TERMS];

/// A base folded for a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Coefficients of the terms of third degree in the three outputs.
    pub cubic: [[f32; 3]; CUBIC_TERMS],
    /// How much steeper each curve gets at each of its inner knots.
    pub bends: [[[f32; 3]; BENDS]; CURVES],
    /// What the bends come to between the knots, in each of the three outputs.
    pub lines: [[Lines; 3]; CURVES],
    /// Columns of cells; a colour base has one.
    pub width: usize,
    /// Rows of cells.
    pub height: usize,
    /// K, row by row.
    pub cells: Vec<Cell>,
}

impl Folded {
    /// Of its coefficients; `size` is how many columns and rows of cells there are.
    pub(super) fn new(
        cubic: [[f32; 3]; CUBIC_TERMS],
        bends: [[[f32; 3]; BENDS]; CURVES],
        [width, height]: [usize; 2],
        cells: Vec<Cell>,
    ) -> Self {
        let lines = bends.map(|bends| [0, 1, 2].map(|output| Lines::new(&bends, output)));
        Self { cubic, bends, lines, width, height, cells }
    }
}

/// `slope·v + term` from each knot to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines {
    /// Of a curve's straight pieces.
    pub slopes: [f32; KNOTS - 1],
    /// Of a curve's straight pieces.
    pub terms: [f32; KNOTS - 1],
}

impl Lines {
    /// What the bends of a curve come to in one output.
    fn new(bends: &[[f32; 3]; BENDS], output: usize) -> Self {
        let bends = || (1_i32..).zip(bends.iter().map(|bend| f64::from(bend[output])));
        let piece = |piece: usize| {
            let before = bends().take(piece).map(|(_, bend)| bend);
            let after = bends().skip(piece).map(|(k, bend)| bend * f64::from(k) / LAST);
            (before.sum::<f64>() as f32, after.sum::<f64>() as f32)
        };
        Self {
            slopes: std::array::from_fn(|at| piece(at).0),
            terms: std::array::from_fn(|at| piece(at).1),
        }
    }
}

/// The place of the last knot.
const LAST: f64 = (KNOTS - 1) as f64;

/// Folds `base` for the photo that `sample` is of. `scale` is the factor of the local means' widths.
///
/// # Panics
/// When the base has not as many weights as features.
pub fn fold(base: &Base, sample: &Planes, scale: f64) -> Folded {
    let rank = base.statistics.axes.len();
    assert_eq!(base.weights.len(), 3 * Base::features(rank, base.local), "weights of the base");
    let seen = Seen::new(sample);
    let z = base.statistics.code(&statistics::of_seen(&seen));
    let weights = Weights { values: &base.weights, places: Places::new(rank) };
    let mut colour = weights.colour(&z);
    let bends = weights.straighten(&mut colour);
    let straight = std::array::from_fn(|i| colour[i]);
    let cubic = std::array::from_fn(|i| colour[CELL_TERMS + i].map(|value| value as f32));
    let (width, height, cells) = if base.local {
        let locals = locals::of_seen(&seen, scale);
        (locals.width, locals.height, weights.cells(&straight, &locals))
    } else {
        (1, 1, vec![straight.map(|row: [f64; 3]| row.map(|value| value as f32))])
    };
    Folded::new(cubic, bends, [width, height], cells)
}

#[derive(Clone, Copy)]
struct Weights<'a> {
    values: &'a [f32],
    places: Places,
}

impl Weights<'_> {
    /// The weights of a feature in the three outputs.
    fn at(self, feature: usize) -> [f64; 3] {
        std::array::from_fn(|output| f64::from(self.values[3 * feature + output]))
    }

    /// The coefficients of all terms of the colour, the same all over the photo.
    fn colour(self, z: &[f64]) -> [[f64; 3]; TERMS[3]] {
        let mut terms = [[0.0; 3]; TERMS[3]];
        for (term, sums) in terms.iter_mut().enumerate() {
            for (i, z) in z.iter().enumerate() {
                add(sums, *z, self.at(self.places.colour(term, i)));
            }
        }
        terms
    }

    /// The bends of the curves. Their straight lines from the first knot on, and what a bend adds
    /// before it bends, go into the terms.
    fn straighten(self, terms: &mut [[f64; 3]; TERMS[3]]) -> [[[f32; 3]; BENDS]; CURVES] {
        let mut bends = [[[0.0; 3]; BENDS]; CURVES];
        for (curve, bends) in bends.iter_mut().enumerate() {
            let knot = |k: usize| self.at(self.places.hat(curve, k));
            let slope = |k: usize| {
                let (from, to) = (knot(k), knot(k + 1));
                std::array::from_fn::<f64, 3, _>(|output| LAST * (to[output] - from[output]))
            };
            add(&mut terms[0], 1.0, knot(0));
            let parts = match curve {
                3 => LUMINANCE,
                channel => [0, 1, 2].map(|i| if i == channel { 1.0 } else { 0.0 }),
            };
            for (term, part) in terms[1..4].iter_mut().zip(parts) {
                add(term, part, slope(0));
            }
            for (k, bend) in (1..).zip(bends) {
                let (before, after) = (slope(k - 1), slope(k));
                *bend = std::array::from_fn(|output| (after[output] - before[output]) as f32);
                // As it is stored, so that nothing is left of it below its knot.
                add(&mut terms[0], -(k as f64) / LAST, bend.map(f64::from));
            }
        }
        bends
    }

    /// What the local values come to in every cell, and what is the same in all.
    fn cells(self, straight: &[[f64; 3]; CELL_TERMS], locals: &Planes) -> Vec<Cell> {
        let area = locals.area();
        let places = self.places.locals();
        // For each local value its weights with the terms that it multiplies, zero with all others.
        let rows: Vec<[f64; COEFFICIENTS]> = LOCALS
            .iter()
            .zip(places)
            .map(|(local, (start, step))| {
                let mut row = [[0.0; 3]; CELL_TERMS];
                for (term, weights) in row.iter_mut().take(TERMS[local.degree]).enumerate() {
                    *weights = self.at(start + term * step);
                }
                std::array::from_fn(|i| row[i / 3][i % 3])
            })
            .collect();
        let straight = std::array::from_fn(|i| straight[i / 3][i % 3]);
        let mut cells = vec![[[0.0; 3]; CELL_TERMS]; area];
        cells.par_chunks_mut(locals.width).enumerate().for_each(|(y, cells)| {
            let first = y * locals.width;
            wide(Cells { locals, first, rows: &rows, straight, cells });
        });
        cells
    }
}

/// Coefficients of a cell.
const COEFFICIENTS: usize = 3 * CELL_TERMS;

/// Some cells from the first one on.
struct Cells<'a, 'b> {
    locals: &'a Planes,
    first: usize,
    rows: &'a [[f64; COEFFICIENTS]],
    straight: [f64; COEFFICIENTS],
    cells: &'b mut [Cell],
}

impl Wide for Cells<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let area = self.locals.area();
        for (at, cell) in (self.first..).zip(self.cells) {
            let mut sums = self.straight;
            for (local, row) in self.rows.iter().enumerate() {
                let value = f64::from(self.locals.data[local * area + at]);
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
            let values = cell.as_flattened_mut().iter_mut().zip(sums);
            values.for_each(|(value, sum)| *value = sum as f32);
        }
    }
}

fn add(sums: &mut [f64; 3], factor: f64, weights: [f64; 3]) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += factor * weight;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kernel::base::{locals, read_cells, statistics, write_features};
    use crate::kernel::reach::aligned;
    use crate::kernel::render::{Based, Shader, Stage};
    use crate::kernel::wide::tests::at_all_levels;
    use crate::operator::{Operator, Variant};

    /// A photo with some values beyond 0..1.
    fn photo(height: usize, width: usize) -> Planes {
        let mut photo = Planes::zeros(3, height, width);
        let area = photo.area();
        for (i, value) in photo.data.iter_mut().enumerate() {
            let (channel, x, y) = (i / area, i % width, i % area / width);
            let wave = (x as f32 / 9.0 + channel as f32).sin() * (y as f32 / 7.0).cos();
            *value = 0.5 + 0.55 * wave + (i * 7919 % 101) as f32 / 2000.0;
        }
        photo
    }

    #[test]
    fn the_folded_render_is_the_weighted_sum_of_the_features() {
        let (height, width) = (41, 77);
        let photo = photo(height, width);
        for (rank, local, scale) in
            [(0, true, 1.0), (2, true, 1.6), (7, false, 1.0), (10, true, 1.0)]
        {
            let mut base = Operator::untrained(Variant::Base, 9).base.expect("it is one");
            base.statistics.axes = (0..rank).map(|i| [0.3 - 0.1 * i as f64; 10]).collect();
            base.local = local;
            let features = Base::features(rank, local);
            base.weights = (0..3 * features).map(|i| (i as f32 * 1.7).sin() * 0.05).collect();
            let folded = fold(&base, &photo, scale);
            let levels = at_all_levels(|| rendered(&photo, folded.clone()));
            let cells = if local { locals(&photo, scale) } else { Planes::zeros(0, 2, 2) };
            let z = base.statistics.code(&statistics(&photo));
            let (mut u, mut row) = (vec![0.0; cells.channels], vec![0.0; features]);
            for at in 0..photo.area() {
                let (x, y) = (at % width, at / width);
                let place = |at: usize, len: usize| (at as f64 + 0.5) / len as f64;
                read_cells(&cells, place(x, width), place(y, height), &mut u);
                let input = [0, 1, 2].map(|i| photo.plane(i)[at]);
                let colour = input.map(|value| f64::from(value.clamp(0.0, 1.0)));
                write_features(colour, &u, &z, &mut row);
                for (output, input) in input.into_iter().enumerate() {
                    let sum: f64 = (0..features)
                        .map(|i| row[i] * f64::from(base.weights[3 * i + output]))
                        .sum();
                    let want = f64::from(input) + sum;
                    for (level, got) in &levels {
                        let got = f64::from(got.plane(output)[at]);
                        let off = (got - want).abs();
                        assert!(off < 1e-5, "{level:?}: {x} {y}: {got} instead of {want}");
                    }
                }
            }
        }
    }

    fn rendered(photo: &Planes, folded: Folded) -> Planes {
        let (width, height) = (photo.width, photo.height);
        let base = Some(Arc::new(Based { folded, width, height }));
        let stages = [Stage {
            base,
            guide: None,
            grids: None,
            own: 0.0,
            clamp: false,
            strength: 1.0,
            mask: None,
        }];
        let across: Vec<f32> = (0..width).map(|x| aligned(x as f64, width)).collect();
        let shader = Shader::new(&stages, &across);
        // Two blocks, so that runs begin in the middle of a row.
        let mut blocks = [shader.block(0..30), shader.block(30..width)];
        let mut out = photo.clone();
        let area = out.area();
        let (r, rest) = out.data.split_at_mut(area);
        let (g, b) = rest.split_at_mut(area);
        for y in 0..height {
            for (block, columns) in blocks.iter_mut().zip([0..30, 30..width]) {
                let part = y * width + columns.start..y * width + columns.end;
                let rgb = [&mut r[part.clone()], &mut g[part.clone()], &mut b[part]];
                block.row(aligned(y as f64, height), rgb);
            }
        }
        out
    }
}
