//! Synthetic operations on colours alone: those of a photo editor's tone and colour panels. The
//! first ones do the same to every photo, the others ([`ADAPTIVE`]) follow its histogram.

use super::scene::{Rgb, Scene, luminance};
use super::stack::{Carry, Operation, encoded, linear, map, mix, with_luminance};
use crate::random::Random;

/// Makes an operation with random settings.
pub(super) type Maker = fn(&mut Random) -> Operation;

/// Operations that do the same to every photo, with how often they are used.
pub(super) const FIXED: [(Maker, f64); 15] = [
    (exposure, 1.2),
    (white_balance, 1.0),
    (gamma, 0.6),
    (contrast, 2.0),
    (curve, 1.5),
    (channel_curves, 1.5),
    (cross_process, 0.6),
    (film, 0.9),
    (saturation, 1.5),
    (split_toning, 1.0),
    (channel_mixing, 0.6),
    (tint, 0.3),
    (fade, 0.6),
    (hue_range, 0.5),
    (bleach_bypass, 0.3),
];

/// Operations that follow the photo's histogram.
pub(super) const ADAPTIVE: [(Maker, f64); 6] = [
    (contrast_about_mean, 2.0),
    (levels, 1.0),
    (auto_white_balance, 0.6),
    (auto_exposure, 1.0),
    (normalise, 0.6),
    (equalise, 0.6),
];

fn rgb(f: impl FnMut(usize) -> f64) -> Rgb {
    [0, 1, 2].map(f).map(|v| v as f32)
}

fn carry(random: &mut Random, ratio: f64) -> Carry {
    if random.chance(ratio) { Carry::Ratio } else { Carry::Difference }
}

fn exposure(random: &mut Random) -> Operation {
    let gain = random.normal(0.0, 0.45).exp2() as f32;
    Operation::pointwise(move |v| map(v, |v| encoded(linear(v) * gain)))
}

fn white_balance(random: &mut Random) -> Operation {
    let gain = rgb(|_| random.normal(0.0, 0.2).exp2());
    Operation::pointwise(move |v| [0, 1, 2].map(|c| encoded(linear(v[c]) * gain[c])))
}

fn gamma(random: &mut Random) -> Operation {
    let power = random.normal(0.0, 0.25).exp() as f32;
    Operation::pointwise(move |v| map(v, |v| v.max(1e-4).powf(power)))
}

/// How contrast changes about a pivot.
#[derive(Clone, Copy)]
enum Contrast {
    Sigmoid { slope: f32, share: f32 },
    Straight { gain: f32 },
    Luminance { gain: f32, carry: Carry },
}

impl Contrast {
    fn random(random: &mut Random) -> Self {
        let gain = random.normal(0.1, 0.35).exp() as f32;
        match random.unit() {
            u if u < 0.4 => Self::Sigmoid {
                slope: random.uniform(0.5, 8.0) as f32,
                share: (random.one_of(&[1.0, 1.0, -0.4]) * random.uniform(0.3, 1.0)) as f32,
            },
            u if u < 0.7 => Self::Straight { gain },
            _ => Self::Luminance { gain, carry: carry(random, 0.5) },
        }
    }

    fn about(self, pivot: f32) -> impl Fn(Rgb) -> Rgb {
        move |colour| match self {
            Self::Sigmoid { slope, share } => {
                let sigmoid = |v: f32| 1.0 / (1.0 + (-slope * (v - pivot)).exp());
                let (low, high) = (sigmoid(0.0), sigmoid(1.0));
                map(colour, |v| v + share * ((sigmoid(v) - low) / (high - low) - v))
            }
            Self::Straight { gain } => map(colour, |v| pivot + gain * (v - pivot)),
            Self::Luminance { gain, carry } => {
                with_luminance(colour, pivot + gain * (luminance(colour) - pivot), carry)
            }
        }
    }
}

fn contrast(random: &mut Random) -> Operation {
    let pivot = random.uniform(0.3, 0.6) as f32;
    Operation::pointwise(Contrast::random(random).about(pivot))
}

