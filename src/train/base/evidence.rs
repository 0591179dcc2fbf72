//! What photos make of many assumptions about their edit by their evidence alone: how probable each
//! makes what is seen (MacKay 1992). From one photo nothing else tells them apart.

use faer::{Col, Mat};

use super::posterior::{Posterior, TRUSTS, added, posteriors, trust};
use super::prepared::Prepared;
use super::prior::{Gaussian, Prior};
use super::ridges::{RIDGES, ridges};
use super::sums::{ERROR_MIN, Sums};
use crate::operator::STATISTICS;
use crate::train::prior::Kind;

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

/// How likely a kind is before any pair is seen: that an edit is of none in particular as likely as
/// that it is of one of the seven.
fn likelihood(kind: usize) -> f64 {
    if kind < Kind::ALL.len() { 1.0 } else { Kind::ALL.len() as f64 }
}

/// The mean of the fits to `examples` under all assumptions, by their evidence: `[features][3]`; and
/// the shares of [`Kind::ALL`], what is left of 1 being of no kind in particular.
pub(super) fn mixture(examples: &[&Prepared], prior: &Prior) -> (Mat<f64>, Vec<f64>) {
    let kinds: Vec<&Gaussian> = prior.kinds.iter().collect();
    let fits = posteriors(&kinds, &added(examples));
    let values = examples.len() as f64 * VALUES_PER_PHOTO;
    let mut assumed: Vec<(usize, &Posterior)> = Vec::new();
    let mut evidence: Vec<f64> = Vec::new();
    for (t, kind) in (0..TRUSTS).flat_map(|t| (0..kinds.len()).map(move |kind| (t, kind))) {
        let steps = if Kind::ALL.get(kind) == Some(&Kind::Colour) { STEPS_SURER } else { 0 };
        let surer = &fits[(t + steps).min(TRUSTS - 1) * kinds.len() + kind];
        let (Some(fit), Some(surer)) = (&fits[t * kinds.len() + kind], surer) else { continue };
        assumed.push((kind, surer));
        // A Gaussian that is wider has the same coefficients where the photos are trusted less by as
        // much.
        evidence.extend(WIDTHS.map(|width| {
            let noise = (trust(t) / width / VALUES_PER_PHOTO).ln();
            let fair = fit.volume - 0.5 * fit.misfit / width + 0.5 * values * noise;
            fair + TEMPER * likelihood(kind).ln()
        }));
    }
    let mut coefficients = Col::<f64>::zeros(prior.coefficients());
    let mut squares = Col::<f64>::zeros(prior.coefficients());
    let mut of_kind = vec![0.0; Kind::ALL.len()];
    for (shares, (kind, fit)) in shares(&evidence).chunks_exact(WIDTHS.len()).zip(assumed) {
        let share: f64 = shares.iter().sum();
        if let Some(of_kind) = of_kind.get_mut(kind) {
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
    (doubted(prior.weights(&coefficients), examples), of_kind)
}

/// The ridges by their evidence, the width of the prior that each stands for free.
pub(super) fn isotropic_mixture(examples: &[&Prepared], rank: usize) -> Mat<f64> {
    let photos = examples.len() as f64;
    let energy = examples.iter().map(|it| it.sums.energy).sum::<f64>() / photos;
    let sums: Vec<&Sums> = examples.iter().map(|it| &it.sums).collect();
    let fits = ridges(&sums, rank, &RIDGES);
    let evidence: Vec<f64> = fits
        .iter()
        .map(|fit| {
            // The least of misfit and penalty together.
            let asked = |it: &&Prepared| -> f64 {
                let cross = &it.sums.cross;
                let products =
                    |c: usize| (0..cross.nrows()).map(move |f| cross[(f, c)] * fit.weights[(f, c)]);
                (0..3).flat_map(products).sum::<f64>() / 3.0
            };
            let left = (energy - examples.iter().map(asked).sum::<f64>() / photos).max(ERROR_MIN);
            -fit.narrowing - 0.5 * photos * VALUES_PER_PHOTO * left.ln()
        })
        .collect();
    let shares = shares(&evidence);
    let weights: Vec<Mat<f64>> = fits.into_iter().map(|fit| fit.weights).collect();
    doubted(mean(&weights, &shares), examples)
}

/// Shares by evidence, tempered.
fn shares(evidence: &[f64]) -> Vec<f64> {
    let best = evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut shares: Vec<f64> = evidence.iter().map(|it| ((it - best) / TEMPER).exp()).collect();
    normalise(&mut shares);
    shares
}

/// Makes shares sum to one.
pub(super) fn normalise(shares: &mut [f64]) {
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
}

/// The mean of some weights by their shares.
pub(super) fn mean(weights: &[Mat<f64>], shares: &[f64]) -> Mat<f64> {
    let mut sum = Mat::zeros(weights[0].nrows(), 3);
    for (weights, share) in weights.iter().zip(shares) {
        sum += faer::Scale(*share) * weights;
    }
    sum
}

/// How far the examples' photos are from the middle of the photos, 1 on average: what one assumption
/// or another makes of an odd photo goes far apart on ordinary ones.
fn oddness(examples: &[&Prepared], rank: usize) -> f64 {
    // The code's numbers times the constant term are features: their products with 1 are their means.
    let square = |it: &&Prepared| (1..=rank).map(|z| it.sums.gram[(0, z)].powi(2)).sum::<f64>();
    // Each of the statistics varies by 1.
    examples.iter().map(square).sum::<f64>() / (examples.len() * STATISTICS) as f64
}

/// What a photo cannot explain of itself it will not explain of others either.
fn doubted(mut weights: Mat<f64>, examples: &[&Prepared]) -> Mat<f64> {
    let photos = examples.len() as f64;
    let energy: f64 = examples.iter().map(|it| it.sums.energy).sum::<f64>() / photos;
    let left: f64 = examples.iter().map(|it| it.sums.error(&weights)).sum::<f64>() / photos;
    let explained = (energy - left).max(ERROR_MIN);
    weights *= faer::Scale((1.0 - DOUBT * left / explained).clamp(0.0, 1.0));
    weights
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::kernel::Planes;
    use crate::kernel::base::statistics;
    use crate::random::Random;
    use crate::train::base::View;

    fn example(
        sample: &Planes,
        places: &[[f64; 2]],
        colours: &[[f32; 3]],
        changes: &[[f64; 3]],
    ) -> Prepared {
        let prior = Prior::shipped();
        let view = View { sample, places, colours };
        Prepared::new(Sums::new(&view.features(&prior.code), changes), prior)
    }

    pub fn prepared(brightness: f32) -> (Prepared, f64) {
        let mut sample = Planes::zeros(3, 64, 80);
        for (i, value) in sample.data.iter_mut().enumerate() {
            *value = brightness * (0.6 + (i * 7919 % 1009) as f32 / 2000.0);
        }
        let places: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i) / 39.0, 0.5]).collect();
        let colours: Vec<[f32; 3]> = (0..40).map(|i| [i as f32 / 40.0; 3]).collect();
        let changes = vec![[0.1, -0.05, 0.02]; 40];
        let z = Prior::shipped().code.code(&statistics(&sample));
        (
            example(&sample, &places, &colours, &changes),
            z[1..].iter().map(|z| z * z).sum::<f64>() / 10.0,
        )
    }

    #[test]
    fn oddness_is_how_far_the_code_is_from_the_middle() {
        let rank = Prior::shipped().code.axes.len();
        let (dark, ordinary) = (prepared(0.03), prepared(0.5));
        for (example, want) in [&dark, &ordinary] {
            let got = oddness(&[example], rank);
            assert!((got - want).abs() < 1e-9, "{got} {want}");
        }
        assert!(dark.1 > 1.0 && dark.1 > 2.0 * ordinary.1, "{} {}", dark.1, ordinary.1);
        let both = oddness(&[&dark.0, &ordinary.0], rank);
        assert!((both - 0.5 * (dark.1 + ordinary.1)).abs() < 1e-9);
    }

    /// A photo with colours of all sorts, and what `edit` does to them.
    fn edited(edit: impl Fn([f64; 3]) -> [f64; 3]) -> Prepared {
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
        example(&sample, &places, &colours, &changes)
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
        let (weights, kinds) = mixture(&[&example], prior);
        let colour = Kind::ALL.iter().position(|kind| *kind == Kind::Colour).unwrap();
        assert!(kinds[colour] > 0.99, "{kinds:?}");
        // The evidence is for a trust of 10^5.5 to 10^6, number 6 is 10^6.5.
        let usual = posteriors(&[&prior.kinds[colour]], &example.projected).remove(6).unwrap();
        let usual = example.error(&prior.weights(&usual.coefficients));
        assert!(example.error(&weights) < 0.9 * usual, "{} {usual}", example.error(&weights));
    }

    #[test]
    fn what_is_of_no_kind_in_particular_is_as_likely_as_all_kinds_together() {
        let of = |kinds: std::ops::Range<usize>| kinds.map(likelihood).sum::<f64>();
        assert_eq!(of(0..Kind::ALL.len()), of(Kind::ALL.len()..Prior::shipped().kinds.len()));
        // Channels exchanged: no synthetic edit does that.
        let example = edited(|[r, g, b]| [b, r, g]);
        let (_, kinds) = mixture(&[&example], Prior::shipped());
        assert!(kinds.iter().sum::<f64>() < 0.5, "{kinds:?}");
    }
}
