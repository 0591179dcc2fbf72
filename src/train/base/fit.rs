//! From examples to weights.
//!
//! No single assumption about an edit is right, and a few photos cannot tell which one is best; but
//! they can tell which ones are wrong. So the weights are a mean of many fits ([`candidates`]), each
//! with a share that it earned: on photos that it had not seen (stacking, Breiman 1996), or, where
//! there is one photo only, by its evidence.

use faer::{Col, Mat};
use rayon::prelude::*;

use super::candidates::{Prepared, TRUSTS, added, candidates, posterior, smooth, trust};
use super::colour;
use super::prior::Prior;
use super::ridges::{RIDGES, ridges};
use super::sums::{ERROR_MIN, Sums, product};
use crate::operator::STATISTICS;
use crate::train::prior::Kind;

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
    /// Shares of the kinds of edit, of [`Kind::ALL`], from one example; else empty. What is left of 1
    /// is of no kind in particular.
    pub kinds: Vec<f64>,
}

/// Asked now and then whether to go on with a long computation.
pub type KeepGoing<'a> = dyn Fn() -> bool + 'a;

/// One photo is worth this many independent values: errors are shared within a photo.
const VALUES_PER_PHOTO: f64 = 100.0;
/// Where colours become the same colours in every photo no error is shared, and a photo is worth more
/// by so many steps of trust.
const STEPS_SURER: usize = 3;
/// Differences of log evidence are divided by this before they become shares: the assumptions are
/// all somewhat wrong.
const TEMPER: f64 = 4.0;
/// An edit may vary this many times as much as the synthetic ones, and so may what it leaves
/// unexplained.
const WIDTHS: [f64; 2] = [1.0, 4.0];
/// How far what the assumptions disagree about, direction by direction, counts against what they agree
/// upon, on an ordinary photo.
const CAUTION: f64 = 0.85;
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
        return keep_going().then(|| isotropic_by_evidence(examples, rank));
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

/// What follows from one assumption about the edit.
struct Assumed {
    /// Of [`Prior::kinds`].
    kind: usize,
    /// Its logarithm, at each of [`WIDTHS`].
    evidence: [f64; WIDTHS.len()],
    coefficients: Col<f64>,
}

/// How likely a kind is before any pair is seen: that an edit is of none in particular as likely as
/// that it is of one of the seven.
fn likelihood(kind: usize) -> f64 {
    if kind < Kind::ALL.len() { 1.0 } else { Kind::ALL.len() as f64 }
}

fn fit_by_evidence(examples: &[Prepared], prior: &Prior) -> Fit {
    let all: Vec<&Prepared> = examples.iter().collect();
    let total = added(&all);
    let photos = examples.len() as f64;
    // The seven kinds and, after them, all edits together.
    let cells: Vec<(usize, usize)> =
        (0..TRUSTS).flat_map(|t| (0..prior.kinds.len()).map(move |k| (t, k))).collect();
    let values = photos * VALUES_PER_PHOTO;
    let fits: Vec<Assumed> = cells
        .into_par_iter()
        .filter_map(|(t, kind)| {
            let at = |t: usize| posterior(&prior.kinds[kind], &total, trust(t));
            let fit = at(t)?;
            // A Gaussian that is wider has the same coefficients where the photos are trusted less by
            // as much.
            let evidence = WIDTHS.map(|width| {
                let noise = (trust(t) / width / VALUES_PER_PHOTO).ln();
                let fair = fit.volume - 0.5 * fit.misfit / width + 0.5 * values * noise;
                fair + TEMPER * likelihood(kind).ln()
            });
            let surer = (t + STEPS_SURER).min(TRUSTS - 1);
            let fit = if Kind::ALL.get(kind) == Some(&Kind::Colour) { at(surer)? } else { fit };
            Some(Assumed { kind, evidence, coefficients: fit.coefficients })
        })
        .collect();
    let shares = shares(fits.iter().flat_map(|it| it.evidence));
    let mut coefficients = Col::<f64>::zeros(prior.coefficients());
    let mut squares = Col::<f64>::zeros(prior.coefficients());
    let mut of_kind = vec![0.0; Kind::ALL.len()];
    for (shares, fit) in shares.chunks_exact(WIDTHS.len()).zip(&fits) {
        let share: f64 = shares.iter().sum();
        if let Some(of_kind) = of_kind.get_mut(fit.kind) {
            *of_kind += share;
        }
        for r in 0..fit.coefficients.nrows() {
            coefficients[r] += share * fit.coefficients[r];
            squares[r] += share * fit.coefficients[r].powi(2);
        }
    }
    let caution = CAUTION * oddness(examples, prior.code.axes.len()).max(1.0);
    for r in 0..coefficients.nrows() {
        let agreed = coefficients[r].powi(2).max(1e-12);
        coefficients[r] /= 1.0 + caution * (squares[r] / agreed - 1.0).max(0.0);
    }
    from_one(doubted(prior.weights(&coefficients), examples), of_kind)
}

