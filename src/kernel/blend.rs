//! What is done to a row of pixels between the same two cells of a grid, in vectors: `A·G + b`, the
//! blend with I and the mask's share. [`super::render`] says which, and with what.

use super::mask;
use super::runs::{Line, load, store};
use super::wide::{Wide, fma};

/// How much of what a filter makes of a pixel is seen: those of a [`Stage`](super::render::Stage).
#[derive(Clone, Copy)]
pub(super) struct Share {
    pub own: f32,
    pub clamp: bool,
    pub strength: f32,
}

impl Share {
    /// What O is clamped to.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
    fn range(self) -> (f32, f32) {
        if self.clamp { (0.0, 1.0) } else { (f32::MIN, f32::MAX) }
    }
}

/// `value` held to a range; its low end for what is no number. `max` and `min` are not one instruction
/// each where the compiler does not know that the ends are numbers.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn between(value: f32, low: f32, high: f32) -> f32 {
    let value = if value > low { value } else { low };
    if value < high { value } else { high }
}

/// Pixels at once.
const PIXELS: usize = 16;

/// `O = A·G + b` of each channel by itself, with `OWN` some of I besides, blended with I.
pub(super) struct Blend<'a, 'b, const OWN: bool> {
    pub share: Share,
    pub line: Line<'a>,
    pub guide: [&'a [f32]; 3],
    pub input: [&'a [f32]; 3],
    pub output: [&'b mut [f32]; 3],
}

impl<const OWN: bool> Wide for Blend<'_, '_, OWN> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = self.share.range();
        let (strength, own) = (self.share.strength, self.share.own);
        let [red, green, blue] = self.output;
        for (columns, k) in self.line.runs::<12>() {
            for start in columns.step_by(PIXELS) {
                let fraction: [f32; PIXELS] = load(self.line.fractions, start);
                let blend = |channel: usize, output: &mut [f32]| {
                    let guide: [f32; PIXELS] = load(self.guide[channel], start);
                    let input: [f32; PIXELS] = load(self.input[channel], start);
                    let mut lanes = [0.0; PIXELS];
                    for (i, lane) in lanes.iter_mut().enumerate() {
                        let a = fma::<FMA>(fraction[i], k[6 + channel], k[channel]);
                        let b = fma::<FMA>(fraction[i], k[9 + channel], k[3 + channel]);
                        let b = if OWN { fma::<FMA>(own, input[i], b) } else { b };
                        let output = between(fma::<FMA>(a, guide[i], b), low, high);
                        *lane = fma::<FMA>(strength, output - input[i], input[i]);
                    }
                    // What is written beyond the run is overwritten by the next one.
                    store(&lanes, output, start);
                };
                blend(0, red);
                blend(1, green);
                blend(2, blue);
            }
        }
    }
}

/// `O = own·I + A·G + b` with a matrix A, blended with I.
pub(super) struct Mix<'a, 'b> {
    pub share: Share,
    pub line: Line<'a>,
    pub guide: [&'a [f32]; 3],
    pub input: [&'a [f32]; 3],
    pub output: [&'b mut [f32]; 3],
}

impl Wide for Mix<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = self.share.range();
        let (strength, own) = (self.share.strength, self.share.own);
        let [red, green, blue] = self.output;
        let [r, g, b] = self.guide;
        for (columns, k) in self.line.runs::<24>() {
            for start in columns.step_by(PIXELS) {
                let fraction: [f32; PIXELS] = load(self.line.fractions, start);
                let guide: [[f32; PIXELS]; 3] = [load(r, start), load(g, start), load(b, start)];
                let mix = |channel: usize, output: &mut [f32]| {
                    let input: [f32; PIXELS] = load(self.input[channel], start);
                    let mut lanes = [0.0; PIXELS];
                    let row = 3 * channel;
                    for (i, lane) in lanes.iter_mut().enumerate() {
                        let at = |place: usize| fma::<FMA>(fraction[i], k[12 + place], k[place]);
                        let term = fma::<FMA>(own, input[i], at(9 + channel));
                        let sum = fma::<FMA>(at(row), guide[0][i], term);
                        let sum = fma::<FMA>(at(row + 1), guide[1][i], sum);
                        let sum = fma::<FMA>(at(row + 2), guide[2][i], sum);
                        let output = between(sum, low, high);
                        *lane = fma::<FMA>(strength, output - input[i], input[i]);
                    }
                    store(&lanes, output, start);
                };
                mix(0, red);
                mix(1, green);
                mix(2, blue);
            }
        }
    }
}

/// O, which is G, blended with I.
pub(super) struct Fade<'a, 'b> {
    pub share: Share,
    pub guide: [&'a [f32]; 3],
    pub input: [&'a [f32]; 3],
    pub output: [&'b mut [f32]; 3],
}

impl Wide for Fade<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (low, high) = self.share.range();
        let strength = self.share.strength;
        for ((output, guide), input) in self.output.into_iter().zip(self.guide).zip(self.input) {
            for ((value, guide), input) in output.iter_mut().zip(guide).zip(input) {
                *value = fma::<FMA>(strength, between(*guide, low, high) - input, *input);
            }
        }
    }
}

/// What was made of I, as far as the mask covers a pixel: `I + M·(O − I)`.
pub(super) struct Cover<'a, 'b> {
    pub line: Line<'a>,
    pub input: [&'a [f32]; 3],
    pub output: [&'b mut [f32]; 3],
}

impl Wide for Cover<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        const TWICE: usize = 2 * mask::COEFFICIENTS;
        let mut output = self.output;
        for (columns, k) in self.line.runs::<TWICE>() {
            // What lies beyond a run has been written already, and must not be changed twice.
            for start in columns.clone().step_by(PIXELS) {
                let fraction: [f32; PIXELS] = load(self.line.fractions, start);
                let [r, g, b] = self.input;
                let input: [[f32; PIXELS]; 3] = [load(r, start), load(g, start), load(b, start)];
                let inside = columns.end - start;
                let mut cover = [1.0; PIXELS];
                for (i, cover) in cover.iter_mut().enumerate() {
                    let mut sum = fma::<FMA>(fraction[i], k[7], k[3]);
                    for (channel, input) in input.iter().enumerate() {
                        let alpha = fma::<FMA>(fraction[i], k[4 + channel], k[channel]);
                        sum = fma::<FMA>(alpha, input[i], sum);
                    }
                    *cover = if i < inside { between(sum, 0.0, 1.0) } else { 1.0 };
                }
                for (input, output) in input.iter().zip(&mut output) {
                    let mut lanes: [f32; PIXELS] = load(output, start);
                    for (i, lane) in lanes.iter_mut().enumerate() {
                        // Of all of it nothing is lost to rounding.
                        let some = fma::<FMA>(cover[i], *lane - input[i], input[i]);
                        *lane = if cover[i] == 1.0 { *lane } else { some };
                    }
                    store(&lanes, output, start);
                }
            }
        }
    }
}
