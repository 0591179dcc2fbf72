//! The rungs in closed form: identity, colour base, local base.

use faer::Mat;

use super::looked::{Fitted, Looked, mean};
use super::rung::Rung;
use crate::operator::{
    Base, GuidedLayer, Network, Operator, PhotoCode, Provenance, Sampling, Statistics, Variant,
};
use crate::train::base::{
    KeepGoing, Prepared, Prior, colour_places, fit, fit_colour, fit_isotropic,
};
use crate::train::examples::Example;

/// Parts into which the examples are divided, each left out once.
const FOLDS: usize = 5;
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
        let folds = folds(groups);
        let looked = Looked::at(examples, groups, prior, keep_going)?;
        let several = folds.iter().any(|fold| *fold > 0);
        let nothing = looked.psnr_of_nothing();
        let mut standings = vec![Standing {
            rung: Rung::Identity,
            base: Base::identity(PhotoCode::none(), false),
            psnr_learn: mean(&nothing),
            psnr_unseen: several.then(|| mean(&nothing)),
            psnr_each: nothing,
            without: Vec::new(),
        }];
        let standing = |rung: Rung, fitted: Fitted, base: &dyn Fn(&Mat<f64>) -> Base| Standing {
            rung,
            base: base(&fitted.fit.weights),
            psnr_learn: fitted.psnr_learn,
            psnr_unseen: several.then(|| mean(&fitted.fit.psnr_unseen)),
            without: fitted.fit.without.iter().map(base).collect(),
            psnr_each: fitted.fit.psnr_unseen,
        };
        let how = |these: &[Prepared]| fit(these, &folds, prior, keep_going);
        let looked = looked.beyond(&how, &folds)?;
        // From one fold nothing would tell how well it holds.
        if several {
            let how = |these: &[Prepared]| fit_colour(these, &folds, prior, keep_going);
            let colour = looked.fitted(&how)?;
            standings.push(standing(Rung::Colour, colour, &|weights| colour_base(weights, prior)));
        }
        let mut local = looked.fitted(&how)?;
        let kinds = std::mem::take(&mut local.fit.kinds);
        standings.push(standing(Rung::Base, local, &|weights| local_base(weights, prior)));
        Some(Self { standings, folds, kinds })
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
    let folds = folds(groups);
    let looked = Looked::at(examples, groups, prior, keep_going)?;
    let how = |these: &[Prepared]| fit_isotropic(these, &folds, prior, keep_going);
    let fitted = looked.beyond(&how, &folds)?.fitted(&how)?;
    Some(local_base(&fitted.fit.weights, prior))
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