/// A smooth, monotone tone curve as 65 values.
#[derive(Clone)]
struct ToneCurve(Vec<f32>);

impl ToneCurve {
    /// Through knots, each moved by `amount` on average; the ends move by `ends` of that.
    fn random(random: &mut Random, amount: f64, ends: f64) -> Self {
        let inner = 1 + random.below(4);
        let mut knots = vec![(0.0, random.normal(0.0, amount * ends))];
        for i in 1..=inner {
            let x = (i as f64 + random.uniform(-0.3, 0.3)) / (inner + 1) as f64;
            knots.push((x, x + random.normal(0.0, amount)));
        }
        knots.push((1.0, 1.0 + random.normal(0.0, amount * ends)));
        let mut least: f64 = 0.0;
        for (_, y) in &mut knots {
            least = y.clamp(least, 1.0);
            *y = least;
        }
        let at = |x: f64| {
            let next = knots.iter().position(|(knot, _)| *knot >= x).unwrap_or(0).max(1);
            let ((x0, y0), (x1, y1)) = (knots[next - 1], knots[next]);
            y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        };
        let mut values: Vec<f64> = (0..65).map(|i| at(f64::from(i) / 64.0)).collect();
        for radius in [6, 4] {
            values = smoothed(&values, radius);
        }
        Self(values.iter().map(|v| v.clamp(0.0, 1.0) as f32).collect())
    }

    fn at(&self, v: f32) -> f32 {
        let at = v.clamp(0.0, 1.0) * 64.0;
        let first = (at as usize).min(63);
        let share = at - first as f32;
        self.0[first] * (1.0 - share) + self.0[first + 1] * share
    }
}

/// Running means; beyond its ends the line goes on as its point reflection.
fn smoothed(values: &[f64], radius: usize) -> Vec<f64> {
    let last = values.len() - 1;
    let at = |i: isize| match i {
        i if i < 0 => 2.0 * values[0] - values[i.unsigned_abs()],
        i if i as usize > last => 2.0 * values[last] - values[2 * last - i as usize],
        i => values[i as usize],
    };
    let mean = |i: usize| {
        let sum: f64 =
            (0..=2 * radius).map(|k| at(i as isize + k as isize - radius as isize)).sum();
        sum / (2 * radius + 1) as f64
    };
    (0..values.len()).map(mean).collect()
}

fn curve(random: &mut Random) -> Operation {
    let curve = ToneCurve::random(random, 0.07, 0.7);
    if random.chance(0.3) {
        let carry = carry(random, 0.6);
        return Operation::pointwise(move |v| with_luminance(v, curve.at(luminance(v)), carry));
    }
    Operation::pointwise(move |v| map(v, |v| curve.at(v)))
}

fn curves(random: &mut Random, amount: f64) -> Operation {
    let curves = [0, 1, 2].map(|_| ToneCurve::random(random, amount, 0.8));
    Operation::pointwise(move |v| [0, 1, 2].map(|c| curves[c].at(v[c])))
}

fn channel_curves(random: &mut Random) -> Operation {
    let amount = random.one_of(&[0.03, 0.07, 0.1]);
    curves(random, amount)
}

fn cross_process(random: &mut Random) -> Operation {
    let amount = random.uniform(0.05, 0.2);
    curves(random, amount)
}

/// Film in the wrong bath: a channel each its own contrast, its shadows and highlights coloured.
fn film(random: &mut Random) -> Operation {
    let channels = [0, 1, 2].map(|_| {
        let share = random.normal(0.4, 0.6).clamp(-0.8, 1.0) as f32;
        let slope = random.uniform(2.0, 9.0) as f32;
        let pivot = random.uniform(0.3, 0.7) as f32;
        let mut end =
            || if random.chance(0.5) { random.normal(0.0, 0.1).abs() as f32 } else { 0.0 };
        let (low, high) = (end(), 1.0 - end());
        let contrast = Contrast::Sigmoid { slope, share };
        (contrast, pivot, low, high - low)
    });
    Operation::pointwise(move |v| {
        [0, 1, 2].map(|c| {
            let (contrast, pivot, low, range) = channels[c];
            low + range * contrast.about(pivot)(v)[c]
        })
    })
}

