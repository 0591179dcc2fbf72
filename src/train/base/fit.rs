//! From examples to weights.
//!
//! No single assumption about an edit is right, and a few photos cannot tell which one is best; but
//! they can tell which ones are wrong. So the weights are a mean of many fits ([`candidates`]), each
//! with a share that it earned: on photos that it had not seen (stacking, Breiman 1996), or, where
//! there is one photo only, by its evidence.

use faer::{Col, Mat};
use rayon::prelude::*;

use super::candidates::{Prepared, TRUSTS, added, candidates, posterior, trust};
use super::colour;
use super::prior::Prior;
use super::sums::{ERROR_MIN, product};
use crate::train::prior::Kind;

/// Weights, and how they were come by.
#[derive(Clone, Debug)]
pub struct Fit {
    /// `[features][3]`.
    pub weights: Mat<f64>,
    /// For each fold, the weights learnt without its examples: what the next rung is trained on, so
    /// that it does not correct errors that the base only makes on new photos.
    pub without: Vec<Mat<f64>>,
    /// PSNR in dB of each example by the weights that were learnt without it; none from a single
    /// fold.
    pub psnr_unseen: Vec<f64>,
    /// Shares of the kinds of edit, of [`Kind::ALL`], from one example; else empty.
    pub kinds: Vec<f64>,
}

/// Asked now and then whether to go on with a long computation.
pub type KeepGoing<'a> = dyn Fn() -> bool + 'a;

/// One photo is worth this many independent values: errors are shared within a photo.
const VALUES_PER_PHOTO: f64 = 100.0;
/// Differences of log evidence are divided by this before they become shares: the assumptions are
/// all somewhat wrong.
const TEMPER: f64 = 8.0;
/// How far what a photo leaves unexplained of itself counts against what it explains.
const DOUBT: f64 = 0.7;

/// The weights of a base from the examples: example `i` is left out in fold `folds[i]`, which counts
/// from 0. From a single fold they follow from the evidence alone. `keep_going` is asked between
/// folds, on the caller's thread; None once it says no.
///
/// # Panics
/// When there are no examples.
pub fn fit(
    examples: &[Prepared],
    folds: &[usize],
    prior: &Prior,
    keep_going: &KeepGoing<'_>,
) -> Option<Fit> {
    if folds.iter().all(|fold| *fold == 0) {
        return keep_going().then(|| fit_by_evidence(examples, prior));
    }
    fit_by_unseen(examples, folds, |rest| candidates(rest, prior), keep_going)
}

/// The weights of a colour base, with zeros for all else. `keep_going` as for [`fit`].
///
/// # Panics
/// When there are no examples.
pub fn fit_colour(
    examples: &[Prepared],
    folds: &[usize],
    prior: &Prior,
    keep_going: &KeepGoing<'_>,
) -> Option<Fit> {
    let rank = prior.code.axes.len();
    fit_by_unseen(examples, folds, |rest| colour::candidates(rest, rank), keep_going)
}

fn fit_by_unseen(
    examples: &[Prepared],
    folds: &[usize],
    candidates: impl Fn(&[&Prepared]) -> Vec<Mat<f64>>,
    keep_going: &KeepGoing<'_>,
) -> Option<Fit> {
    let count = folds.iter().max().map_or(0, |last| last + 1);
    let seen: Vec<Vec<Mat<f64>>> = (0..count)
        .map(|fold| {
            if !keep_going() {
                return None;
            }
            let rest: Vec<&Prepared> = examples
                .iter()
                .zip(folds)
                .filter(|(_, of)| **of != fold)
                .map(|(example, _)| example)
                .collect();
            Some(candidates(&rest))
        })
        .collect::<Option<_>>()?;
    if !keep_going() {
        return None;
    }
    let judged: Vec<Judged> = examples
        .par_iter()
        .zip(folds)
        .map(|(example, fold)| Judged::new(example, &seen[*fold]))
        .collect();
    let shares = stacked(&judged);
    if !keep_going() {
        return None;
    }
    let all: Vec<&Prepared> = examples.iter().collect();
    Some(Fit {
        weights: mean(&candidates(&all), &shares),
        without: seen.iter().map(|weights| mean(weights, &shares)).collect(),
        psnr_unseen: judged.iter().map(|judged| decibels(judged.error(&shares))).collect(),
        kinds: Vec::new(),
    })
}

fn decibels(error: f64) -> f64 {
    -10.0 * error.max(ERROR_MIN).log10()
}

fn mean(candidates: &[Mat<f64>], shares: &[f64]) -> Mat<f64> {
    let mut sum = Mat::zeros(candidates[0].nrows(), 3);
    for (weights, share) in candidates.iter().zip(shares) {
        sum += faer::Scale(*share) * weights;
    }
    sum
}

