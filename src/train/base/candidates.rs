//! Fits of the base to some examples, one for each assumption about the edit: which kind it is and
//! how far a photo's evidence may be trusted, or nothing but that it is smooth.

use faer::linalg::solvers::Solve;
use faer::{Col, Mat, Side};
use rayon::prelude::*;

use super::prior::{Gaussian, Prior, Projected};
use super::sums::Sums;
use crate::operator::Base;

/// How much an example's mean squared error weighs against the prior, β of LEARNING.md section 6:
/// 10^3.5 to 10^7.5.
pub(super) const TRUSTS: usize = 9;

/// β number `index`.
pub(super) fn trust(index: usize) -> f64 {
    10_f64.powf(3.5 + 0.5 * index as f64)
}

/// An example as the fit uses it.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its sums.
    pub sums: Sums,
    /// Its sums in the prior's basis.
    pub projected: Projected,
}

impl Prepared {
    /// Projects the sums.
    pub fn new(sums: Sums, prior: &Prior) -> Self {
        let projected = prior.project(&sums);
        Self { sums, projected }
    }
}

/// A maximum a posteriori fit.
pub(super) struct Posterior {
    pub coefficients: Col<f64>,
    /// Logarithm of the evidence, less what depends on β alone.
    pub evidence: f64,
}

/// The examples' sums, added up.
pub(super) fn added(examples: &[&Prepared]) -> Projected {
    let first = &examples[0].projected;
    let mut total = first.clone();
    for example in &examples[1..] {
        total.gram += &example.projected.gram;
        total.cross += &example.projected.cross;
        total.energy += example.projected.energy;
    }
    total
}

/// The most probable coefficients under `gaussian` when errors weigh β. None where rounding leaves
/// no inverse.
pub(super) fn posterior(gaussian: &Gaussian, total: &Projected, trust: f64) -> Option<Posterior> {
    let hessian = &gaussian.precision + faer::Scale(trust) * &total.gram;
    let llt = hessian.llt(Side::Lower).ok()?;
    let pull = &gaussian.precision * &gaussian.mean;
    let vector = &pull + faer::Scale(trust) * &total.cross;
    let coefficients = llt.solve(&vector);
    let log_det: f64 = (0..vector.nrows()).map(|i| 2.0 * llt.L()[(i, i)].ln()).sum();
    let misfit = trust * total.energy + dot(&gaussian.mean, &pull) - dot(&coefficients, &vector);
    let evidence = -0.5 * (log_det + gaussian.log_det) - 0.5 * misfit;
    Some(Posterior { coefficients, evidence })
}

pub(super) fn dot(a: &Col<f64>, b: &Col<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[i] * b[i]).sum()
}

/// Isotropic ridges for (colour, first two and further numbers of the photo's code, local values).
const RIDGES: [[f64; 4]; 7] = [
    [1e-4, 1e-2, 1e-2, 1e-3],
    [1e-4, 1e-2, 1e1, 1e-3],
    [1e-4, 1e1, 1e1, 1e-3],
    [1e-4, 1e-3, 1e1, 1e-4],
    [1e-4, 1e-1, 1e1, 1e-2],
    [1e-4, 1e-2, 1e1, 1e1],
    [1e-4, 1e1, 1e1, 1e1],
];
/// Factors of all of them.
const RIDGE_SCALES: [f64; 3] = [0.1, 1.0, 10.0];

/// Every candidate's weights, `[features][3]`, in an order that depends on nothing: no change at
/// all, then kinds by trust, then ridges.
pub(super) fn candidates(examples: &[&Prepared], prior: &Prior) -> Vec<Mat<f64>> {
    let total = added(examples);
    let (count, features) = (prior.coefficients(), prior.features());
    let plain = Gaussian {
        mean: Col::zeros(count),
        precision: Mat::from_fn(count, count, |i, j| if i == j { 0.3 } else { 0.0 }),
        log_det: 0.0,
    };
    let kinds: Vec<&Gaussian> = prior.kinds.iter().chain([&plain]).collect();
    let cells: Vec<(usize, usize)> =
        (0..TRUSTS).flat_map(|t| (0..kinds.len()).map(move |k| (t, k))).collect();
    let nothing = || Mat::zeros(features, 3);
    let mut weights = vec![nothing()];
    weights.par_extend(cells.into_par_iter().map(|(t, k)| {
        let fit = posterior(kinds[k], &total, trust(t));
        fit.map_or_else(nothing, |fit| prior.weights(&fit.coefficients))
    }));
    let share = 1.0 / examples.len() as f64;
    let mut gram = Mat::<f64>::zeros(features, features);
    let mut cross = Mat::<f64>::zeros(features, 3);
    for example in examples {
        gram += faer::Scale(share) * &example.sums.gram;
        cross += faer::Scale(share) * &example.sums.cross;
    }
    let rank = prior.code.axes.len();
    let ridges: Vec<(usize, f64)> = (0..RIDGES.len())
        .flat_map(|index| RIDGE_SCALES.iter().map(move |scale| (index, *scale)))
        .collect();
    weights.par_extend(ridges.into_par_iter().map(|(index, scale)| {
        let mut matrix = gram.clone();
        for (f, ridge) in ridge(rank, features, RIDGES[index]).into_iter().enumerate() {
            matrix[(f, f)] += scale * ridge;
        }
        matrix.llt(Side::Lower).map_or_else(|_| nothing(), |llt| llt.solve(&cross))
    }));
    weights
}

/// The ridge of every feature.
fn ridge(rank: usize, features: usize, [colour, first, further, local]: [f64; 4]) -> Vec<f64> {
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
    (0..features).map(of).collect()
}
