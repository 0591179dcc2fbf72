//! Isotropic ridges: fits that know nothing of the edit but that its weights are small.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use rayon::prelude::*;

use super::sums::Sums;
use crate::operator::Base;

/// Ridges for (colour, first two and further numbers of the photo's code, local values).
pub(super) const RIDGES: [[f64; 4]; 7] = [
    [1e-4, 1e-2, 1e-2, 1e-3],
    [1e-4, 1e-2, 1e1, 1e-3],
    [1e-4, 1e1, 1e1, 1e-3],
    [1e-4, 1e-3, 1e1, 1e-4],
    [1e-4, 1e-1, 1e1, 1e-2],
    [1e-4, 1e-2, 1e1, 1e1],
    [1e-4, 1e1, 1e1, 1e1],
];
/// The same for a code of all statistics, which are all alike.
pub(super) const RIDGES_IN_FULL: [[f64; 4]; 4] = [
    [1e-4, 1e-2, 1e-2, 1e-3],
    [1e-4, 1e-1, 1e-1, 1e-2],
    [1e-4, 1e-2, 1e-2, 1e1],
    [1e-4, 1e-1, 1e-1, 1e-4],
];
/// Factors of all of them.
const SCALES: [f64; 3] = [0.1, 1.0, 10.0];

/// A fit under one of the ridges.
pub(super) struct Ridged {
    /// `[features][3]`.
    pub weights: Mat<f64>,
    /// By what factor the photos narrow the volume of possible weights, as a logarithm: what the fit
    /// costs in evidence. Infinite where rounding leaves no fit.
    pub narrowing: f64,
}

/// The fits to examples under some ridges, each with all factors, for a code of `rank` numbers, in an
/// order that depends on nothing.
pub(super) fn ridges(examples: &[&Sums], rank: usize, ridges: &[[f64; 4]]) -> Vec<Ridged> {
    let features = Base::features(rank, true);
    let share = 1.0 / examples.len() as f64;
    let mut total =
        Sums { gram: Mat::zeros(features, features), cross: Mat::zeros(features, 3), energy: 0.0 };
    for example in examples {
        total.gram += faer::Scale(share) * &example.gram;
        total.cross += faer::Scale(share) * &example.cross;
    }
    let each: Vec<([f64; 4], f64)> =
        ridges.iter().flat_map(|of| SCALES.map(|scale| (*of, scale))).collect();
    each.into_par_iter().map(|(of, scale)| ridged(&total, &of_features(rank, of, scale))).collect()
}

fn ridged(total: &Sums, ridge: &[f64]) -> Ridged {
    let mut matrix = total.gram.clone();
    for (f, ridge) in ridge.iter().enumerate() {
        matrix[(f, f)] += ridge;
    }
    let Ok(llt) = matrix.llt(Side::Lower) else {
        return Ridged { weights: Mat::zeros(ridge.len(), 3), narrowing: f64::INFINITY };
    };
    let channel: f64 = (0..ridge.len()).map(|f| llt.L()[(f, f)].ln() - 0.5 * ridge[f].ln()).sum();
    Ridged { weights: llt.solve(&total.cross), narrowing: 3.0 * channel }
}

/// The ridge of every feature.
fn of_features(rank: usize, [colour, first, further, local]: [f64; 4], scale: f64) -> Vec<f64> {
    let colours = Base::features(rank, false);
    let cubic = 20 * (rank + 1);
    let of = |feature: usize| match feature {
        f if f >= colours => local,
        f if f >= cubic => colour,
        f => match f % (rank + 1) {
            0 => colour,
            1 | 2 => first,
            _ => further,
        },
    };
    (0..Base::features(rank, true)).map(|f| scale * of(f)).collect()
}
