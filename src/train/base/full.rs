//! Many photos can tell what each of their ten statistics does, where a few cannot and see them along
//! the prior's axes. Weights along axes are weights of the statistics too ([`in_full`]), so fits of
//! both sorts can be compared and averaged.

use faer::Mat;
use rayon::prelude::*;

use super::sums::{Sums, product};
use crate::operator::{Base, PhotoCode, STATISTICS, TERMS};

/// From weights along the axes of `code` to weights of the statistics: `[features][features]`.
fn bridge(code: &PhotoCode) -> Mat<f64> {
    let (narrow, wide) = (1 + code.axes.len(), 1 + STATISTICS);
    let cubic = TERMS[3];
    let features = |numbers: usize| Base::features(numbers - 1, true);
    let mut bridge = Mat::zeros(features(wide), features(narrow));
    for term in 0..cubic {
        bridge[(term * wide, term * narrow)] = 1.0;
        for (a, axis) in code.axes.iter().enumerate() {
            for (s, share) in axis.iter().enumerate() {
                bridge[(term * wide + 1 + s, term * narrow + 1 + a)] = *share;
            }
        }
    }
    for other in 0..features(narrow) - cubic * narrow {
        bridge[(cubic * wide + other, cubic * narrow + other)] = 1.0;
    }
    bridge
}

/// The sums along the axes of `code`, of sums over features of [`PhotoCode::in_full`].
pub(super) fn along_axes(full: &Sums, code: &PhotoCode) -> Sums {
    let bridge = bridge(code);
    let half = product(bridge.transpose(), full.gram.as_ref(), 1.0);
    along(full, &bridge, product(half.as_ref(), bridge.as_ref(), 1.0))
}

/// The same where `gram`, the products of the features along the axes, is at hand.
pub(super) fn changes_along_axes(full: &Sums, code: &PhotoCode, gram: Mat<f64>) -> Sums {
    along(full, &bridge(code), gram)
}

fn along(full: &Sums, bridge: &Mat<f64>, gram: Mat<f64>) -> Sums {
    let cross = product(bridge.transpose(), full.cross.as_ref(), 1.0);
    Sums { gram, cross, energy: full.energy }
}

/// The weights of the statistics that each of these is, which are along the axes of `code`.
pub(super) fn in_full(weights: &[Mat<f64>], code: &PhotoCode) -> Vec<Mat<f64>> {
    let bridge = bridge(code);
    weights.par_iter().map(|it| product(bridge.as_ref(), it.as_ref(), 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Planes;
    use crate::train::base::{Prior, View};

    #[test]
    fn weights_along_axes_are_weights_of_the_statistics() {
        let code = &Prior::shipped().code;
        let mut sample = Planes::zeros(3, 64, 80);
        for (i, value) in sample.data.iter_mut().enumerate() {
            *value = (i * 7919 % 1009) as f32 / 1009.0;
        }
        let places = [[0.2, 0.3], [0.5, 0.9], [0.8, 0.1], [0.4, 0.4]];
        let colours = [[0.1, 0.5, 0.3], [0.9, 0.8, 0.7], [0.0, 0.0, 0.2], [0.6, 0.2, 0.4]];
        let view = View { sample: &sample, places: &places, colours: &colours };
        let (few, all) = (view.features(code), view.features(&code.in_full()));
        let features = few.len() / 4;
        let weights = Mat::from_fn(features, 3, |f, c| ((3 * f + c) as f64).sin());
        let full = in_full(std::slice::from_ref(&weights), code).remove(0);
        for (few, all) in few.chunks_exact(features).zip(all.chunks_exact(full.nrows())) {
            for c in 0..3 {
                let along: f64 = (0..features).map(|f| few[f] * weights[(f, c)]).sum();
                let of_all: f64 = (0..all.len()).map(|f| all[f] * full[(f, c)]).sum();
                assert!((along - of_all).abs() < 1e-9, "{along} {of_all}");
            }
        }
        let changes = [[0.1, 0.0, -0.2]; 4];
        let (want, got) = (Sums::new(&few, &changes), along_axes(&Sums::new(&all, &changes), code));
        assert!((want.error(&weights) - got.error(&weights)).abs() < 1e-9 * want.error(&weights));
    }
}