/// The ridges by their evidence, the width of the prior that each stands for free.
fn isotropic_by_evidence(examples: &[Prepared], rank: usize) -> Fit {
    let all: Vec<&Prepared> = examples.iter().collect();
    let photos = examples.len() as f64;
    let energy = all.iter().map(|it| it.sums.energy).sum::<f64>() / photos;
    let sums: Vec<&Sums> = all.iter().map(|it| &it.sums).collect();
    let fits = ridges(&sums, rank, &RIDGES);
    let evidence = fits.iter().map(|fit| {
        // The least of misfit and penalty together.
        let asked = |it: &&Prepared| -> f64 {
            let cross = &it.sums.cross;
            let products =
                |c: usize| (0..cross.nrows()).map(move |f| cross[(f, c)] * fit.weights[(f, c)]);
            (0..3).flat_map(products).sum::<f64>() / 3.0
        };
        let left = (energy - all.iter().map(asked).sum::<f64>() / photos).max(ERROR_MIN);
        -fit.narrowing - 0.5 * photos * VALUES_PER_PHOTO * left.ln()
    });
    let shares = shares(evidence);
    let weights: Vec<Mat<f64>> = fits.into_iter().map(|fit| fit.weights).collect();
    from_one(doubted(mean(&weights, &shares), examples), Vec::new())
}

/// Shares by evidence, tempered.
fn shares(evidence: impl Iterator<Item = f64>) -> Vec<f64> {
    let evidence: Vec<f64> = evidence.collect();
    let best = evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut shares: Vec<f64> = evidence.iter().map(|it| ((it - best) / TEMPER).exp()).collect();
    normalise(&mut shares);
    shares
}

/// How far the examples' photos are from the middle of the photos, 1 on average: what one assumption
/// or another makes of an odd photo goes far apart on ordinary ones.
fn oddness(examples: &[Prepared], rank: usize) -> f64 {
    // The code's numbers times the constant term are features: their products with 1 are their means.
    let square = |it: &Prepared| (1..=rank).map(|z| it.sums.gram[(0, z)].powi(2)).sum::<f64>();
    // Each of the statistics varies by 1.
    examples.iter().map(square).sum::<f64>() / (examples.len() * STATISTICS) as f64
}

