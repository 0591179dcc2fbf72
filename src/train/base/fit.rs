//! From examples to weights.
//!
//! No single assumption about an edit is right, and a few photos cannot tell which one is best; but
//! they can tell which ones are wrong. So the weights are a mean of many fits ([`candidates`]), each
//! with a share that it earned: on photos that it had not seen (stacking, Breiman 1996), or, where
//! there is one photo only, by its evidence.

use faer::Mat;
use rayon::prelude::*;

use super::candidates::{candidates, smooth};
use super::colour;
use super::evidence::{isotropic_mixture, mean, mixture, normalise};
use super::prepared::Prepared;
use super::prior::Prior;
use super::sums::{ERROR_MIN, Sums, product};

/// Weights, and how they were come by.
#[derive(Clone, Debug)]
pub struct Fit {
    /// `[features][3]`, of the prior's code of photos or, where the examples have sums in full, of the
    /// statistics themselves.
    pub weights: Mat<f64>,
    /// For each fold, the weights learnt without its examples: what the next rung is trained on, so
    /// that it does not correct errors that the base only makes on new photos.
    pub without: Vec<Mat<f64>>,
    /// PSNR in dB of each example by the weights that were learnt without it; none from a single
    /// fold.
    pub psnr_unseen: Vec<f64>,
    /// Shares of the kinds of edit, of [`Kind::ALL`](crate::train::prior::Kind::ALL), from one example;
    /// else empty. What is left of 1 is of no kind in particular.
    pub kinds: Vec<f64>,
}

/// Asked now and then whether to go on with a long computation.
pub type KeepGoing<'a> = dyn Fn() -> bool + 'a;

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
        let all: Vec<&Prepared> = examples.iter().collect();
        return keep_going().then(|| {
            let (weights, kinds) = mixture(&all, prior);
            from_one(weights, kinds)
        });
    }
    fit_by_unseen(examples, Prepared::widest, folds, |rest| candidates(rest, prior), keep_going)
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
    let candidates = |rest: &[&Prepared]| colour::candidates(rest, rank);
    fit_by_unseen(examples, |example| &example.sums, folds, candidates, keep_going)
}

/// The weights of a base by isotropic ridges alone, without the prior but in its code of photos: what
/// the prior is compared with. `folds` and `keep_going` as for [`fit`], the means taken by the same rules.
///
/// # Panics
/// When there are no examples.
pub fn fit_isotropic(
    examples: &[Prepared],
    folds: &[usize],
    prior: &Prior,
    keep_going: &KeepGoing<'_>,
) -> Option<Fit> {
    let rank = prior.code.axes.len();
    if folds.iter().all(|fold| *fold == 0) {
        let all: Vec<&Prepared> = examples.iter().collect();
        return keep_going().then(|| from_one(isotropic_mixture(&all, rank), Vec::new()));
    }
    let candidates = |rest: &[&Prepared]| {
        let fits = smooth(rest, prior);
        std::iter::once(Mat::zeros(fits[0].nrows(), 3)).chain(fits).collect()
    };
    fit_by_unseen(examples, Prepared::widest, folds, candidates, keep_going)
}

/// `sums` are those of the candidates' features.
fn fit_by_unseen(
    examples: &[Prepared],
    sums: impl Fn(&Prepared) -> &Sums + Sync,
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
        .map(|(example, fold)| Judged::new(sums(example), &seen[*fold]))
        .collect();
    let shares = stacked(&judged);
    if !keep_going() {
        return None;
    }
    let all: Vec<&Prepared> = examples.iter().collect();
    Some(Fit {
        weights: mean(&candidates(&all), &shares),
        without: seen.iter().map(|these| mean(these, &shares)).collect(),
        psnr_unseen: judged.iter().map(|judged| decibels(judged.error(&shares))).collect(),
        kinds: Vec::new(),
    })
}

fn decibels(error: f64) -> f64 {
    -10.0 * error.max(ERROR_MIN).log10()
}

fn from_one(weights: Mat<f64>, kinds: Vec<f64>) -> Fit {
    Fit { without: vec![weights.clone()], weights, psnr_unseen: Vec::new(), kinds }
}

/// An example's errors under mixtures of candidates that have not seen it.
struct Judged {
    gram: Mat<f64>,
    cross: Vec<f64>,
    energy: f64,
}

impl Judged {
    fn new(example: &Sums, candidates: &[Mat<f64>]) -> Self {
        let (count, features) = (candidates.len(), example.features());
        let mut gram = Mat::zeros(count, count);
        let mut cross = vec![0.0; count];
        for c in 0..3 {
            let weights = Mat::from_fn(features, count, |f, k| candidates[k][(f, c)]);
            let half = product(example.gram.as_ref(), weights.as_ref(), 1.0 / 3.0);
            gram += product(weights.transpose(), half.as_ref(), 1.0);
            for (k, cross) in cross.iter_mut().enumerate() {
                let products = (0..features).map(|f| weights[(f, k)] * example.cross[(f, c)]);
                *cross += products.sum::<f64>() / 3.0;
            }
        }
        Self { gram, cross, energy: example.energy }
    }

    fn error_of(&self, candidate: usize) -> f64 {
        let square = self.gram[(candidate, candidate)];
        (self.energy + square - 2.0 * self.cross[candidate]).max(ERROR_MIN)
    }

    /// Mean squared error of a mixture.
    fn error(&self, shares: &[f64]) -> f64 {
        self.error_with(shares, &self.slopes(shares))
    }

    /// The same, with its slopes at hand.
    fn error_with(&self, shares: &[f64], slopes: &[f64]) -> f64 {
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
const STEPS: usize = 300;
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
            let slopes = judged.slopes(&shares);
            let error = judged.error_with(&shares, &slopes);
            for (slope, of) in slope.iter_mut().zip(slopes) {
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

#[cfg(test)]
mod tests {
    use super::super::evidence::tests::prepared;
    use super::*;

    #[test]
    fn a_mixture_that_is_judged_is_the_mean_of_its_candidates() {
        let (example, _) = prepared(0.5);
        let all = candidates(&[&example], Prior::shipped());
        let shares = vec![1.0 / all.len() as f64; all.len()];
        let judged = Judged::new(&example.sums, &all).error(&shares);
        let error = example.error(&mean(&all, &shares));
        assert!((judged - error).abs() < 1e-9 * error.max(1.0), "{judged} {error}");
    }
}
