//! The colour base: the same colours become the same colours in every photo.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

use super::prepared::Prepared;
use crate::operator::{Base, TERMS};

/// Ridges of the candidates.
const RIDGES: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

/// Where among all features of a base with `rank` axes those of a colour base lie, in their order.
pub fn colour_places(rank: usize) -> Vec<usize> {
    let cubic = TERMS[3] * (rank + 1);
    let curves = Base::features(rank, false) - cubic;
    (0..TERMS[3]).map(|term| term * (rank + 1)).chain(cubic..cubic + curves).collect()
}

/// Every candidate's weights, `[features][3]` with zeros where a colour base has nothing: no change,
/// then by ridge.
pub(super) fn candidates(examples: &[&Prepared], rank: usize) -> Vec<Mat<f64>> {
    let places = colour_places(rank);
    let features = examples[0].sums.features();
    let share = 1.0 / examples.len() as f64;
    let mean = |value: &dyn Fn(&Prepared) -> f64| -> f64 {
        examples.iter().map(|example| value(example)).sum::<f64>() * share
    };
    let gram = Mat::from_fn(places.len(), places.len(), |i, j| {
        mean(&|example| example.sums.gram[(places[i], places[j])])
    });
    let cross =
        Mat::from_fn(places.len(), 3, |i, c| mean(&|example| example.sums.cross[(places[i], c)]));
    let mut weights = vec![Mat::zeros(features, 3)];
    for ridge in RIDGES {
        let mut matrix = gram.clone();
        (0..places.len()).for_each(|i| matrix[(i, i)] += ridge);
        let Ok(llt) = matrix.llt(Side::Lower) else { continue };
        let solution = llt.solve(&cross);
        let mut all = Mat::zeros(features, 3);
        for (i, place) in places.iter().enumerate() {
            (0..3).for_each(|c| all[(*place, c)] = solution[(i, c)]);
        }
        weights.push(all);
    }
    weights
}
