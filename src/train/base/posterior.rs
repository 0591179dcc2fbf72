//! The most probable weights under one assumption about the edit: which Gaussian it is of and how far
//! the photos may be trusted.

use faer::linalg::solvers::Solve;
use faer::{Col, Side};
use rayon::prelude::*;

use super::prepared::Prepared;
use super::prior::{Gaussian, Projected};

/// How much an example's mean squared error weighs against the prior, β of LEARNING.md section 6:
/// 10^3.5 to 10^7.5.
pub(super) const TRUSTS: usize = 9;

/// β number `index`.
pub(super) fn trust(index: usize) -> f64 {
    10_f64.powf(3.5 + 0.5 * index as f64)
}

/// A maximum a posteriori fit.
pub(super) struct Posterior {
    pub coefficients: Col<f64>,
    /// How far the examples narrow the volume of possible coefficients, as a logarithm.
    pub volume: f64,
    /// How ill the coefficients agree with the Gaussian and, β times, with the examples.
    pub misfit: f64,
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
fn posterior(gaussian: &Gaussian, total: &Projected, trust: f64) -> Option<Posterior> {
    let hessian = &gaussian.precision + faer::Scale(trust) * &total.gram;
    let llt = hessian.llt(Side::Lower).ok()?;
    let pull = &gaussian.precision * &gaussian.mean;
    let vector = &pull + faer::Scale(trust) * &total.cross;
    let coefficients = llt.solve(&vector);
    let log_det: f64 = (0..vector.nrows()).map(|i| 2.0 * llt.L()[(i, i)].ln()).sum();
    let misfit = trust * total.energy + dot(&gaussian.mean, &pull) - dot(&coefficients, &vector);
    Some(Posterior { coefficients, volume: -0.5 * (log_det + gaussian.log_det), misfit })
}

fn dot(a: &Col<f64>, b: &Col<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[i] * b[i]).sum()
}

/// What follows under each trust and each of some Gaussians, trust by trust; None as for [`posterior`].
pub(super) fn posteriors(kinds: &[&Gaussian], total: &Projected) -> Vec<Option<Posterior>> {
    let cells = (0..TRUSTS).flat_map(|t| kinds.iter().map(move |kind| (t, *kind)));
    let cells: Vec<(usize, &Gaussian)> = cells.collect();
    cells.into_par_iter().map(|(t, kind)| posterior(kind, total, trust(t))).collect()
}
