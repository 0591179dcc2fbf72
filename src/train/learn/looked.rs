//! What the closed forms look at of examples, and fits that know that a picture ends at black and
//! white.

use std::collections::BTreeSet;

use faer::{Mat, MatRef};
use rayon::prelude::*;

use crate::operator::PhotoCode;
use crate::train::base::{ERROR_MIN, Fit, KeepGoing, Prepared, Prior, Sums, View};
use crate::train::examples::Example;

/// Pixels of each example that a fit looks at.
const PIXELS: usize = 6000;
/// From so many different photos on they can tell what each statistic of a photo does.
const MANY: usize = 16;

/// Examples that were looked at.
pub(super) struct Looked<'a> {
    examples: &'a [Example],
    prior: &'a Prior,
    /// What the features say of a photo: the prior's axes, or all statistics where there are photos
    /// enough.
    code: PhotoCode,
    prepared: Vec<Prepared>,
}

/// A fit, judged.
pub(super) struct Fitted {
    pub fit: Fit,
    /// Mean PSNR in dB of the examples, which it learnt from.
    pub psnr_learn: f64,
}

impl<'a> Looked<'a> {
    /// Looks at examples; those of one group are of one photo. `keep_going` is asked several times a
    /// second, on the caller's thread; None once it says no.
    pub fn at(
        examples: &'a [Example],
        groups: &[usize],
        prior: &'a Prior,
        keep_going: &KeepGoing<'_>,
    ) -> Option<Self> {
        let many = groups.iter().collect::<BTreeSet<_>>().len() >= MANY;
        let code = if many { prior.code.in_full() } else { prior.code.clone() };
        let prepare = |example: &Example| {
            let pixels = Pixels::of(example, &code);
            let sums = Sums::new(&pixels.rows, &pixels.changes);
            if many { Prepared::of_full(sums, prior) } else { Prepared::new(sums, prior) }
        };
        let mut prepared = Vec::with_capacity(examples.len());
        for some in examples.chunks(rayon::current_num_threads()) {
            if !keep_going() {
                return None;
            }
            prepared.par_extend(some.par_iter().map(prepare));
        }
        Some(Self { examples, prior, code, prepared })
    }

    /// PSNR in dB of each example when nothing is done to it.
    pub fn psnr_of_nothing(&self) -> Vec<f64> {
        self.prepared.iter().map(|it| -10.0 * it.sums.energy.max(ERROR_MIN).log10()).collect()
    }

    /// The fit that `how` makes; None where it says None.
    pub fn fitted(&self, how: &dyn Fn(&[Prepared]) -> Option<Fit>) -> Option<Fitted> {
        let fit = how(&self.prepared)?;
        let psnr = |it: &Prepared| -10.0 * it.error(&fit.weights).log10();
        let each: Vec<f64> = self.prepared.iter().map(psnr).collect();
        Some(Fitted { psnr_learn: mean(&each), fit })
    }

    /// The same examples, with edits that go beyond black and white as far as the fit that `how` makes
    /// does: a picture ends there, so what a fit carries beyond is no error (censored regression,
    /// Tobin 1958), and only a first fit tells where it does; for each example the one that has not
    /// seen it, by its fold. None where `how` says None.
    pub fn beyond(
        &self,
        how: &dyn Fn(&[Prepared]) -> Option<Fit>,
        folds: &[usize],
    ) -> Option<Self> {
        let first = how(&self.prepared)?;
        let pairs = self.prepared.par_iter().zip(self.examples).zip(folds);
        let prepared = pairs
            .map(|((prepared, example), fold)| {
                self.carried(prepared, example, &first.without[*fold])
            })
            .collect();
        Some(Self { code: self.code.clone(), prepared, ..*self })
    }

