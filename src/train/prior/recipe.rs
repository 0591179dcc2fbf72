//! Synthetic edits: a few random operations in random order.

use super::colour::{ADAPTIVE, FIXED, Maker, black_and_white, tint};
use super::local::{DETAIL, TONE, haze};
use super::scene::{Rgb, Scene};
use super::stack::{Operation, Stack};
use crate::random::Random;

/// What an edit is about: each kind is a component of the prior.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The same colours become the same colours in every photo.
    Colour,
    /// Colours that follow the photo's histogram.
    Adaptive,
    /// Black and white.
    BlackAndWhite,
    /// Detail and local contrast.
    Detail,
    /// Local tone: shadows, highlights, compression.
    Tone,
    /// Haze removed or laid on.
    Haze,
    /// Several of them.
    Mixed,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Colour,
        Self::Adaptive,
        Self::BlackAndWhite,
        Self::Detail,
        Self::Tone,
        Self::Haze,
        Self::Mixed,
    ];

    /// What a photographer calls it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Colour => "colours and tone, the same in every photo",
            Self::Adaptive => "tone that follows the photo",
            Self::BlackAndWhite => "black and white",
            Self::Detail => "detail and local contrast",
            Self::Tone => "shadows, highlights and local tone",
            Self::Haze => "haze",
            Self::Mixed => "a mix of local and overall changes",
        }
    }

    fn makers(self, random: &mut Random) -> Vec<Maker> {
        let mut makers = Vec::new();
        let mut add = |random: &mut Random, table: &[(Maker, f64)], least: usize, most: usize| {
            let count = least + random.below(most - least + 1);
            makers.extend((0..count).map(|_| random.weighted(table)));
        };
        let around = [&DETAIL[..], &TONE[..]].concat();
        let anything = [&ADAPTIVE[..], &around[..]].concat();
        match self {
            Self::Colour => add(random, &FIXED, 1, 4),
            Self::Adaptive => {
                add(random, &FIXED, 0, 3);
                add(random, &ADAPTIVE, 1, 2);
            }
            Self::BlackAndWhite => {
                add(random, &FIXED, 0, 1);
                add(random, &[(black_and_white as Maker, 1.0)], 1, 1);
                add(random, &FIXED, 0, 2);
                if random.chance(0.25) {
                    add(random, &ADAPTIVE, 1, 1);
                }
                if random.chance(0.5) {
                    add(random, &around, 1, 1);
                }
                if random.chance(0.2) {
                    add(random, &[(tint as Maker, 1.0)], 1, 1);
                }
            }
            Self::Detail => {
                add(random, &DETAIL, 1, 2);
                if random.chance(0.3) {
                    add(random, &FIXED, 1, 2);
                }
            }
            Self::Tone => {
                add(random, &TONE, 1, 2);
                add(random, &FIXED, 0, 3);
                if random.chance(0.3) {
                    add(random, &[&ADAPTIVE[..], &DETAIL[..]].concat(), 1, 1);
                }
            }
            Self::Haze => {
                add(random, &[(haze as Maker, 1.0)], 1, 1);
                if random.chance(0.4) {
                    add(random, &FIXED, 1, 2);
                }
                if random.chance(0.2) {
                    add(random, &around, 1, 1);
                }
            }
            Self::Mixed => {
                add(random, &FIXED, 0, 3);
                add(random, &anything, 1, 3);
            }
        }
        // A tint of an old print comes last, whatever else there is; the rest in any order.
        if self != Self::BlackAndWhite {
            random.shuffle(&mut makers);
        }
        makers
    }
}

/// A synthetic edit.
pub(super) struct Recipe {
    steps: Vec<(Operation, bool)>,
    slots: Vec<usize>,
}

impl Recipe {
    /// A random edit of a kind.
    pub fn random(kind: Kind, random: &mut Random) -> Self {
        let makers = kind.makers(random);
        let steps: Vec<(Operation, bool)> =
            makers.into_iter().map(|maker| (maker(random), random.chance(0.9))).collect();
        let mut slots: Vec<usize> =
            steps.iter().flat_map(|(step, _)| step.reads.iter().copied()).collect();
        slots.sort_unstable();
        slots.dedup();
        Self { steps, slots }
    }

    /// The scene's pixels after the edit, 0..1.
    pub fn apply(&self, scene: &Scene) -> Vec<Rgb> {
        let mut stack = Stack::new(scene, &self.slots);
        for (step, clipped) in &self.steps {
            (step.act)(&mut stack);
            // Most editors clip between steps; nothing may run away.
            let bounds = if *clipped { (0.0, 1.0) } else { (-1.0, 3.0) };
            stack.pointwise(|v| {
                v.map(|v| if v.is_nan() { 0.0 } else { v.clamp(bounds.0, bounds.1) })
            });
        }
        stack.pixels().map(|v| v.map(|v| v.clamp(0.0, 1.0))).collect()
    }
}