fn saturation(random: &mut Random) -> Operation {
    let gain = random.normal(0.05, 0.35).exp() as f32;
    let vibrance = random.chance(0.4);
    Operation::pointwise(move |v| {
        let l = luminance(v);
        let spread = v[0].max(v[1]).max(v[2]) - v[0].min(v[1]).min(v[2]);
        let share = if vibrance { (1.0 - 1.5 * spread).clamp(0.0, 1.0) } else { 1.0 };
        map(v, |v| l + (1.0 + (gain - 1.0) * share) * (v - l))
    })
}

fn split_toning(random: &mut Random) -> Operation {
    let mut toned = || {
        let tint = rgb(|_| random.normal(0.0, 0.06));
        let l = luminance(tint);
        tint.map(|v| v - 0.7 * l)
    };
    let (shadows, highlights) = (toned(), toned());
    let power = random.uniform(1.0, 3.0) as f32;
    Operation::pointwise(move |v| {
        let l = luminance(v).clamp(0.0, 1.0);
        let (dark, light) = ((1.0 - l).powf(power), l.powf(power));
        [0, 1, 2].map(|c| v[c] + shadows[c] * dark + highlights[c] * light)
    })
}

fn channel_mixing(random: &mut Random) -> Operation {
    let keep_grey = random.chance(0.6);
    let rows = [0, 1, 2].map(|row| {
        let weights = rgb(|c| f64::from(u8::from(c == row)) + random.normal(0.0, 0.1));
        let sum: f32 = weights.iter().sum();
        weights.map(|w| if keep_grey { w / sum } else { w })
    });
    Operation::pointwise(move |v| rows.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]))
}

/// Black and white by a mix of the channels.
pub(super) fn black_and_white(random: &mut Random) -> Operation {
    let weights = [0.3, 0.5, 0.2].map(|w| w + random.normal(0.0, 0.17));
    let sum: f64 = weights.iter().sum();
    let weights = weights.map(|w| (w / sum) as f32);
    let in_light = random.chance(0.3);
    let grey = move |v: Rgb| weights[0] * v[0] + weights[1] * v[1] + weights[2] * v[2];
    Operation::pointwise(move |v| {
        [if in_light { encoded(grey(v.map(linear)).max(0.0)) } else { grey(v) }; 3]
    })
}

/// A tint as of an old print.
pub(super) fn tint(random: &mut Random) -> Operation {
    let tint = rgb(|_| 1.0 + random.normal(0.0, 0.12));
    let l = luminance(tint);
    let share = random.uniform(0.2, 1.0) as f32;
    Operation::pointwise(move |v| mix(v, tint.map(|t| t / l * luminance(v)), share))
}

fn fade(random: &mut Random) -> Operation {
    let low = random.normal(0.0, 0.08).abs();
    let high = 1.0 - random.normal(0.0, 0.06).abs();
    let tinted = if random.chance(0.3) { 0.02 } else { 0.0 };
    let lift = rgb(|_| low + random.normal(0.0, tinted));
    let range = (high - low) as f32;
    Operation::pointwise(move |v| [0, 1, 2].map(|c| lift[c] + v[c] * range))
}

fn hue_range(random: &mut Random) -> Operation {
    let direction = rgb(|_| random.normal(0.0, 1.0));
    let l = luminance(direction);
    let direction = direction.map(|v| v - l);
    let norm = direction.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    let direction = direction.map(|v| v / norm);
    let power = random.one_of(&[1, 2]);
    let (saturation, lightness) = (random.normal(0.0, 0.5) as f32, random.normal(0.0, 0.15) as f32);
    Operation::pointwise(move |v| {
        let l = luminance(v);
        let chroma = v.map(|v| v - l);
        let norm = chroma.iter().map(|v| v * v).sum::<f32>().sqrt();
        let along: f32 = (0..3).map(|c| chroma[c] * direction[c]).sum();
        let weight = (along.max(0.0) / (norm + 0.05)).powi(power);
        [0, 1, 2].map(|c| v[c] + saturation * weight * chroma[c] + 2.0 * lightness * weight * norm)
    })
}

