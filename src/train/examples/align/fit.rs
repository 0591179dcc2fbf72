//! What transform, and what bend, explains how far patches are off.

use super::patches::Found;
use crate::train::examples::alignment::Alignment;
use crate::train::examples::linear;

/// A small similarity around the middle of a photo: `δ(x, y) = (αx − βy + u, βx + αy + v)`.
const TURN: usize = 4;
/// And what no similarity is: stretch, shear, the six terms of a square (perspective and tilt), two
/// of a lens.
const BEND: usize = TURN + 10;

/// A robust fit of displacements.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    weights: Vec<f64>,
    centre: (f64, f64),
    unit: f64,
}

/// What a fit may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A similarity.
    Turn,
    /// A similarity and a smooth bend.
    Bend,
}

impl Fit {
    /// Fits patches by least squares that outliers lose their part in; `outlier` is the distance,
    /// in pixels of the photo, at which a patch counts a quarter. None for too few patches.
    pub(super) fn new(
        found: &[Found],
        factor: usize,
        size: (usize, usize),
        form: Form,
        outlier: f64,
    ) -> Option<Self> {
        let count = if form == Form::Turn { TURN } else { BEND };
        if found.len() * 2 < count + 4 {
            return None;
        }
        let centre = (size.0 as f64 / 2.0 - 0.5, size.1 as f64 / 2.0 - 0.5);
        let mut fit =
            Self { weights: vec![0.0; count], centre, unit: size.0.max(size.1) as f64 / 2.0 };
        // The first pass forgives more, so that a few wrong ones do not decide.
        for pass in 0..12 {
            let scale = outlier * (1.0 + 3.0 * 0.5_f64.powi(pass));
            fit.weights = fit.pass(found, factor, scale, pass == 0)?;
        }
        Some(fit)
    }

    /// Where the fit moves a position of the photo, in its pixels.
    pub(super) fn at(&self, position: (f64, f64)) -> (f64, f64) {
        let terms = self.terms(position);
        let sum = |axis: usize| {
            terms.iter().zip(&self.weights).map(|(term, weight)| term[axis] * weight).sum::<f64>()
        };
        (sum(0), sum(1))
    }

    /// How far a patch is from the fit, in pixels of the photo, only in directions in which the
    /// patch says anything.
    pub(super) fn residual(&self, found: &Found, factor: usize) -> f64 {
        let (x, y) = self.at(found.at);
        let factor = factor as f64;
        found.distance((found.off.0 * factor - x, found.off.1 * factor - y))
    }

    /// What the patches leave unexplained, 0 to 1: one that is `outlier` pixels of the photo off
    /// counts a half.
    pub(super) fn cost(&self, found: &[Found], factor: usize, outlier: f64) -> f64 {
        let one = |it: &Found| {
            let square = (self.residual(it, factor) / outlier).powi(2);
            square / (square + 1.0)
        };
        found.iter().map(one).sum::<f64>() / found.len() as f64
    }

    /// How far the fit at these patches is from any similarity, in pixels of the photo: a tenth of
    /// them is further. None for too few patches.
    pub(super) fn apart_from_a_turn(&self, at: &[&Found], size: (usize, usize)) -> Option<f64> {
        let smooth = |it: &&Found| Found {
            off: self.at(it.at),
            peak: 1.0,
            sharpness: [1.0, 0.0, 1.0],
            ..**it
        };
        let smooth: Vec<Found> = at.iter().map(smooth).collect();
        let turn = Self::new(&smooth, 1, size, Form::Turn, f64::INFINITY)?;
        let mut apart: Vec<f64> = smooth.iter().map(|it| turn.residual(it, 1)).collect();
        apart.sort_by(f64::total_cmp);
        apart.get(apart.len() * 9 / 10).copied()
    }

    /// The transform with the similarity of this fit before it.
    pub(super) fn applied(&self, to: &Alignment) -> Alignment {
        let [alpha, beta, u, v] = [0, 1, 2, 3].map(|i| self.weights[i]);
        let (alpha, beta) = (alpha / self.unit, beta / self.unit);
        let (x, y) = self.centre;
        // position + δ(position), as rows of a matrix.
        let delta = [
            [1.0 + alpha, -beta, u - alpha * x + beta * y],
            [beta, 1.0 + alpha, v - beta * x - alpha * y],
        ];
        let matrix = to.matrix.map(|row| {
            let product = |column: usize| row[0] * delta[0][column] + row[1] * delta[1][column];
            [product(0), product(1), product(2) + row[2]]
        });
        Alignment { matrix, ..*to }
    }

