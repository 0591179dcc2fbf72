//! The best that a filter's form could do on one photo, fitted to that photo's own edit.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use rayon::prelude::*;

use crate::kernel::base::features::terms;
use crate::photo::Image;

/// Pixels that are looked at, about; larger photos are taken on a regular lattice.
const PIXELS: usize = 1 << 20;
/// Cells on the grid's short side.
const CELLS: usize = 64;
/// How often a grid is fitted to what the ones before it left.
const ROUNDS: usize = 3;
/// Ridge of the cubic, on the mean of squares.
const CUBIC_RIDGE: f64 = 1e-9;
/// Ridge of a cell, on the weighted mean of squares.
const CELL_RIDGE: f64 = 1e-5;
/// Mean squared errors below this count as it: 120 dB.
const MSE_MIN: f64 = 1e-12;
/// Sums of a cell: weight, r, g, b, then their six products, then each of 1, r, g, b with the three
/// channels of the residual.
const SUMS: usize = 22;

/// PSNR in dB of fits to one photo's own edit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpperBound {
    /// Of the photo's own cubic.
    pub cubic: f64,
    /// Of its own cubic and its own grid of affine colour maps, 64 cells on the short side.
    pub grid: f64,
}

/// How close a cubic, and a cubic with a grid of affine colour maps, come to an edit when both are
/// fitted to that very edit. None when the sizes differ.
///
/// The cubic is least squares on all pixels. The grid is fitted to what it leaves: in each cell a
/// ridge regression from (1, r, g, b), weighted by the hat through which the cell is read, again on
/// what that leaves. Fits that are not joint, so a close estimate of the bound from below. Photos of
/// more than about a megapixel are taken on a lattice.
pub fn upper_bound(before: &Image, after: &Image) -> Option<UpperBound> {
    if (before.width, before.height) != (after.width, after.height) {
        return None;
    }
    let step = ((before.width * before.height) as f64 / PIXELS as f64).sqrt().ceil() as usize;
    let (from, width) = lattice(before, step.max(1));
    let (to, _) = lattice(after, step.max(1));
    let mut fitted = cubic(&from, &to, width)?;
    let cubic = psnr(&fitted, &to, width);
    let grid = Grid::new(width, from.len() / width);
    for _ in 0..ROUNDS {
        let maps = grid.fit(&from, &to, &fitted);
        grid.add(&maps, &from, &mut fitted);
    }
    Some(UpperBound { cubic, grid: psnr(&fitted, &to, width) })
}

type Rgb = [f64; 3];

/// Every `step`-th pixel of every `step`-th row, from the middle of the first square; and their width.
fn lattice(image: &Image, step: usize) -> (Vec<Rgb>, usize) {
    let places = |length: usize| ((step / 2).min(length - 1)..length).step_by(step);
    let (rows, columns) = (places(image.height), places(image.width));
    let pixel = |y: usize, x: usize| image.rgb(y * image.width + x).map(f64::from);
    let width = columns.len();
    (rows.flat_map(|y| columns.clone().map(move |x| pixel(y, x))).collect(), width)
}

fn psnr(fitted: &[Rgb], to: &[Rgb], width: usize) -> f64 {
    let square = |(a, b): (&Rgb, &Rgb)| -> f64 {
        (0..3).map(|c| (a[c].clamp(0.0, 1.0) - b[c]).powi(2)).sum()
    };
    let rows = fitted.par_chunks(width).zip(to.par_chunks(width));
    let sums: Vec<f64> = rows.map(|(a, b)| a.iter().zip(b).map(square).sum()).collect();
    // Added in order: a sum in the order of the threads would differ from run to run.
    -10.0 * (sums.iter().sum::<f64>() / (3 * to.len()) as f64).max(MSE_MIN).log10()
}

