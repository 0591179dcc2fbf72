//! The rungs in closed form: identity, colour base, local base.

use std::collections::BTreeSet;

use faer::Mat;
use rayon::prelude::*;

use super::rung::Rung;
use crate::operator::{
    Base, GuidedLayer, Network, Operator, PhotoCode, Provenance, Sampling, Statistics, Variant,
};
use crate::train::base::{
    Fit, KeepGoing, Prepared, Prior, Sums, View, colour_places, fit, fit_colour, fit_isotropic,
};
use crate::train::examples::Example;

/// Pixels of each example that the fit looks at.
const PIXELS: usize = 6000;
/// Parts into which the examples are divided, each left out once.
const FOLDS: usize = 5;
/// From so many different photos on they can tell what each statistic of a photo does.
const MANY: usize = 16;
/// A simpler rung that comes this close to the best one, in dB, is preferred.
pub(super) const TOLERANCE_DB: f64 = 0.3;

/// A rung, fitted and judged.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which one.
    pub rung: Rung,
    /// What it learned, from all examples.
    pub base: Base,
    /// Mean PSNR in dB of the examples, which it learned from.
    pub psnr_learn: f64,
    /// Mean PSNR in dB of the examples, each without having seen it; None where there is one only.
    pub psnr_unseen: Option<f64>,
    /// PSNR in dB of each example, without having seen it; empty where there is one only.
    pub psnr_each: Vec<f64>,
    /// For each fold what was learned without its examples; empty where there is one only.
    pub without: Vec<Base>,
}

/// The closed-form rungs for some examples.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// Simplest first. From one example: identity and local base.
    pub standings: Vec<Standing>,
    /// Fold of each example.
    pub folds: Vec<usize>,
    /// What the edit looks like from one example: shares of the kinds; else empty.
    pub kinds: Vec<f64>,
}

impl Ladder {
    /// Fits and judges the rungs. Examples of one group are never on both sides of a split.
    /// `keep_going` is asked several times a second, on the caller's thread; None once it says no.
    ///
    /// # Panics
    /// When there are no examples.
    pub fn climb(
        examples: &[Example],
        groups: &[usize],
        prior: &Prior,
        keep_going: &KeepGoing<'_>,
    ) -> Option<Self> {
        let prepared = prepared(examples, groups, prior, keep_going)?;
        let folds = folds(groups);
        let local = fit(&prepared, &folds, prior, keep_going)?;
        let base = |weights: &Mat<f64>| local_base(weights, prior);
        let energy =
            |it: &Prepared| -10.0 * it.sums.energy.max(crate::train::base::ERROR_MIN).log10();
        let nothing: Vec<f64> = prepared.iter().map(energy).collect();
        let several = folds.iter().any(|fold| *fold > 0);
        let learn =
            |fit: &Fit| mean(prepared.iter().map(|it| -10.0 * it.error(&fit.weights).log10()));
        let unseen = |fit: &Fit| several.then(|| mean(fit.psnr_unseen.iter().copied()));
        let mut standings = vec![Standing {
            rung: Rung::Identity,
            base: Base::identity(PhotoCode::none(), false),
            psnr_learn: mean(nothing.iter().copied()),
            psnr_unseen: several.then(|| mean(nothing.iter().copied())),
            psnr_each: nothing,
            without: Vec::new(),
        }];
        // From one fold nothing would tell how well it holds.
        if several {
            let colour = fit_colour(&prepared, &folds, prior, keep_going)?;
            standings.push(Standing {
                rung: Rung::Colour,
                base: colour_base(&colour.weights, prior),
                psnr_learn: learn(&colour),
                psnr_unseen: unseen(&colour),
                without: colour.without.iter().map(|it| colour_base(it, prior)).collect(),
                psnr_each: colour.psnr_unseen,
            });
        }
        standings.push(Standing {
            rung: Rung::Base,
            base: base(&local.weights),
            psnr_learn: learn(&local),
            psnr_unseen: unseen(&local),
            without: local.without.iter().map(base).collect(),
            psnr_each: local.psnr_unseen,
        });
        Some(Self { standings, folds, kinds: local.kinds })
    }

    /// The standing of a rung, if it could be fitted.
    pub fn standing(&self, rung: Rung) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.rung == rung)
    }

    /// The simplest rung within 0.3 dB of the best on unseen examples; from one example, the local
    /// base, unless it dares nothing.
    pub fn chosen(&self) -> &Standing {
        let last = &self.standings[self.standings.len() - 1];
        let judged = |standing: &Standing| standing.psnr_unseen;
        let Some(best) = self.standings.iter().filter_map(judged).reduce(f64::max) else {
            return if last.base.is_identity() { &self.standings[0] } else { last };
        };
        let good = |standing: &&Standing| {
            judged(standing).is_some_and(|psnr| psnr > best - TOLERANCE_DB || psnr >= best)
        };
        self.standings.iter().find(good).unwrap_or(last)
    }
}