    fn terms(&self, position: (f64, f64)) -> Vec<[f64; 2]> {
        let x = (position.0 - self.centre.0) / self.unit;
        let y = (position.1 - self.centre.1) / self.unit;
        let mut terms = vec![[x, y], [-y, x], [1.0, 0.0], [0.0, 1.0]];
        if self.weights.len() == BEND {
            let r2 = x * x + y * y;
            terms.extend([[x, -y], [y, x]]);
            terms.extend([[x * x, 0.0], [x * y, 0.0], [y * y, 0.0]]);
            terms.extend([[0.0, x * x], [0.0, x * y], [0.0, y * y]]);
            terms.extend([[x * r2, y * r2], [x * r2 * r2, y * r2 * r2]]);
        }
        terms
    }

    fn pass(&self, found: &[Found], factor: usize, scale: f64, is_first: bool) -> Option<Vec<f64>> {
        let count = self.weights.len();
        let mut normal = vec![vec![0.0; count + 1]; count];
        let mut total = 0.0;
        for patch in found {
            let robust = if is_first {
                1.0
            } else {
                (1.0 + (self.residual(patch, factor) / scale).powi(2)).powi(-2)
            };
            let weight = robust * patch.peak;
            total += weight;
            let terms = self.terms(patch.at);
            let [xx, xy, yy] = patch.sharpness;
            let off = [patch.off.0 * factor as f64, patch.off.1 * factor as f64];
            for (i, a) in terms.iter().enumerate() {
                let pulled = [xx * a[0] + xy * a[1], xy * a[0] + yy * a[1]];
                for (j, b) in terms.iter().enumerate() {
                    normal[i][j] += weight * (pulled[0] * b[0] + pulled[1] * b[1]);
                }
                normal[i][count] += weight * (pulled[0] * off[0] + pulled[1] * off[1]);
            }
        }
        for (i, row) in normal.iter_mut().enumerate() {
            // What few patches cannot tell stays small.
            row[i] += total * if i < TURN { 1e-6 } else { 1e-3 };
        }
        let solution = linear::solve::<1>(&normal)?;
        Some(solution.into_iter().map(|[value]| value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patches(off: impl Fn(f64, f64) -> (f64, f64)) -> Vec<Found> {
        (0..80)
            .map(|i| {
                let at = (f64::from(i % 10) * 60.0 + 20.0, f64::from(i / 10) * 50.0 + 15.0);
                // Every fifth is far off.
                let off = if i % 5 == 0 { (2.0, -1.7) } else { off(at.0, at.1) };
                Found { at, off, peak: 0.8, typical: 0.1, sharpness: [1.0, 0.0, 0.7] }
            })
            .collect()
    }

    #[test]
    fn a_turn_is_found_among_outliers() {
        let size = (600, 400);
        let identity = Alignment::identity(size, size);
        let wanted =
            Alignment { matrix: [[1.001, -0.002, 0.5], [0.002, 1.001, -0.25]], ..identity };
        let off = |x, y| {
            let (wx, wy) = wanted.after_from_before(x, y);
            (wx - x, wy - y)
        };
        let fit = Fit::new(&patches(off), 1, size, Form::Turn, 0.3).unwrap();
        let got = fit.applied(&identity);
        for (x, y) in [(0.0, 0.0), (599.0, 399.0)] {
            let (a, b) = (got.after_from_before(x, y), wanted.after_from_before(x, y));
            assert!((a.0 - b.0).abs() < 0.02 && (a.1 - b.1).abs() < 0.02, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_lens_is_told_from_a_turn() {
        let off = |x: f64, y: f64| {
            let (x, y) = ((x - 299.5) / 300.0, (y - 199.5) / 300.0);
            let r2 = x * x + y * y;
            (2.0 * x * r2, 2.0 * y * r2)
        };
        let fit = Fit::new(&patches(off), 1, (600, 400), Form::Bend, 0.3).unwrap();
        for at in [(30.0, 30.0), (560.0, 200.0)] {
            let (got, want) = (fit.at(at), off(at.0, at.1));
            assert!(
                (got.0 - want.0).abs() < 0.1 && (got.1 - want.1).abs() < 0.1,
                "{got:?} {want:?}"
            );
        }
    }
}