/// The cubic's picture, unclipped.
fn cubic(from: &[Rgb], to: &[Rgb], width: usize) -> Option<Vec<Rgb>> {
    type Sums = [[f64; 23]; 20];
    let rows = from.par_chunks(width * 16).zip(to.par_chunks(width * 16));
    let parts: Vec<Sums> = rows
        .map(|(from, to)| {
            let mut sums = [[0.0; 23]; 20];
            for (colour, to) in from.iter().zip(to) {
                let terms = terms(*colour);
                for (i, sums) in sums.iter_mut().enumerate() {
                    (0..=i).for_each(|j| sums[j] += terms[i] * terms[j]);
                    (0..3).for_each(|c| sums[20 + c] += terms[i] * to[c]);
                }
            }
            sums
        })
        .collect();
    let share = 1.0 / from.len() as f64;
    let sum = |i: usize, j: usize| share * parts.iter().map(|part| part[i][j]).sum::<f64>();
    let gram = Mat::from_fn(20, 20, |i, j| {
        sum(i.max(j), i.min(j)) + if i == j { CUBIC_RIDGE } else { 0.0 }
    });
    let cross = Mat::from_fn(20, 3, |i, c| sum(i, 20 + c));
    let weights = gram.llt(Side::Lower).ok()?.solve(&cross);
    let weights: [Rgb; 20] =
        std::array::from_fn(|i| std::array::from_fn(|channel| weights[(i, channel)]));
    let value = |colour: &Rgb| {
        let mut sum = [0.0; 3];
        for (term, weights) in terms(*colour).iter().zip(&weights) {
            (0..3).for_each(|c| sum[c] += term * weights[c]);
        }
        sum
    };
    Some(from.par_iter().map(value).collect())
}

/// Where a pixel reads a row of cells: the first of two, and the second's weight.
type Place = (usize, f64);

struct Grid {
    columns: usize,
    rows: usize,
    across: Vec<Place>,
    down: Vec<Place>,
}

/// The rows of an affine colour map: what 1, r, g and b add to each channel.
type Map = [Rgb; 4];

impl Grid {
    fn new(width: usize, height: usize) -> Self {
        let short = width.min(height);
        let cells = |length: usize| {
            (CELLS.min(short) as f64 * length as f64 / short as f64).round() as usize
        };
        let places = |length: usize| -> Vec<Place> {
            let cells = cells(length);
            let place = |i: usize| {
                let at = (i as f64 + 0.5) * cells as f64 / length as f64 - 0.5;
                let at = at.clamp(0.0, (cells - 1) as f64);
                let first = (at as usize).min(cells.saturating_sub(2));
                (first, at - first as f64)
            };
            (0..length).map(place).collect()
        };
        Self {
            columns: cells(width),
            rows: cells(height),
            across: places(width),
            down: places(height),
        }
    }

    /// Every cell's map, fitted to what is missing from `fitted`. A row of cells is one task.
    fn fit(&self, from: &[Rgb], to: &[Rgb], fitted: &[Rgb]) -> Vec<Map> {
        let width = self.across.len();
        let row = |row: usize| {
            // One column more than there are, for photos one cell wide.
            let mut sums = vec![[0.0; SUMS]; self.columns + 1];
            for (y, (first, second)) in self.down.iter().enumerate() {
                let weight = match row.checked_sub(*first) {
                    Some(0) => 1.0 - second,
                    Some(1) => *second,
                    _ => continue,
                };
                for (x, (first, second)) in self.across.iter().enumerate() {
                    let i = y * width + x;
                    let left = std::array::from_fn(|c| to[i][c] - fitted[i][c]);
                    let products = products(from[i], left);
                    let weights = [weight * (1.0 - second), weight * second];
                    for (sums, weight) in sums[*first..].iter_mut().zip(weights) {
                        (0..SUMS).for_each(|k| sums[k] += weight * products[k]);
                    }
                }
            }
            sums[..self.columns].iter().map(solve).collect::<Vec<_>>()
        };
        (0..self.rows).into_par_iter().map(row).collect::<Vec<_>>().concat()
    }

    /// Adds what the maps, read bilinearly, make of every pixel.
    fn add(&self, maps: &[Map], from: &[Rgb], fitted: &mut [Rgb]) {
        let width = self.across.len();
        let rows = fitted.par_chunks_mut(width).zip(from.par_chunks(width)).zip(&self.down);
        rows.for_each(|((fitted, from), (top, lower))| {
            let bottom = (top + 1).min(self.rows - 1);
            for ((fitted, [r, g, b]), (first, right)) in
                fitted.iter_mut().zip(from).zip(&self.across)
            {
                let second = (first + 1).min(self.columns - 1);
                for (row, down) in [(*top, 1.0 - lower), (bottom, *lower)] {
                    for (column, across) in [(*first, 1.0 - right), (second, *right)] {
                        let (map, weight) = (&maps[row * self.columns + column], down * across);
                        for c in 0..3 {
                            let value = map[0][c] + r * map[1][c] + g * map[2][c] + b * map[3][c];
                            fitted[c] += weight * value;
                        }
                    }
                }
            }
        });
    }
}