/// What a photo cannot explain of itself it will not explain of others either.
fn doubted(mut weights: Mat<f64>, examples: &[Prepared]) -> Mat<f64> {
    let photos = examples.len() as f64;
    let energy: f64 = examples.iter().map(|it| it.sums.energy).sum::<f64>() / photos;
    let left: f64 = examples.iter().map(|it| it.sums.error(&weights)).sum::<f64>() / photos;
    let explained = (energy - left).max(ERROR_MIN);
    weights *= faer::Scale((1.0 - DOUBT * left / explained).clamp(0.0, 1.0));
    weights
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

fn normalise(shares: &mut [f64]) {
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Planes;
    use crate::kernel::base::statistics;
    use crate::random::Random;
    use crate::train::base::View;

    fn prepared(brightness: f32) -> (Prepared, f64) {
        let prior = Prior::shipped();
        let mut sample = Planes::zeros(3, 64, 80);
        for (i, value) in sample.data.iter_mut().enumerate() {
            *value = brightness * (0.6 + (i * 7919 % 1009) as f32 / 2000.0);
        }
        let places: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i) / 39.0, 0.5]).collect();
        let colours: Vec<[f32; 3]> = (0..40).map(|i| [i as f32 / 40.0; 3]).collect();
        let changes = vec![[0.1, -0.05, 0.02]; 40];
        let view = View { sample: &sample, places: &places, colours: &colours };
        let sums = Sums::new(&view.features(&prior.code), &changes);
        let z = prior.code.code(&statistics(&sample));
        (Prepared::new(sums, prior), z[1..].iter().map(|z| z * z).sum::<f64>() / 10.0)
    }

    #[test]
    fn oddness_is_how_far_the_code_is_from_the_middle() {
        let rank = Prior::shipped().code.axes.len();
        let (dark, ordinary) = (prepared(0.03), prepared(0.5));
        for (example, want) in [&dark, &ordinary] {
            let got = oddness(std::slice::from_ref(example), rank);
            assert!((got - want).abs() < 1e-9, "{got} {want}");
        }
        assert!(dark.1 > 1.0 && dark.1 > 2.0 * ordinary.1, "{} {}", dark.1, ordinary.1);
        let both = oddness(&[dark.0, ordinary.0], rank);
        assert!((both - 0.5 * (dark.1 + ordinary.1)).abs() < 1e-9);
    }

    /// A photo with colours of all sorts, and what `edit` does to them.
    fn edited(edit: impl Fn([f64; 3]) -> [f64; 3]) -> Prepared {
        let prior = Prior::shipped();
        let mut random = Random::new(5);
        let mut sample = Planes::zeros(3, 256, 256);
        sample.data.iter_mut().for_each(|value| *value = random.unit() as f32);
        let places: Vec<[f64; 2]> = (0..600).map(|_| [random.unit(), random.unit()]).collect();
        let colours: Vec<[f32; 3]> =
            (0..600).map(|_| [(); 3].map(|()| random.unit() as f32)).collect();
        let change = |colour: &[f32; 3]| {
            let before = colour.map(f64::from);
            let after = edit(before);
            [0, 1, 2].map(|c| after[c].clamp(0.0, 1.0) - before[c])
        };
        let changes: Vec<[f64; 3]> = colours.iter().map(change).collect();
        let view = View { sample: &sample, places: &places, colours: &colours };
        Prepared::new(Sums::new(&view.features(&prior.code), &changes), prior)
    }

    #[test]
    fn fixed_colours_of_one_photo_are_trusted_more_than_their_evidence_says() {
        let prior = Prior::shipped();
        let curve = |v: f64, power: f64| {
            if v < 0.5 {
                0.5 * (2.0 * v).powf(power)
            } else {
                1.0 - 0.5 * (2.0 - 2.0 * v).powf(power)
            }
        };
        let example = edited(|[r, g, b]| [curve(r, 2.2), curve(g, 1.4), 0.1 + 0.8 * curve(b, 0.7)]);
        let fit = fit_by_evidence(std::slice::from_ref(&example), prior);
        let colour = Kind::ALL.iter().position(|kind| *kind == Kind::Colour).unwrap();
        assert!(fit.kinds[colour] > 0.99, "{:?}", fit.kinds);
        // The evidence is for 10^5.5 to 10^6.
        let total = added(&[&example]);
        let usual = posterior(&prior.kinds[colour], &total, 10_f64.powf(6.5)).unwrap();
        let usual = example.error(&prior.weights(&usual.coefficients));
        assert!(
            example.error(&fit.weights) < 0.9 * usual,
            "{} {usual}",
            example.error(&fit.weights)
        );
    }

    #[test]
    fn what_is_of_no_kind_in_particular_is_as_likely_as_all_kinds_together() {
        let of = |kinds: std::ops::Range<usize>| kinds.map(likelihood).sum::<f64>();
        assert_eq!(of(0..Kind::ALL.len()), of(Kind::ALL.len()..Prior::shipped().kinds.len()));
        // Channels exchanged: no synthetic edit does that.
        let example = edited(|[r, g, b]| [b, r, g]);
        let fit = fit_by_evidence(std::slice::from_ref(&example), Prior::shipped());
        assert!(fit.kinds.iter().sum::<f64>() < 0.5, "{:?}", fit.kinds);
    }

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
