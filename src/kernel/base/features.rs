//! The features of one pixel, written out: what a base is fitted with, and what the folded pass over
//! the pixels is held to.

use super::LUMINANCE;
use crate::operator::{CURVES, KNOTS, LOCALS, TERMS};

/// The terms of a colour: 1, r, g, b, then rr, gg, bb, rg, rb, gb, then the ten of third degree.
pub fn terms([r, g, b]: [f64; 3]) -> [f64; 20] {
    let (rr, gg, bb) = (r * r, g * g, b * b);
    [
        1.0,
        r,
        g,
        b, // degree 1
        rr,
        gg,
        bb,
        r * g,
        r * b,
        g * b, // degree 2
        rr * r,
        gg * g,
        bb * b,
        rr * g,
        rr * b,
        gg * r,
        gg * b,
        bb * r,
        bb * g,
        r * g * b,
    ]
}

/// The hat functions of red, green, blue and luminance: `max(0, 1 − |v − k/8|·8)`.
pub fn hats([r, g, b]: [f64; 3]) -> [f64; CURVES * KNOTS] {
    let light = LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b;
    let last = (KNOTS - 1) as f64;
    let mut hats = [0.0; CURVES * KNOTS];
    for (hats, value) in hats.chunks_exact_mut(KNOTS).zip([r, g, b, light]) {
        for (knot, hat) in hats.iter_mut().enumerate() {
            *hat = (1.0 - (value - knot as f64 / last).abs() * last).max(0.0);
        }
    }
    hats
}

/// Writes the features of a pixel, [`Base::features`](crate::operator::Base::features) of them.
///
/// `colour` is the pixel's, clamped to 0..1; `locals` its local values, none for a colour base; `z`
/// the photo's code. The order: terms of the cubic, each with all of z; the hats curve by curve; for
/// the local values of degree 2, then for those of degree 1, the terms, each with all of the values.
///
/// # Panics
/// When `out` has another length.
pub fn write_features(colour: [f64; 3], locals: &[f64], z: &[f64], out: &mut [f64]) {
    let terms = terms(colour);
    let mut place = out.iter_mut();
    let mut put = |value: f64| *place.next().expect("as many places as features") = value;
    for term in terms {
        z.iter().for_each(|z| put(term * z));
    }
    hats(colour).into_iter().for_each(&mut put);
    if !locals.is_empty() {
        for degree in [2, 1] {
            for term in &terms[..TERMS[degree]] {
                for (local, value) in LOCALS.iter().zip(locals) {
                    if local.degree == degree {
                        put(term * value);
                    }
                }
            }
        }
    }
    assert!(place.next().is_none(), "as many features as places");
}

/// Where the features of a base lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    rank: usize,
}

impl Places {
    pub fn new(rank: usize) -> Self {
        Self { rank }
    }

    /// A term of the cubic with a value of z.
    pub fn colour(self, term: usize, z: usize) -> usize {
        term * (1 + self.rank) + z
    }

    /// A knot of a curve.
    pub fn hat(self, curve: usize, knot: usize) -> usize {
        self.colour(TERMS[3], 0) + curve * KNOTS + knot
    }

    /// For each local value, where its features begin and how far they are apart.
    pub fn locals(self) -> Vec<(usize, usize)> {
        let count = |degree| LOCALS.iter().filter(|local| local.degree == degree).count();
        let [first, second] = [count(1), count(2)];
        let start = self.hat(CURVES, 0);
        let mut seen = [0; 3];
        let mut place = |degree: usize| {
            let at = seen[degree];
            seen[degree] += 1;
            match degree {
                2 => (start + at, second),
                _ => (start + TERMS[2] * second + at, first),
            }
        };
        LOCALS.iter().map(|local| place(local.degree)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Base;

    #[test]
    fn the_places_are_those_that_are_written() {
        let (colour, z) = ([0.3, 0.6, 0.45], [1.0, -0.7, 0.2]);
        let locals: Vec<f64> = (1..=LOCALS.len()).map(|i| i as f64 / 7.0).collect();
        let mut row = vec![0.0; Base::features(2, true)];
        write_features(colour, &locals, &z, &mut row);
        let places = Places::new(2);
        assert_eq!(row[places.colour(19, 2)], terms(colour)[19] * z[2]);
        assert_eq!(row[places.hat(3, 4)], hats(colour)[31]);
        for ((local, value), (start, step)) in LOCALS.iter().zip(&locals).zip(places.locals()) {
            for (i, term) in terms(colour)[..TERMS[local.degree]].iter().enumerate() {
                assert_eq!(row[start + i * step], term * value);
            }
        }
        let mut row = vec![0.0; Base::features(2, false)];
        write_features(colour, &[], &z, &mut row);
        assert_eq!(row.len(), 96);
    }

    #[test]
    fn hats_sum_to_one_on_every_curve() {
        for hats in hats([0.0, 0.37, 1.0]).chunks_exact(KNOTS) {
            assert!((hats.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