fn products([r, g, b]: Rgb, [x, y, z]: Rgb) -> [f64; SUMS] {
    [
        1.0,
        r,
        g,
        b, // of 1
        r * r,
        r * g,
        r * b,
        g * g,
        g * b,
        b * b, // of colours
        x,
        y,
        z,
        r * x,
        r * y,
        r * z,
        g * x,
        g * y,
        g * z,
        b * x,
        b * y,
        b * z,
    ]
}

/// A cell's map from its sums; none where nothing is seen.
fn solve(sums: &[f64; SUMS]) -> Map {
    const AT: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]];
    let ridge = CELL_RIDGE * sums[0];
    let gram = Mat::from_fn(4, 4, |i, j| sums[AT[i][j]] + if i == j { ridge } else { 0.0 });
    let Ok(llt) = gram.llt(Side::Lower) else { return Map::default() };
    let map = llt.solve(&Mat::from_fn(4, 3, |i, c| sums[10 + i * 3 + c]));
    std::array::from_fn(|i| std::array::from_fn(|c| map[(i, c)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Coding;
    use crate::random::Random;

    const SIZE: (usize, usize) = (960, 640);

    /// Some picture with texture, and what `edit` makes of it, given each pixel's place in 0..1.
    fn pair(mut edit: impl FnMut(Rgb, f64, f64) -> Rgb) -> (Image, Image) {
        let (width, height) = SIZE;
        let mut random = Random::new(7);
        let code = |rgb: Rgb| {
            let [r, g, b] = rgb.map(|value| (value.clamp(0.0, 1.0) * 65535.0).round() as u16);
            [r, g, b, u16::MAX]
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for i in 0..width * height {
            let (x, y) = ((i % width) as f64 / width as f64, (i / width) as f64 / height as f64);
            let wave = |speed: f64| 0.5 + 0.35 * (speed * x + 9.0 * y * x).sin();
            let rgb = [wave(7.0), wave(12.0), wave(31.0)].map(|v| v + random.uniform(-0.1, 0.1));
            before.push(code(rgb));
            after.push(code(edit(rgb, x, y)));
        }
        let image = |pixels| Image::sixteen(width, height, pixels, Coding::SIXTEEN);
        (image(before), image(after))
    }

    #[test]
    fn a_cubic_edit_is_met_by_the_cubic() {
        let (before, after) = pair(|[r, g, b], _, _| {
            [0.1 + 0.8 * r * r * (1.5 - 0.5 * r), 0.7 * g + 0.2 * r * b, b * b * g + 0.1]
        });
        let bound = upper_bound(&before, &after).unwrap();
        assert!(bound.cubic > 55.0 && bound.grid > 55.0, "{bound:?}");
        assert_eq!(bound, upper_bound(&before, &after).unwrap());
    }

    #[test]
    fn an_edit_that_varies_over_the_picture_needs_the_grid() {
        let (before, after) = pair(|rgb, x, y| {
            let strength = 0.5 + 0.5 * (7.0 * x).sin() * (5.0 * y).cos();
            rgb.map(|value| value * (1.0 - 0.6 * strength))
        });
        let bound = upper_bound(&before, &after).unwrap();
        assert!(bound.grid > bound.cubic + 15.0, "{bound:?}");
    }

    #[test]
    fn noise_is_met_by_neither() {
        let mut random = Random::new(3);
        let (before, after) = pair(|_, _, _| [0; 3].map(|_| random.unit()));
        let bound = upper_bound(&before, &after).unwrap();
        assert!(bound.cubic < 11.5 && bound.grid < 14.0, "{bound:?}");
    }

    #[test]
    fn pictures_of_any_shape_have_a_bound_and_unequal_sizes_none() {
        let flat = |width: usize, height: usize| {
            Image::eight(width, height, vec![[90, 80, 70, 255]; width * height])
        };
        for (width, height) in [(1, 1), (1, 9), (100, 70), (2100, 1100)] {
            let bound = upper_bound(&flat(width, height), &flat(width, height)).unwrap();
            assert!(bound.grid > 60.0, "{width}x{height} {bound:?}");
        }
        assert!(upper_bound(&flat(3, 4), &flat(4, 3)).is_none());
    }
}
