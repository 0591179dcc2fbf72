//! Parts of an edit that no filter can express: objects removed, text, a painted patch, a frame.
//!
//! A model that is more able than any filter, fitted to this one photo, explains the edit: a cubic
//! in colour and a coarse grid of affine colour maps. What it misses by far, in one place, and
//! without the photo's own structure, was not done by light and contrast.

use super::cells::Cells;
use super::example::Mask;
use super::linear;
use super::raster::Raster;
use crate::kernel::base::features::terms;

/// Nodes of the grid of colour maps.
const NODES: (usize, usize) = (4, 3);
/// Terms of a cubic in three colours, and of the four nodes around a cell.
const TERMS: usize = 20 + 16;
/// Unknowns for each channel.
const UNKNOWNS: usize = 20 + 4 * NODES.0 * NODES.1;

/// What no filter can express of an edit that lies on its photo.
pub(super) fn repainted(cells: &Cells) -> Mask {
    /// Smaller differences are left to the fit, which weighs them down by itself.
    const LEAST: f64 = 0.08;
    /// So many times what is usual in this photo.
    const UNUSUAL: f64 = 4.0;
    /// Structure that agrees so far is the photo's own: then it was done by light and contrast.
    const OWN: f64 = 0.5;
    /// Single cells are edges that moved by a part of a pixel.
    const GROUP_MIN: usize = 8;
    let Some(missed) = cells.missed() else { return Mask::none() };
    let (width, height) = (cells.width, cells.height);
    let around = Raster { width, height, cells: missed }.means(1);
    let usual = cells.usual(&around.cells);
    let limit = (UNUSUAL * usual).max(LEAST);
    let agreement = cells.agreement();
    let foreign = |i: usize| around.cells[i] > limit && agreement[i] < OWN;
    let seeds = (0..width * height).map(foreign).collect();
    let mut mask = Raster { width, height, cells: seeds };
    mask.close(3);
    mask.drop_groups(GROUP_MIN);
    mask.grow(1);
    Mask { width, height, cells: mask.cells }
}

impl Cells {
    /// How far the model misses each cell: the root of the mean square over the channels; 0 where
    /// nothing is known. None where it cannot be fitted.
    fn missed(&self) -> Option<Vec<f64>> {
        let terms: Vec<([f64; TERMS], [usize; TERMS])> =
            (0..self.before.len()).map(|i| self.terms(i)).collect();
        let mut errors = vec![0.0; terms.len()];
        // Colour alone first: a grid that starts at once would follow a patch into its place.
        for pass in 0..8 {
            let unknowns = if pass < 4 { 20 } else { UNKNOWNS };
            let scale = (2.5 * self.usual(&errors)).clamp(0.02, 0.1);
            let weight = |error: f64| {
                if pass == 0 { 1.0 } else { (1.0 + (error / scale).powi(2)).powi(-2) }
            };
            let solution = self.fit(&terms, unknowns, |i| weight(errors[i]))?;
            for (i, error) in errors.iter_mut().enumerate() {
                if self.known[i] {
                    *error = self.error(i, &terms[i], &solution);
                }
            }
        }
        Some(errors)
    }

    /// The median of the errors of known cells.
    fn usual(&self, errors: &[f64]) -> f64 {
        let known = errors.iter().zip(&self.known).filter(|(_, known)| **known);
        let mut known: Vec<f64> = known.map(|(error, _)| *error).collect();
        known.sort_by(f64::total_cmp);
        known.get(known.len() / 2).copied().unwrap_or(0.0)
    }

    /// The model's terms for a cell, and which unknowns they belong to.
    fn terms(&self, i: usize) -> ([f64; TERMS], [usize; TERMS]) {
        let colour = self.before[i].map(|value| 2.0 * value - 1.0);
        let cubic = terms(colour);
        let mut values = [0.0; TERMS];
        let mut places = [0; TERMS];
        values[..20].copy_from_slice(&cubic);
        places[..20].copy_from_slice(&std::array::from_fn::<usize, 20, _>(|i| i));
        let node = |cell: usize, cells: usize, nodes: usize| {
            let at = (cell as f64 + 0.5) / cells as f64 * (nodes - 1) as f64;
            let first = (at as usize).min(nodes - 2);
            (first, at - first as f64)
        };
        let (x, across) = node(i % self.width, self.width, NODES.0);
        let (y, down) = node(i / self.width, self.height, NODES.1);
        for corner in 0..4 {
            let (dx, dy) = (corner % 2, corner / 2);
            let share = if dx == 1 { across } else { 1.0 - across }
                * if dy == 1 { down } else { 1.0 - down };
            for (term, value) in cubic.into_iter().take(4).enumerate() {
                let at = 20 + 4 * corner + term;
                values[at] = share * value;
                places[at] = 20 + 4 * ((y + dy) * NODES.0 + x + dx) + term;
            }
        }
        (values, places)
    }

    fn fit(
        &self,
        terms: &[([f64; TERMS], [usize; TERMS])],
        unknowns: usize,
        weight: impl Fn(usize) -> f64,
    ) -> Option<Vec<[f64; 3]>> {
        let used = if unknowns == 20 { 20 } else { TERMS };
        let mut normal = vec![vec![0.0; unknowns + 3]; unknowns];
        let mut total = 0.0;
        for (i, (values, places)) in terms.iter().enumerate() {
            // Every other cell, as on a chessboard, says as much as all of them.
            if !self.known[i] || (i % self.width + i / self.width) % 2 == 1 {
                continue;
            }
            let weight = weight(i);
            total += weight;
            for a in 0..used {
                let row = &mut normal[places[a]];
                let value = weight * values[a];
                // Places rise, so that this is the lower half.
                for b in 0..=a {
                    row[places[b]] += value * values[b];
                }
                for channel in 0..3 {
                    row[unknowns + channel] += value * self.after[i][channel];
                }
            }
        }
        for (i, row) in normal.iter_mut().enumerate() {
            // The grid has to be worth it: a small patch of the photo shall not bend it.
            row[i] += total * if i < 20 { 1e-5 } else { 1e-3 };
        }
        linear::solve(&normal)
    }

    fn error(
        &self,
        i: usize,
        (values, places): &([f64; TERMS], [usize; TERMS]),
        solution: &[[f64; 3]],
    ) -> f64 {
        let mut square = 0.0;
        for channel in 0..3 {
            let known = values.iter().zip(places).filter(|(_, place)| **place < solution.len());
            let sum: f64 = known.map(|(value, place)| value * solution[*place][channel]).sum();
            square += (sum - self.after[i][channel]).powi(2) / 3.0;
        }
        square.sqrt()
    }
}
