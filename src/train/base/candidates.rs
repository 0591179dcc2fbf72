//! Fits of the base to some examples, one for each assumption about the edit: which kind it is and
//! how far a photo's evidence may be trusted, or nothing ([`super::ridges`]).

use faer::{Col, Mat};
use rayon::prelude::*;

use super::full;
use super::posterior::{added, posteriors};
use super::prepared::Prepared;
use super::prior::{Gaussian, Prior};
use super::ridges::{RIDGES, RIDGES_IN_FULL, Ridged, ridges};
use super::sums::Sums;
use crate::operator::STATISTICS;

/// Every candidate's weights, `[features][3]`, in an order that depends on nothing: no change at
/// all, then kinds by trust, then ridges.
pub(super) fn candidates(examples: &[&Prepared], prior: &Prior) -> Vec<Mat<f64>> {
    let (count, features) = (prior.coefficients(), prior.features());
    let plain = Gaussian {
        mean: Col::zeros(count),
        precision: Mat::from_fn(count, count, |i, j| if i == j { 0.3 } else { 0.0 }),
        log_det: 0.0,
    };
    let kinds: Vec<&Gaussian> = prior.kinds.iter().chain([&plain]).collect();
    let fits = posteriors(&kinds, &added(examples));
    let nothing = || Mat::zeros(features, 3);
    let mut weights = vec![nothing()];
    weights.par_extend(
        fits.par_iter()
            .map(|fit| fit.as_ref().map_or_else(nothing, |fit| prior.weights(&fit.coefficients))),
    );
    if examples.iter().all(|it| it.full.is_some()) {
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
