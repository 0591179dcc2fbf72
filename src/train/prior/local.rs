//! Synthetic operations that read the neighbourhood: local contrast and detail, shadows and
//! highlights, tone compression, haze removal.

use super::colour::Maker;
use super::scene::{COUNT, PLAIN, Rgb, luminance};
use super::stack::{Carry, Operation, Stack, encoded, linear, map, mix, with_luminance};
use crate::random::Random;

/// Operations on contrast and detail, with how often they are used.
pub(super) const DETAIL: [(Maker, f64); 3] =
    [(local_contrast, 2.0), (detail, 1.2), (smoothing, 0.8)];

/// Operations on local tone.
pub(super) const TONE: [(Maker, f64); 3] =
    [(shadows_highlights, 2.0), (compression, 1.3), (evening, 0.5)];

fn carry(random: &mut Random, ratio: f64) -> Carry {
    if random.chance(ratio) { Carry::Ratio } else { Carry::Difference }
}

/// Differences with a soft limit; 0 is none.
fn soft(difference: f32, limit: f32) -> f32 {
    if limit > 0.0 { difference / (1.0 + difference.abs() / limit) } else { difference }
}

fn local_contrast(random: &mut Random) -> Operation {
    let smoothing = random.below(COUNT);
    let amount = random.normal(0.25, 0.5) as f32;
    let limit = random.one_of(&[0.0, 0.1, 0.3]);
    if random.chance(0.5) {
        let carry = carry(random, 0.5);
        return Operation::local(smoothing, move |_, v, smooth| {
            let l = luminance(v);
            with_luminance(v, l + amount * soft(l - luminance(smooth), limit), carry)
        });
    }
    Operation::local(smoothing, move |_, v, smooth| {
        [0, 1, 2].map(|c| v[c] + amount * soft(v[c] - smooth[c], limit))
    })
}

/// Two levels of detail, raised alike or not.
fn detail(random: &mut Random) -> Operation {
    let gain = random.normal(0.4, 0.6);
    let first = random.below(COUNT);
    let second = (first + 1 + random.below(COUNT - 1)) % COUNT;
    let gains = [0, 1].map(|_| (gain * random.uniform(0.3, 1.0)) as f32);
    let carry = carry(random, 0.3);
    let act = move |stack: &mut Stack<'_>| {
        // The second level is measured on the picture before the first one is raised.
        let lights: Vec<f32> = stack.smoothed(second).map(luminance).collect();
        stack.local(first, |index, v, smooth| {
            let l = luminance(v);
            let raised = gains[0] * (l - luminance(smooth)) + gains[1] * (l - lights[index]);
            with_luminance(v, l + raised, carry)
        });
    };
    Operation { reads: vec![first, second], act: Box::new(act) }
}

/// Fine smoothing.
fn smoothing(random: &mut Random) -> Operation {
    let smoothing = random.one_of(&[0, 1, PLAIN, PLAIN + 1, PLAIN + 2, PLAIN + 3]);
    let share = random.uniform(0.2, 1.0) as f32;
    Operation::local(smoothing, move |_, v, smooth| mix(v, smooth, share))
}

fn shadows_highlights(random: &mut Random) -> Operation {
    let smoothing = 1 + random.below(COUNT - 1);
    let by_pixel = random.chance(0.2);
    let power = random.uniform(1.0, 4.0) as f32;
    let shadows = random.normal(0.15, 0.25) as f32;
    let highlights = random.normal(-0.1, 0.25) as f32;
    let kind = random.unit();
    Operation::local(smoothing, move |_, v, smooth| {
        let l = luminance(v);
        let m = if by_pixel { l } else { luminance(smooth) }.clamp(0.0, 1.0);
        let (dark, light) = ((1.0 - m).powf(power), m.powf(power));
        if kind < 0.5 {
            let gain = (3.0 * shadows * dark + highlights * light).exp2();
            map(v, |v| v * gain)
        } else if kind < 0.75 {
            let term = (2.0 * shadows * dark + highlights * light) * l;
            map(v, |v| v + term)
        } else {
            let gamma = (-shadows * dark - highlights * light).exp();
            map(v, |v| v.max(1e-4).powf(gamma))
        }
    })
}

/// Base and detail: the base's range is compressed about a reference, the detail kept or raised.
fn compression(random: &mut Random) -> Operation {
    let smoothing = 2 + random.below(COUNT - 2);
    let gain = random.uniform(0.3, 1.05) as f32;
    let detail = random.uniform(0.7, 1.8) as f32;
    let reference = random.below(4);
    let level = random.uniform(0.2, 0.9) as f32;
    Operation::local(smoothing, move |scene, v, smooth| {
        let reference = match reference {
            0 => scene.luminance_mean + 0.01,
            1 => scene.luminance_at(0.5) + 0.01,
            2 => scene.luminance_at(0.99) + 0.01,
            _ => level,
        }
        .ln();
        let l = luminance(v).max(0.004);
        let base = luminance(smooth).max(0.004).ln();
        let to = (reference + gain * (base - reference) + detail * (l.ln() - base)).exp();
        map(v, |v| v * (to / l).clamp(0.0, 8.0))
    })
}

/// Light evened out over the picture, local contrast raised.
fn evening(random: &mut Random) -> Operation {
    let smoothing = 3 + random.below(3);
    let share = random.uniform(0.1, 0.6) as f32;
    let contrast = random.uniform(0.0, 0.4) as f32;
    let to_mean = random.chance(0.5);
    let carry = carry(random, 0.5);
    Operation::local(smoothing, move |scene, v, smooth| {
        let (l, m) = (luminance(v), luminance(smooth));
        let target = if to_mean { scene.luminance_mean } else { 0.5 };
        with_luminance(v, l + share * (target - m) + contrast * (l - m), carry)
    })
}

/// Haze removed, or laid on, by the veil of the neighbourhood (after He et al. 2009).
pub(super) fn haze(random: &mut Random) -> Operation {
    let strength = random.uniform(0.2, 0.95);
    let strength = if random.chance(0.25) { -0.5 * strength } else { strength } as f32;
    let wide = random.below(2);
    let grey = random.chance(0.5);
    let least = random.uniform(0.1, 0.4) as f32;
    let in_light = random.chance(0.3);
    let act = move |stack: &mut Stack<'_>| {
        let scene = stack.scene;
        let airlight: Rgb = if grey { [scene.haze; 3] } else { scene.airlight };
        let airlight = airlight.map(|v| v.max(0.3));
        let level = airlight.iter().sum::<f32>() / 3.0;
        stack.indexed(|index, v| {
            let veil = (scene.veil[wide][index] / level).min(1.0);
            let transmission = (1.0 - strength * veil).clamp(least, 2.0);
            let clear = |v: f32, a: f32| (v - a) / transmission + a;
            [0, 1, 2].map(|c| {
                if in_light {
                    encoded(clear(linear(v[c]), linear(airlight[c])).max(0.0))
                } else {
                    clear(v[c], airlight[c])
                }
            })
        });
    };
    Operation { reads: Vec::new(), act: Box::new(act) }
}