fn fit_by_evidence(examples: &[Prepared], prior: &Prior) -> Fit {
    let all: Vec<&Prepared> = examples.iter().collect();
    let total = added(&all);
    let photos = examples.len() as f64;
    let kinds = Kind::ALL.len();
    let cells: Vec<(usize, usize)> =
        (0..TRUSTS).flat_map(|t| (0..kinds).map(move |k| (t, k))).collect();
    let fits: Vec<(usize, f64, Col<f64>)> = cells
        .into_par_iter()
        .filter_map(|(t, k)| {
            let fit = posterior(&prior.kinds[k], &total, trust(t))?;
            let noise = 0.5 * photos * VALUES_PER_PHOTO * (trust(t) / VALUES_PER_PHOTO).ln();
            Some((k, fit.evidence + noise, fit.coefficients))
        })
        .collect();
    let best = fits.iter().map(|(_, evidence, _)| *evidence).fold(f64::NEG_INFINITY, f64::max);
    let mut shares: Vec<f64> =
        fits.iter().map(|(_, evidence, _)| ((evidence - best) / TEMPER).exp()).collect();
    let sum: f64 = shares.iter().sum();
    let mut coefficients = Col::zeros(prior.coefficients());
    let mut of_kind = vec![0.0; kinds];
    for (share, (kind, _, fit)) in shares.iter_mut().zip(&fits) {
        *share /= sum;
        of_kind[*kind] += *share;
        coefficients += faer::Scale(*share) * fit;
    }
    let mut weights = prior.weights(&coefficients);
    // What a photo cannot explain of itself it will not explain of others either.
    let energy: f64 = examples.iter().map(|it| it.sums.energy).sum::<f64>() / photos;
    let left: f64 = examples.iter().map(|it| it.sums.error(&weights)).sum::<f64>() / photos;
    let explained = (energy - left).max(ERROR_MIN);
    let sure = (1.0 - DOUBT * left / explained).clamp(0.0, 1.0);
    weights *= faer::Scale(sure);
    Fit { without: vec![weights.clone()], weights, psnr_unseen: Vec::new(), kinds: of_kind }
}

/// An example's errors under mixtures of candidates that have not seen it.
struct Judged {
    gram: Mat<f64>,
    cross: Vec<f64>,
    energy: f64,
}

impl Judged {
    fn new(example: &Prepared, candidates: &[Mat<f64>]) -> Self {
        let (count, features) = (candidates.len(), example.sums.features());
        let mut gram = Mat::zeros(count, count);
        let mut cross = vec![0.0; count];
        for c in 0..3 {
            let weights = Mat::from_fn(features, count, |f, k| candidates[k][(f, c)]);
            let half = product(example.sums.gram.as_ref(), weights.as_ref(), 1.0 / 3.0);
            gram += product(weights.transpose(), half.as_ref(), 1.0);
            for (k, cross) in cross.iter_mut().enumerate() {
                let products = (0..features).map(|f| weights[(f, k)] * example.sums.cross[(f, c)]);
                *cross += products.sum::<f64>() / 3.0;
            }
        }
        Self { gram, cross, energy: example.sums.energy }
    }

    fn error_of(&self, candidate: usize) -> f64 {
        let square = self.gram[(candidate, candidate)];
        (self.energy + square - 2.0 * self.cross[candidate]).max(ERROR_MIN)
    }

    /// Mean squared error of a mixture.
    fn error(&self, shares: &[f64]) -> f64 {
        let slopes = self.slopes(shares);
        let sum: f64 = (0..shares.len()).map(|k| shares[k] * (slopes[k] - self.cross[k])).sum();
        (self.energy + sum).max(ERROR_MIN)
    }

    /// Half the derivative of the error by each share.
    fn slopes(&self, shares: &[f64]) -> Vec<f64> {
        (0..shares.len())
            .map(|k| {
                let products = (0..shares.len()).map(|l| self.gram[(l, k)] * shares[l]);
                products.sum::<f64>() - self.cross[k]
            })
            .collect()
    }
}

/// Steps of the search for the shares.
const STEPS: usize = 120;
/// How far a step goes.
const STEP: f64 = 0.3;
/// How much the shares are held to where they start from, over the square of the number of photos:
/// a few tell little of what another one would say.
const INERTIA: f64 = 9.0;

/// Shares that sum to one, with which the mean PSNR of the unseen is high: from each candidate's own,
/// 1 dB a factor e, by exponentiated gradients (Kivinen and Warmuth 1997).
fn stacked(judged: &[Judged]) -> Vec<f64> {
    let count = judged[0].cross.len();
    let photos = judged.len() as f64;
    let psnr = |k: usize| judged.iter().map(|it| decibels(it.error_of(k))).sum::<f64>() / photos;
    let scores: Vec<f64> = (0..count).map(psnr).collect();
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut start: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
    normalise(&mut start);
    let mut shares = start.clone();
    for _ in 0..STEPS {
        let mut slope = vec![0.0; count];
        for judged in judged {
            let error = judged.error(&shares);
            for (slope, of) in slope.iter_mut().zip(judged.slopes(&shares)) {
                *slope += 2.0 * of / (error * photos);
            }
        }
        for k in 0..count {
            let pull = (shares[k] + 1e-12).ln() - (start[k] + 1e-12).ln();
            slope[k] += INERTIA * pull / (photos * photos);
        }
        let level: f64 = slope.iter().zip(&shares).map(|(slope, share)| slope * share).sum();
        for (share, slope) in shares.iter_mut().zip(&slope) {
            *share *= (-STEP * (slope - level)).clamp(-30.0, 30.0).exp();
        }
        normalise(&mut shares);
    }
    shares
}

fn normalise(shares: &mut [f64]) {
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
}
