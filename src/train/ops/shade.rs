//! The head at a run of pixels: G, `O = A·G + b`, clamp, the squared error, and all gradients.
//!
//! One visit to each pixel: what goes in as A and b comes out as their gradients. F's own gradients
//! are summed in lanes that the caller keeps, a hidden channel at a time over the whole run, so that
//! they stay in registers.

use super::Real;
use super::fold::{Folded, FoldedGradient};
use crate::kernel::wide::Lanes;

/// Pixels at once, and sums side by side: as many on every processor.
pub(super) const PIXELS: usize = 16;

/// What is the same for all pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a, T> {
    /// F; None where the photo itself guides.
    pub guide: Option<&'a Folded<T>>,
    /// Whether O is clamped to 0..1.
    pub clamp: bool,
    /// What an error is multiplied with to become a gradient: 2 / number of values.
    pub step: T,
}

/// Pixels of a photo and its edit, their A and b, and memory for them.
pub(super) struct Shade<'a, 'b, T> {
    pub terms: Terms<'a, T>,
    pub before: [&'a [T]; 3],
    pub after: [&'a [T]; 3],
    /// A then b at each pixel; replaced by their gradients.
    pub maps: [&'b mut [T]; 6],
    /// Room for I and the gradients of G, a block for each [`PIXELS`] pixels or part of them.
    pub room: &'b mut [Block<T>],
    pub sums: &'b mut Sums<T>,
}

/// Red, green, blue of some pixels and the gradients of their G.
pub(super) type Block<T> = [[T; PIXELS]; 6];

/// Sums over pixels: the squared error and the gradients of F.
#[derive(Clone, Debug)]
pub(super) struct Sums<T> {
    pub error: f64,
    hidden: Vec<[[T; PIXELS]; 7]>,
    bias: [[T; PIXELS]; 3],
}

impl<T: Real> Sums<T> {
    pub fn zeros(guide: Option<&Folded<T>>) -> Self {
        let channels = guide.map_or(0, |guide| guide.hidden.len());
        let hidden = vec![[[T::ZERO; PIXELS]; 7]; channels];
        Self { error: 0.0, hidden, bias: [[T::ZERO; PIXELS]; 3] }
    }

    /// Adds F's gradients to `total`.
    pub fn add_to(&self, total: &mut FoldedGradient) {
        total.hidden.resize(self.hidden.len(), [0.0; 7]);
        let sum = |lanes: &[T]| -> f64 { lanes.iter().map(|lane| lane.wide()).sum() };
        for (to, from) in total.hidden.iter_mut().zip(&self.hidden) {
            for (to, lanes) in to.iter_mut().zip(from) {
                *to += sum(lanes);
            }
        }
        for (to, lanes) in total.bias.iter_mut().zip(&self.bias) {
            *to += sum(lanes);
        }
    }
}

impl<T: Real> Lanes for Shade<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        let Self { terms, before, after, mut maps, room, sums } = self;
        let len = before[0].len();
        let room = &mut room[..len.div_ceil(PIXELS)];
        let mut error = [T::ZERO; PIXELS];
        for (block, room) in room.iter_mut().enumerate() {
            let start = block * PIXELS;
            let count = PIXELS.min(len - start);
            let mut i = [[T::ZERO; PIXELS]; 3];
            let mut t = [[T::ZERO; PIXELS]; 3];
            let mut m = [[T::ZERO; PIXELS]; 6];
            for (to, from) in i.iter_mut().zip(&before).chain(t.iter_mut().zip(&after)) {
                load(from, start, count, to);
            }
            for (to, from) in m.iter_mut().zip(&maps) {
                load(from, start, count, to);
            }
            let mut g = i;
            if let Some(guide) = terms.guide {
                guidance::<FMA, T>(guide, &i, &mut g);
            }
            let [a, b] = two_halves(&mut m);
            for channel in 0..3 {
                let (a, b, g, t) = (&mut a[channel], &mut b[channel], &mut g[channel], &t[channel]);
                let lanes = a.iter_mut().zip(b.iter_mut()).zip(g.iter_mut().zip(t));
                for (((a, b), (g, t)), error) in lanes.zip(&mut error) {
                    let raw = a.fma::<FMA>(*g, *b);
                    let (mut value, mut slope) = (raw, terms.step);
                    if terms.clamp {
                        value = raw.larger(T::ZERO).smaller(T::ONE);
                        slope = if raw == value { slope } else { T::ZERO };
                    }
                    let off = value - *t;
                    *error = off.fma::<FMA>(off, *error);
                    let gradient = slope * off;
                    let to_guide = gradient * *a;
                    *a = gradient * *g;
                    *b = gradient;
                    *g = to_guide;
                }
            }
            for (to, from) in maps.iter_mut().zip(&m) {
                store(from, start, count, to);
            }
            if terms.guide.is_some() {
                let [r, green, b] = i;
                let [g0, g1, g2] = g;
                *room = [r, green, b, g0, g1, g2];
                for (bias, g) in sums.bias.iter_mut().zip(&g) {
                    for (sum, g) in bias.iter_mut().zip(g) {
                        *sum += *g;
                    }
                }
            }
        }
        for lane in error {
            sums.error += lane.wide();
        }
        if let Some(guide) = terms.guide {
            for (unit, sums) in guide.hidden.iter().zip(&mut sums.hidden) {
                let weights = (&unit.input, &unit.output, guide.slope);
                unit_gradients::<FMA, T>(weights, room, sums);
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn load<T: Real>(from: &[T], start: usize, count: usize, to: &mut [T; PIXELS]) {
    match from[start..].first_chunk() {
        Some(chunk) => *to = *chunk,
        None => to[..count].copy_from_slice(&from[start..]),
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn store<T: Real>(from: &[T; PIXELS], start: usize, count: usize, to: &mut [T]) {
    match to[start..].first_chunk_mut() {
        Some(chunk) => *chunk = *from,
        None => to[start..].copy_from_slice(&from[..count]),
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn two_halves<T>(maps: &mut [T; 6]) -> [&mut [T; 3]; 2] {
    let [a0, a1] = maps.as_chunks_mut::<3>().0 else { unreachable!("six are twice three") };
    [a0, a1]
}

/// G of some pixels; `leaky(x) = ½(1+s)·x + ½(1−s)·|x|`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn guidance<const FMA: bool, T: Real>(
    guide: &Folded<T>,
    rgb: &[[T; PIXELS]; 3],
    g: &mut [[T; PIXELS]; 3],
) {
    let [red, green, blue] = rgb;
    let mut sums = [[T::ZERO; PIXELS]; 3];
    for (sums, row) in sums.iter_mut().zip(&guide.linear) {
        affine::<FMA, T>(row, red, green, blue, sums);
    }
    let [g0, g1, g2] = &mut sums;
    for unit in &guide.hidden {
        let mut sizes = [T::ZERO; PIXELS];
        affine::<FMA, T>(&unit.input, red, green, blue, &mut sizes);
        let lanes = g0.iter_mut().zip(g1.iter_mut()).zip(g2.iter_mut());
        for (((g0, g1), g2), size) in lanes.zip(&sizes) {
            let size = size.larger(-*size);
            *g0 = unit.size[0].fma::<FMA>(size, *g0);
            *g1 = unit.size[1].fma::<FMA>(size, *g1);
            *g2 = unit.size[2].fma::<FMA>(size, *g2);
        }
    }
    *g = sums;
}

/// `row · (rgb, 1)` of some pixels.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn affine<const FMA: bool, T: Real>(
    row: &[T; 4],
    red: &[T; PIXELS],
    green: &[T; PIXELS],
    blue: &[T; PIXELS],
    out: &mut [T; PIXELS],
) {
    for (((out, r), g), b) in out.iter_mut().zip(red).zip(green).zip(blue) {
        let value = row[0].fma::<FMA>(*r, row[3]);
        *out = row[2].fma::<FMA>(*b, row[1].fma::<FMA>(*g, value));
    }
}

/// Adds the gradients of a hidden channel's weights over a run of pixels.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn unit_gradients<const FMA: bool, T: Real>(
    (input, output, slope): (&[T; 4], &[T; 3], T),
    blocks: &[Block<T>],
    sums: &mut [[T; PIXELS]; 7],
) {
    let [mut to_r, mut to_g, mut to_b, mut to_term, mut to_0, mut to_1, mut to_2] = *sums;
    for [r, g, b, g0, g1, g2] in blocks {
        let mut hidden = [T::ZERO; PIXELS];
        let mut back = [T::ZERO; PIXELS];
        affine::<FMA, T>(input, r, g, b, &mut hidden);
        for (((back, g0), g1), g2) in back.iter_mut().zip(g0).zip(g1).zip(g2) {
            *back = output[2].fma::<FMA>(*g2, output[1].fma::<FMA>(*g1, output[0] * *g0));
        }
        for (hidden, back) in hidden.iter_mut().zip(&mut back) {
            let factor = if *hidden > T::ZERO { T::ONE } else { slope };
            *hidden *= factor;
            *back *= factor;
        }
        add_products::<FMA, T>(&mut to_r, r, &back);
        add_products::<FMA, T>(&mut to_g, g, &back);
        add_products::<FMA, T>(&mut to_b, b, &back);
        add_products::<FMA, T>(&mut to_0, g0, &hidden);
        add_products::<FMA, T>(&mut to_1, g1, &hidden);
        add_products::<FMA, T>(&mut to_2, g2, &hidden);
        for (sum, back) in to_term.iter_mut().zip(&back) {
            *sum += *back;
        }
    }
    *sums = [to_r, to_g, to_b, to_term, to_0, to_1, to_2];
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn add_products<const FMA: bool, T: Real>(
    sums: &mut [T; PIXELS],
    x: &[T; PIXELS],
    y: &[T; PIXELS],
) {
    for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
        *sum = x.fma::<FMA>(*y, *sum);
    }
}
