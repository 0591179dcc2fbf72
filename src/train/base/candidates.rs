//! Fits of the base to some examples, one for each assumption about the edit: which kind it is and
//! how far a photo's evidence may be trusted, or nothing ([`super::ridges`]).

use faer::linalg::solvers::Solve;
use faer::{Col, Mat, Side};
use rayon::prelude::*;

use super::full::{self, along_axes, changes_along_axes};
use super::prior::{Gaussian, Prior, Projected};
use super::ridges::{RIDGES, RIDGES_IN_FULL, Ridged, ridges};
use super::sums::Sums;
use crate::operator::STATISTICS;

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
    /// Its sums, in the prior's code of photos.
    pub sums: Sums,
    /// Its sums in the prior's basis.
    pub projected: Projected,
    /// Its sums in the photo's statistics themselves
    /// ([`PhotoCode::in_full`](crate::operator::PhotoCode::in_full)), where there are enough photos to
    /// tell what each of them does.
    pub full: Option<Sums>,
}

impl Prepared {
    /// Projects the sums.
    pub fn new(sums: Sums, prior: &Prior) -> Self {
        let projected = prior.project(&sums);
        Self { sums, projected, full: None }
    }

    /// The same from sums in the photo's statistics themselves.
    pub fn of_full(full: Sums, prior: &Prior) -> Self {
        let along = along_axes(&full, &prior.code);
        Self { full: Some(full), ..Self::new(along, prior) }
    }

    /// The same photo, had the edit added something else; `rows` are of the widest features that it has
    /// sums of.
    pub fn with_changes(&self, rows: &[f64], changes: &[[f64; 3]], prior: &Prior) -> Self {
        let widest = self.widest().clone().with_changes(rows, changes);
        let (sums, full) = if self.full.is_some() {
            let gram = self.sums.gram.clone();
            (changes_along_axes(&widest, &prior.code, gram), Some(widest))
        } else {
            (widest, None)
        };
        let projected = prior.project_changes(&sums, self.projected.gram.clone());
        Self { sums, projected, full }
    }

    /// The sums of the features that a fit to these examples is of.
    pub(super) fn widest(&self) -> &Sums {
        self.full.as_ref().unwrap_or(&self.sums)
    }

    /// Mean squared error of weights, whichever code they are for.
    pub fn error(&self, weights: &Mat<f64>) -> f64 {
        let fits = |sums: &&Sums| sums.features() == weights.nrows();
        self.full.as_ref().filter(fits).unwrap_or(&self.sums).error(weights)
    }
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
pub(super) fn posterior(gaussian: &Gaussian, total: &Projected, trust: f64) -> Option<Posterior> {
    let hessian = &gaussian.precision + faer::Scale(trust) * &total.gram;
    let llt = hessian.llt(Side::Lower).ok()?;
    let pull = &gaussian.precision * &gaussian.mean;
    let vector = &pull + faer::Scale(trust) * &total.cross;
    let coefficients = llt.solve(&vector);
    let log_det: f64 = (0..vector.nrows()).map(|i| 2.0 * llt.L()[(i, i)].ln()).sum();
    let misfit = trust * total.energy + dot(&gaussian.mean, &pull) - dot(&coefficients, &vector);
    Some(Posterior { coefficients, volume: -0.5 * (log_det + gaussian.log_det), misfit })
}

pub(super) fn dot(a: &Col<f64>, b: &Col<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[i] * b[i]).sum()
}

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
    let in_full = examples.iter().all(|it| it.full.is_some());
    let mut weights = vec![nothing()];
    weights.par_extend(cells.into_par_iter().map(|(t, k)| {
        let fit = posterior(kinds[k], &total, trust(t));
        fit.map_or_else(nothing, |fit| prior.weights(&fit.coefficients))
    }));
    if in_full {
        weights = full::in_full(&weights, &prior.code);
    }
    weights.extend(smooth(examples, prior));
    weights
}

/// The candidates that know nothing of edits.
pub(super) fn smooth(examples: &[&Prepared], prior: &Prior) -> Vec<Mat<f64>> {
    let sums: Vec<&Sums> = examples.iter().map(|it| &it.sums).collect();
    let weights = |fits: Vec<Ridged>| -> Vec<_> { fits.into_iter().map(|it| it.weights).collect() };
    let along = weights(ridges(&sums, prior.code.axes.len(), &RIDGES));
    let full: Vec<&Sums> = examples.iter().filter_map(|it| it.full.as_ref()).collect();
    if full.len() < examples.len() {
        return along;
    }
    let mut all = full::in_full(&along, &prior.code);
    all.extend(weights(ridges(&full, STATISTICS, &RIDGES_IN_FULL)));
    all
}