fn bleach_bypass(random: &mut Random) -> Operation {
    let share = random.uniform(0.2, 0.8) as f32;
    Operation::pointwise(move |v| {
        let l = luminance(v);
        let over = |v: f32| if l < 0.5 { 2.0 * l * v } else { 1.0 - 2.0 * (1.0 - l) * (1.0 - v) };
        mix(v, v.map(over), share)
    })
}

fn contrast_about_mean(random: &mut Random) -> Operation {
    let contrast = Contrast::random(random);
    let by_mean = random.chance(0.6);
    Operation::adaptive(move |scene| {
        contrast.about(if by_mean { scene.luminance_mean } else { scene.luminance_at(0.5) })
    })
}

fn levels(random: &mut Random) -> Operation {
    let share = random.uniform(0.3, 1.0) as f32;
    let by_channel = random.chance(0.5);
    Operation::adaptive(move |scene| {
        let ends = |q| {
            if by_channel { scene.channels_at(q) } else { [scene.luminance_at(q); 3] }
        };
        let (low, high) = (ends(0.01), ends(0.99));
        move |v: Rgb| {
            let full = [0, 1, 2].map(|c| (v[c] - low[c]) / (high[c] - low[c]).max(0.2));
            mix(v, full, share)
        }
    })
}

fn auto_white_balance(random: &mut Random) -> Operation {
    let share = random.uniform(0.3, 1.0) as f32;
    Operation::adaptive(move |scene| {
        let grey = luminance(scene.mean).max(0.05);
        let gain = scene.mean.map(|v| (grey / v.max(0.02)).clamp(0.4, 2.5).powf(share));
        move |v: Rgb| [0, 1, 2].map(|c| v[c] * gain[c])
    })
}

fn auto_exposure(random: &mut Random) -> Operation {
    let target = random.uniform(0.35, 0.6) as f32;
    let share = random.uniform(0.3, 1.0) as f32;
    let by_mean = random.chance(0.5);
    let by_power = random.chance(0.5);
    Operation::adaptive(move |scene| {
        let level = if by_mean { scene.luminance_mean } else { scene.luminance_at(0.5) };
        let level = level.clamp(0.03, 0.9);
        let toward = |full: f32| 1.0 + share * (full.clamp(0.5, 2.0) - 1.0);
        let (power, gain) = (toward(target.ln() / level.ln()), toward(target / level));
        move |v: Rgb| {
            if by_power { map(v, |v| v.max(1e-4).powf(power)) } else { map(v, |v| v * gain) }
        }
    })
}

fn normalise(random: &mut Random) -> Operation {
    let share = random.uniform(0.3, 1.0) as f32;
    let deviation = random.uniform(0.15, 0.28) as f32;
    let mean = random.uniform(0.4, 0.55) as f32;
    let mean_share = random.unit() as f32;
    Operation::adaptive(move |scene: &Scene| {
        let from = scene.luminance_mean;
        let to = from + mean_share * (mean - from);
        let gain = (deviation / scene.luminance_deviation.max(1e-3)).clamp(0.5, 2.0);
        move |v: Rgb| mix(v, map(v, |v| to + gain * (v - from)), share)
    })
}

fn equalise(random: &mut Random) -> Operation {
    let share = random.uniform(0.15, 0.7) as f32;
    let carry = carry(random, 0.6);
    Operation::adaptive(move |scene| {
        let ranks: Vec<f32> = (0..=64).map(|i| scene.rank(i as f32 / 64.0)).collect();
        let ranks = ToneCurve(ranks);
        move |v: Rgb| {
            let l = luminance(v);
            with_luminance(v, l + share * (ranks.at(l) - l), carry)
        }
    })
}
