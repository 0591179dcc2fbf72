//! Tone and detail: how much of a filter is applied of what it does to the mean of a pixel's
//! neighbourhood, and how much of what it does to the deviation from it.
//!
//! With I the photo, O what the filter makes of it, `D = mean(O − I)` over the neighbourhood, a tone t
//! and a detail d: `O' = I + d·(O − I) + (t − d)·D`.
//!
//! With t = d = 1 that is O, with t = d = 0 it is I. The neighbourhood is the window of the filter's
//! layer, of its base where it has no layer ([`super::base::change`]), so D is a grid like A and b, and
//! O' is read from grids: `O' = own·I + A'·G + b'`. Where the photo itself is the guide, own is 0 and
//! this is the same as `Ō' = Ḡ + t·(Ō − Ḡ)`, `A' = 1 + d·(A − 1)`, `b' = Ō' − A'·Ḡ`.

use super::convolutional::weighted_means;
use super::plain::box_mean;
use super::{Grids, Planes};

/// A tone and a detail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    /// How much of what the filter does to the mean of a neighbourhood.
    pub tone: f32,
    /// How much of what it does to the deviation from that mean.
    pub detail: f32,
}

impl Balance {
    /// The filter as it is.
    pub const EVEN: Self = Self { tone: 1.0, detail: 1.0 };

    /// Smallest and largest tone and detail.
    pub const RANGE: std::ops::RangeInclusive<f32> = 0.0..=2.0;
}

impl Default for Balance {
    fn default() -> Self {
        Self::EVEN
    }
}

/// What a guided layer takes the mean over.
#[derive(Clone, Copy, Debug)]
pub enum Window<'a> {
    /// A box, over what of it is inside.
    Box {
        /// It is `2·radius + 1` cells wide.
        radius: usize,
    },
    /// The learnt mean of the convolutional layer.
    Learned {
        /// `[3][3·3]`, one kernel a channel.
        kernel: &'a [f32],
        /// Distance between its taps in cells.
        dilation: usize,
    },
}

/// D, from what the network makes of Il: means of `target − il`. CPU twin of `balance.wgsl`.
///
/// # Panics
/// When `target` and `il` differ in size.
pub fn change(target: &Planes, il: &Planes, window: Window<'_>) -> Planes {
    assert_eq!((target.channels, target.area()), (il.channels, il.area()), "Ol and Il");
    let (height, width) = (il.height, il.width);
    let mut means = Planes::zeros(il.channels, height, width);
    let area = il.area();
    for (channel, out) in means.data.chunks_exact_mut(area).enumerate() {
        let values = target.plane(channel).iter().zip(il.plane(channel));
        let off: Vec<f64> = values.map(|(o, i)| f64::from(*o) - f64::from(*i)).collect();
        match window {
            Window::Box { radius } => {
                let mean = box_mean(&off, height, width, radius);
                out.iter_mut().zip(mean).for_each(|(out, mean)| *out = mean as f32);
            }
            Window::Learned { kernel, dilation } => {
                let kernel = std::array::from_fn(|tap| f64::from(kernel[channel * 9 + tap]));
                let [mean] = weighted_means(&kernel, dilation, [height, width], &[off]);
                out.iter_mut().zip(mean).for_each(|(out, mean)| *out = mean as f32);
            }
        }
    }
    means
}

/// How much of I itself is added to A'·G + b'.
pub fn own(balance: Balance, photo_guides: bool) -> f32 {
    if photo_guides { 0.0 } else { 1.0 - balance.detail }
}

/// A' and b'. CPU twin of `balance.wgsl`.
///
/// # Panics
/// When `change` has another size.
pub fn grids(grids: &Grids, change: &Planes, balance: Balance, photo_guides: bool) -> Grids {
    let Balance { tone, detail } = balance;
    assert_eq!(grids.b.data.len(), change.data.len(), "b and D");
    let photo = if photo_guides { 1.0 - detail } else { 0.0 };
    let a = grids.a.data.iter().map(|a| detail * a + photo);
    let terms = grids.b.data.iter().zip(&change.data);
    let b = terms.map(|(b, change)| detail * b + (tone - detail) * change);
    Grids { a: Planes { data: a.collect(), ..grids.a }, b: Planes { data: b.collect(), ..grids.b } }
}

#[cfg(test)]
mod tests {
    use super::super::plain;
    use super::*;

    fn noise(seed: usize) -> Planes {
        let data =
            (0..3 * 63).map(|i| (i * i * (i + seed) * 7919 % 1009) as f32 / 1009.0).collect();
        Planes { channels: 3, height: 7, width: 9, data }
    }

    /// The formulas of UX.md section 3.1, row 3, written out at every cell.
    #[test]
    fn guided_by_the_photo_it_is_tone_and_detail_of_the_means() {
        let (gl, ol) = (noise(3), noise(8));
        let solved = plain::solve(&gl, &ol, 1, 1e-2);
        let mean = |planes: &Planes, channel: usize| {
            let values: Vec<f64> = planes.plane(channel).iter().map(|v| f64::from(*v)).collect();
            box_mean(&values, 7, 9, 1)
        };
        let change = change(&ol, &gl, Window::Box { radius: 1 });
        for balance in [Balance { tone: 0.3, detail: 1.6 }, Balance { tone: 1.0, detail: 0.0 }] {
            let got = grids(&solved, &change, balance, true);
            let (t, d) = (f64::from(balance.tone), f64::from(balance.detail));
            for channel in 0..3 {
                let (guide, target) = (mean(&gl, channel), mean(&ol, channel));
                for at in 0..63 {
                    let toned = guide[at] + t * (target[at] - guide[at]);
                    let a = 1.0 + d * (f64::from(solved.a.plane(channel)[at]) - 1.0);
                    let b = toned - a * guide[at];
                    assert!((f64::from(got.a.plane(channel)[at]) - a).abs() < 1e-5);
                    assert!((f64::from(got.b.plane(channel)[at]) - b).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn nothing_of_both_is_exactly_the_photo() {
        let (gl, ol) = (noise(3), noise(8));
        let solved = plain::solve(&gl, &ol, 1, 1e-2);
        let kernel: Vec<f32> = (0..27).map(|i| 0.05 + i as f32 / 100.0).collect();
        let change = change(&ol, &gl, Window::Learned { kernel: &kernel, dilation: 2 });
        let nothing = Balance { tone: 0.0, detail: 0.0 };
        for (photo_guides, factor) in [(true, 1.0), (false, 0.0)] {
            let got = grids(&solved, &change, nothing, photo_guides);
            assert!(got.a.data.iter().all(|a| *a == factor));
            assert!(got.b.data.iter().all(|b| *b == 0.0));
            assert_eq!(own(nothing, photo_guides), 1.0 - factor);
        }
    }

    #[test]
    fn a_learned_mean_of_one_weight_is_the_cell_itself() {
        let (gl, ol) = (noise(3), noise(8));
        let kernel: Vec<f32> = (0..27).map(|i| if i % 9 == 4 { 0.7 } else { 0.0 }).collect();
        let got = change(&ol, &gl, Window::Learned { kernel: &kernel, dilation: 1 });
        for ((got, o), i) in got.data.iter().zip(&ol.data).zip(&gl.data) {
            assert!((got - (o - i)).abs() < 1e-6);
        }
    }
}