    /// An example whose edit goes beyond black and white wherever `weights` do, as far as they do.
    fn carried(&self, prepared: &Prepared, example: &Example, weights: &Mat<f64>) -> Prepared {
        // Looked at again: kept, the features of many examples would take too much memory.
        let mut pixels = Pixels::of(example, &self.code);
        pixels.go_beyond(weights);
        prepared.with_changes(&pixels.rows, &pixels.changes, self.prior)
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Some pixels of an example.
struct Pixels {
    colours: Vec<[f32; 3]>,
    /// `[pixels][features]`.
    rows: Vec<f64>,
    /// What the edit adds to each channel.
    changes: Vec<[f64; 3]>,
}

impl Pixels {
    fn of(example: &Example, code: &PhotoCode) -> Self {
        let pool = &example.pixels;
        let count = pool.len().min(PIXELS);
        // Spread over the pool, whatever its order.
        let index = |i: usize| i * pool.len() / count;
        let edge =
            |share: f32, len: usize| (f64::from(share) * (len - 1) as f64 + 0.5) / len as f64;
        let places: Vec<[f64; 2]> = (0..count)
            .map(|i| {
                [edge(pool.x[index(i)], example.width), edge(pool.y[index(i)], example.height)]
            })
            .collect();
        let rgb = |planes: &[Vec<f32>; 3], i: usize| planes.each_ref().map(|plane| plane[index(i)]);
        let colours: Vec<[f32; 3]> = (0..count).map(|i| rgb(&pool.before, i)).collect();
        let changes = (0..count)
            .map(|i| {
                let after = rgb(&pool.after, i);
                [0, 1, 2].map(|c| f64::from(after[c] - colours[i][c]))
            })
            .collect();
        let view = View { sample: &example.sample, places: &places, colours: &colours };
        Self { rows: view.features(code), colours, changes }
    }

    /// Adds to the changes what `weights`, `[features][3]`, carry beyond 0 and 1: what is left between
    /// them and the changes is then what one sees.
    fn go_beyond(&mut self, weights: &Mat<f64>) {
        let rows = MatRef::from_row_major_slice(&self.rows, self.changes.len(), weights.nrows());
        let added = rows * weights;
        for (i, (change, colour)) in self.changes.iter_mut().zip(&self.colours).enumerate() {
            for c in 0..3 {
                let value = f64::from(colour[c]) + added[(i, c)];
                change[c] += value - value.clamp(0.0, 1.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn what_a_fit_carries_beyond_black_or_white_is_no_error() {
        const PIXELS: usize = 50;
        const FEATURES: usize = 4;
        let mut random = Random::new(1);
        let mut next = || random.unit();
        let rows: Vec<f64> = (0..PIXELS * FEATURES).map(|_| next() - 0.5).collect();
        let colours: Vec<[f32; 3]> = (0..PIXELS).map(|_| [(); 3].map(|()| next() as f32)).collect();
        let after: Vec<[f64; 3]> = (0..PIXELS).map(|_| [(); 3].map(|()| next())).collect();
        let weights = Mat::from_fn(FEATURES, 3, |_, _| 4.0 * (next() - 0.5));
        let before = |i: usize, c: usize| f64::from(colours[i][c]);
        let changes: Vec<[f64; 3]> =
            (0..PIXELS).map(|i| [0, 1, 2].map(|c| after[i][c] - before(i, c))).collect();
        let value = |i: usize, c: usize| {
            let added = (0..FEATURES).map(|f| rows[i * FEATURES + f] * weights[(f, c)]);
            before(i, c) + added.sum::<f64>()
        };
        let mean = |error: &dyn Fn(usize, usize) -> f64| {
            let all = (0..PIXELS).flat_map(|i| [0, 1, 2].map(|c| error(i, c).powi(2)));
            all.sum::<f64>() / (3 * PIXELS) as f64
        };
        let seen = mean(&|i, c| value(i, c).clamp(0.0, 1.0) - after[i][c]);
        let unclipped = mean(&|i, c| value(i, c) - after[i][c]);
        assert!(unclipped > 1.5 * seen, "{unclipped} {seen}: nothing goes beyond");
        let mut pixels = Pixels { colours: colours.clone(), rows: rows.clone(), changes };
        let error = |it: &Pixels| Sums::new(&it.rows, &it.changes).error(&weights);
        assert!((error(&pixels) - unclipped).abs() < 1e-9);
        pixels.go_beyond(&weights);
        assert!((error(&pixels) - seen).abs() < 1e-9);
    }
}