/// The local base by isotropic ridges alone, which know nothing of edits: what the prior is compared
/// with. `keep_going` as for [`Ladder::climb`].
///
/// # Panics
/// When there are no examples.
pub fn isotropic(
    examples: &[Example],
    groups: &[usize],
    prior: &Prior,
    keep_going: &KeepGoing<'_>,
) -> Option<Base> {
    let prepared = prepared(examples, groups, prior, keep_going)?;
    let fit = fit_isotropic(&prepared, &folds(groups), prior, keep_going)?;
    Some(local_base(&fit.weights, prior))
}

fn prepared(
    examples: &[Example],
    groups: &[usize],
    prior: &Prior,
    keep_going: &KeepGoing<'_>,
) -> Option<Vec<Prepared>> {
    let mut prepared = Vec::with_capacity(examples.len());
    let full = prior.code.in_full();
    let many = groups.iter().collect::<BTreeSet<_>>().len() >= MANY;
    let prepare = |example: &Example| {
        if many {
            Prepared::of_full(sums(example, &full), prior)
        } else {
            Prepared::new(sums(example, &prior.code), prior)
        }
    };
    for some in examples.chunks(rayon::current_num_threads()) {
        if !keep_going() {
            return None;
        }
        prepared.par_extend(some.par_iter().map(prepare));
    }
    Some(prepared)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

/// Folds of whole groups, as even as they come: group after group to the next fold.
fn folds(groups: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    for group in groups {
        if !order.contains(group) {
            order.push(*group);
        }
    }
    let place = |group: &usize| order.iter().position(|it| it == group).unwrap_or(0);
    groups.iter().map(|group| place(group) % FOLDS).collect()
}

/// An example's sums.
fn sums(example: &Example, code: &PhotoCode) -> Sums {
    let pool = &example.pixels;
    let count = pool.len().min(PIXELS);
    // Spread over the pool, whatever its order.
    let index = |i: usize| i * pool.len() / count;
    let edge = |share: f32, len: usize| (f64::from(share) * (len - 1) as f64 + 0.5) / len as f64;
    let places: Vec<[f64; 2]> = (0..count)
        .map(|i| [edge(pool.x[index(i)], example.width), edge(pool.y[index(i)], example.height)])
        .collect();
    let rgb = |planes: &[Vec<f32>; 3], i: usize| planes.each_ref().map(|plane| plane[index(i)]);
    let colours: Vec<[f32; 3]> = (0..count).map(|i| rgb(&pool.before, i)).collect();
    let changes: Vec<[f64; 3]> = (0..count)
        .map(|i| {
            let after = rgb(&pool.after, i);
            [0, 1, 2].map(|c| f64::from(after[c] - colours[i][c]))
        })
        .collect();
    let view = View { sample: &example.sample, places: &places, colours: &colours };
    Sums::new(&view.features(code), &changes)
}

fn local_base(weights: &Mat<f64>, prior: &Prior) -> Base {
    let along_axes = weights.nrows() == prior.features();
    let code = if along_axes { prior.code.clone() } else { prior.code.in_full() };
    let mut base = Base::identity(code, true);
    for (f, row) in base.weights.chunks_exact_mut(3).enumerate() {
        (0..3).for_each(|c| row[c] = weights[(f, c)] as f32);
    }
    base
}

fn colour_base(weights: &Mat<f64>, prior: &Prior) -> Base {
    let places = colour_places(prior.code.axes.len());
    let mut base = Base::identity(PhotoCode::none(), false);
    for (row, place) in base.weights.chunks_exact_mut(3).zip(places) {
        (0..3).for_each(|c| row[c] = weights[(place, c)] as f32);
    }
    base
}

/// A filter that is its base alone.
pub fn operator(base: Base, title: &str, provenance: Provenance) -> Operator {
    Operator {
        title: title.to_owned(),
        variant: Variant::Base,
        sampling: Sampling::Nearest,
        short_side: 64,
        statistics: Statistics::PerImage,
        base: Some(base),
        network: Network::default(),
        guide: None,
        layer: GuidedLayer::None,
        clamp: false,
        strength: 1.0,
        tone: 1.0,
        detail: 1.0,
        provenance,
    }
}
