//! What makes one doubt a set of pairs before anything is learned: pairs that seem exchanged, and
//! pairs that ask for opposite things.
//!
//! Two photos contradict each other where the same colours are changed in opposite directions, and by
//! far more than such colours differ within either photo: an edit that works on the neighbourhood
//! changes one colour in many ways. Over eight edits of 28 photos, two at a time, 1 of 230 pairs is
//! suspected of it, nearly all of them under an edit that compresses each photo's own range; of pairs
//! made brighter and darker, harder and softer 97 % are found, warmer and cooler 80 %, more and less
//! saturated 33 %.

use super::direction::{self, Directions};
use crate::train::examples::PixelPool;

/// Pixels of each pair that are looked at.
const PIXELS: usize = 4000;
/// Shades of each channel that are told apart.
const SHADES: usize = 6;
/// Fewer pixels of a colour tell nothing.
const PIXELS_MIN: f64 = 8.0;
/// Two photos need this share of their colours in common.
const COMMON_MIN: f64 = 0.05;
/// Cosine of the two changes: below it they are opposite.
const OPPOSITE: f64 = -0.5;
/// Smaller changes are not seen, 0 to 1.
const CHANGE_MIN: f64 = 0.03;
/// So many times what they differ within the photos.
const BEYOND: f64 = 6.0;

/// What one pair asks for by itself.
#[derive(Clone, Debug)]
pub struct Asks {
    directions: Directions,
    colours: Vec<Colour>,
}

/// What is done to a colour.
#[derive(Clone, Copy, Debug, Default)]
struct Colour {
    /// Share of the photo.
    share: f64,
    /// Mean change of red, green and blue.
    change: [f64; 3],
    /// Variance of the change, summed over the channels.
    spread: f64,
}

/// What is doubted of some pairs, by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Seem to be the wrong way round, the clearest first.
    pub exchanged: Vec<usize>,
    /// Ask for opposite things, the clearest first; none is in two of them.
    pub opposed: Vec<[usize; 2]>,
}

impl Asks {
    /// Of a pair's pixels.
    pub fn new(pool: &PixelPool) -> Self {
        Self { directions: Directions::new(pool), colours: colours(pool) }
    }

    /// How clearly another pair asks for the opposite; None where it does not.
    fn opposes(&self, other: &Self) -> Option<f64> {
        let (mut common, mut dot, mut squares, mut spread) = (0.0, 0.0, [0.0; 2], 0.0);
        for (a, b) in self.colours.iter().zip(&other.colours) {
            let weight = a.share.min(b.share);
            let product =
                |a: &Colour, b: &Colour| (0..3).map(|c| a.change[c] * b.change[c]).sum::<f64>();
            common += weight;
            dot += weight * product(a, b);
            squares[0] += weight * product(a, a);
            squares[1] += weight * product(b, b);
            spread += weight * (a.spread + b.spread);
        }
        let least = (squares[0].min(squares[1]) / common.max(COMMON_MIN)).sqrt();
        let apart = squares[0] + squares[1] - 2.0 * dot;
        let cosine = dot / (squares[0] * squares[1]).sqrt().max(1e-12);
        (common >= COMMON_MIN
            && cosine < OPPOSITE
            && least > CHANGE_MIN
            && apart > BEYOND * (spread + 1e-6 * common))
            .then_some(least * -cosine)
    }
}

/// What is doubted of these pairs.
pub fn doubts(pairs: &[&Asks]) -> Doubts {
    let directions: Vec<&Directions> = pairs.iter().map(|it| &it.directions).collect();
    let exchanged = direction::exchanged(&directions);
    let rest = |index: &usize| !exchanged.contains(index);
    let places = (0..pairs.len()).filter(rest);
    let mut found: Vec<([usize; 2], f64)> = places
        .flat_map(|b| (0..b).map(move |a| [a, b]))
        .filter(|[a, _]| rest(a))
        .filter_map(|[a, b]| Some(([a, b], pairs[a].opposes(pairs[b])?)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut opposed: Vec<[usize; 2]> = Vec::new();
    for (pair, _) in found {
        if opposed.iter().flatten().all(|index| !pair.contains(index)) {
            opposed.push(pair);
        }
    }
    Doubts { exchanged, opposed }
}

fn colours(pool: &PixelPool) -> Vec<Colour> {
    let mut sums = vec![Colour::default(); SHADES.pow(3)];
    let count = pool.len().min(PIXELS);
    for i in (0..count).map(|i| i * pool.len() / count) {
        let place = pool.before.iter().fold(0, |place, plane| {
            place * SHADES + ((plane[i] * SHADES as f32) as usize).min(SHADES - 1)
        });
        let sum = &mut sums[place];
        sum.share += 1.0;
        for c in 0..3 {
            let change = f64::from(pool.after[c][i] - pool.before[c][i]);
            sum.change[c] += change;
            sum.spread += change * change;
        }
    }
    for sum in &mut sums {
        let pixels = sum.share;
        if pixels < PIXELS_MIN {
            *sum = Colour::default();
            continue;
        }
        sum.change = sum.change.map(|change| change / pixels);
        let square: f64 = sum.change.iter().map(|change| change * change).sum();
        sum.spread = (sum.spread / pixels - square).max(0.0);
        sum.share = pixels / count as f64;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Colours at random, each put to the power that goes with the place of the photo.
    fn asks(powers: &[f64]) -> Vec<Asks> {
        let pool = |(seed, power): (usize, &f64)| {
            let mut random = Random::new(seed as u64);
            let mut pool =
                PixelPool { x: vec![0.5; 4000], y: vec![0.5; 4000], ..PixelPool::default() };
            for _ in 0..pool.len() {
                for c in 0..3 {
                    let value = random.uniform(0.05, 0.95);
                    pool.before[c].push(value as f32);
                    pool.after[c].push(value.powf(*power) as f32);
                }
            }
            Asks::new(&pool)
        };
        powers.iter().enumerate().map(pool).collect()
    }

    fn check(powers: &[f64], expect: &[[usize; 2]]) {
        let asks = asks(powers);
        assert_eq!(doubts(&asks.iter().collect::<Vec<_>>()).opposed, expect, "{powers:?}");
    }

    #[test]
    fn pairs_that_ask_for_opposite_things_are_named_once() {
        check(&[0.7, 1.4], &[[0, 1]]);
        check(&[0.7, 0.8, 0.6], &[]);
        check(&[1.0, 1.4], &[]);
        // One against all others is told of with the one that it opposes most.
        let asks = asks(&[0.8, 0.75, 0.6, 1.5, 0.8]);
        let doubts = doubts(&asks.iter().collect::<Vec<_>>());
        let named: Vec<usize> = doubts.opposed.iter().flatten().copied().collect();
        assert!(doubts.exchanged == [3] || named == [2, 3], "{doubts:?}");
    }

    #[test]
    fn what_is_changed_in_many_ways_opposes_nothing() {
        // The neighbourhood decides: the same colour goes up here and down there.
        let pool = |shift: f64| {
            let mut random = Random::new(7);
            let mut pool =
                PixelPool { x: vec![0.5; 4000], y: vec![0.5; 4000], ..PixelPool::default() };
            for _ in 0..pool.len() {
                let change = random.uniform(-0.2, 0.2) + shift;
                for c in 0..3 {
                    let value = random.uniform(0.3, 0.6);
                    pool.before[c].push(value as f32);
                    pool.after[c].push((value + change) as f32);
                }
            }
            Asks::new(&pool)
        };
        let asks = [pool(0.05), pool(-0.05)];
        assert_eq!(doubts(&[&asks[0], &asks[1]]), Doubts::default());
    }
}
