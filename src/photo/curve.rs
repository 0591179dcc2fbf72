//! Tone curves: between encoded values and linear light.
//!
//! sRGB is continued beyond 0..1 by its mirror image and its own power law, so that colours
//! outside sRGB have values too: `decode(-v) = -decode(v)`.

use moxcms::ToneReprCurve;

/// Steps of a table over 0..1. 65535 makes every 8-bit and every 16-bit code an exact index.
const STEPS: usize = 65535;

/// One channel's curve of a profile: encoded → linear light, and back, as tables.
#[derive(Debug)]
pub(super) struct Curve {
    /// Linear light of `i / STEPS`.
    linear: Vec<f32>,
    /// Encoded value of the linear light `(i / STEPS)²`: the square root spreads the shadows,
    /// where curves are steep.
    encoded: Vec<f32>,
}

impl Curve {
    /// The tables of a profile's curve; `None` where it is none (unknown form, not finite, flat).
    pub(super) fn new(curve: &ToneReprCurve) -> Option<Self> {
        let mut linear = Vec::with_capacity(STEPS + 1);
        let mut highest = 0.0_f32;
        for i in 0..=STEPS {
            let value = evaluate(curve, i as f64 / STEPS as f64)? as f32;
            if !value.is_finite() {
                return None;
            }
            // A curve that goes down somewhere cannot be inverted; noise of tables does so.
            highest = highest.max(value.clamp(0.0, 1.0));
            linear.push(highest);
        }
        if linear[STEPS] < 0.5 {
            return None;
        }
        let encoded = invert(&linear);
        Some(Self { linear, encoded })
    }

    /// Linear light of an encoded value; above 1 the curve goes on as a straight line, below 0 as its
    /// mirror image.
    #[inline(always)]
    pub(super) fn decode(&self, value: f32) -> f32 {
        if (0.0..=1.0).contains(&value) {
            interpolate(&self.linear, value)
        } else {
            self.beyond(value)
        }
    }

    #[cold]
    fn beyond(&self, value: f32) -> f32 {
        if value < 0.0 {
            return -interpolate(&self.linear, (-value).min(1.0));
        }
        let slope = (self.linear[STEPS] - self.linear[STEPS - 64]) * (STEPS as f32 / 64.0);
        self.linear[STEPS] + slope * (value - 1.0)
    }

    /// Encoded value, 0..1, of linear light; what lies outside is clipped, as no file holds it.
    #[inline(always)]
    pub(super) fn encode(&self, linear: f32) -> f32 {
        interpolate(&self.encoded, linear.clamp(0.0, 1.0).sqrt())
    }
}

/// Linear light of an sRGB-encoded value, any sign and size.
#[cold]
pub(super) fn srgb_decode(value: f32) -> f32 {
    let magnitude = value.abs();
    let linear = if magnitude <= 0.040_45 {
        magnitude / 12.92
    } else {
        ((magnitude + 0.055) / 1.055).powf(2.4)
    };
    linear.copysign(value)
}

/// sRGB-encoded value of linear light, any sign and size.
#[cold]
pub(super) fn srgb_encode(linear: f32) -> f32 {
    let magnitude = linear.abs();
    let value = if magnitude <= 0.003_130_8 {
        magnitude * 12.92
    } else {
        1.055 * magnitude.powf(1.0 / 2.4) - 0.055
    };
    value.copysign(linear)
}

/// Steps of sRGB's own tables, which are smooth: small enough for a processor's nearest cache.
const SRGB_STEPS: usize = 4096;

/// [`srgb_decode`] and [`srgb_encode`] by tables, for whole pictures: exact to 1e-6.
#[derive(Debug)]
pub(super) struct Srgb {
    linear: Vec<f32>,
    encoded: Vec<f32>,
}

impl Srgb {
    /// Fills the tables.
    pub(super) fn new() -> Self {
        let at = |i: usize| i as f32 / SRGB_STEPS as f32;
        Self {
            linear: (0..=SRGB_STEPS).map(|i| srgb_decode(at(i))).collect(),
            encoded: (0..=SRGB_STEPS).map(|i| srgb_encode(at(i) * at(i))).collect(),
        }
    }

    /// Linear light of an sRGB-encoded value.
    #[inline(always)]
    pub(super) fn decode(&self, value: f32) -> f32 {
        let magnitude = value.abs();
        if magnitude <= 1.0 {
            interpolate(&self.linear, magnitude).copysign(value)
        } else {
            srgb_decode(value)
        }
    }

    /// sRGB-encoded value of linear light.
    #[inline(always)]
    pub(super) fn encode(&self, linear: f32) -> f32 {
        let magnitude = linear.abs();
        if magnitude <= 1.0 {
            interpolate(&self.encoded, magnitude.sqrt()).copysign(linear)
        } else {
            srgb_encode(linear)
        }
    }
}

/// Reads a table over 0..=1 between its entries.
#[inline(always)]
fn interpolate(table: &[f32], position: f32) -> f32 {
    let steps = table.len() - 1;
    let position = position * steps as f32;
    let index = (position as usize).min(steps - 1);
    let low = table[index];
    low + (table[index + 1] - low) * (position - index as f32)
}

/// The inverse of a rising table, over the square root of its values.
fn invert(linear: &[f32]) -> Vec<f32> {
    let mut inverse = Vec::with_capacity(STEPS + 1);
    let mut right = 1;
    for i in 0..=STEPS {
        let root = i as f32 / STEPS as f32;
        let target = root * root;
        while right < STEPS && linear[right] < target {
            right += 1;
        }
        let (low, high) = (linear[right - 1], linear[right]);
        let part = if high > low { ((target - low) / (high - low)).clamp(0.0, 1.0) } else { 1.0 };
        inverse.push(((right - 1) as f32 + part) / STEPS as f32);
    }
    inverse
}

/// A profile's curve at `x` in 0..1 (ICC.1:2022, 10.6 and 10.18); `None` for an unknown form.
fn evaluate(curve: &ToneReprCurve, x: f64) -> Option<f64> {
    match curve {
        ToneReprCurve::Lut(table) => Some(match table.as_slice() {
            [] => x,
            [gamma] => x.powf(f64::from(*gamma) / 256.0),
            table => {
                let position = x * (table.len() - 1) as f64;
                let index = (position as usize).min(table.len() - 2);
                let (low, high) = (f64::from(table[index]), f64::from(table[index + 1]));
                (low + (high - low) * (position - index as f64)) / 65535.0
            }
        }),
        ToneReprCurve::Parametric(parameters) => {
            let p: Vec<f64> = parameters.iter().map(|&v| f64::from(v)).collect();
            Some(match *p.as_slice() {
                [g] => x.powf(g),
                [g, a, b] if a != 0.0 => {
                    if x >= -b / a {
                        (a * x + b).powf(g)
                    } else {
                        0.0
                    }
                }
                [g, a, b, c] if a != 0.0 => {
                    if x >= -b / a {
                        (a * x + b).powf(g) + c
                    } else {
                        c
                    }
                }
                [g, a, b, c, d] => {
                    if x >= d {
                        (a * x + b).powf(g)
                    } else {
                        c * x
                    }
                }
                [g, a, b, c, d, e, f] => {
                    if x >= d {
                        (a * x + b).powf(g) + e
                    } else {
                        c * x + f
                    }
                }
                _ => return None,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_tables_follow_the_formula_beyond_the_range() {
        let srgb = Srgb::new();
        for i in -300..=500 {
            let value = i as f32 / 200.0;
            assert!((srgb.decode(value) - srgb_decode(value)).abs() < 1e-6, "{value}");
            let linear = srgb_decode(value);
            assert!((srgb.encode(linear) - value).abs() < 2e-6, "{value}");
        }
    }

    #[test]
    fn curves_invert() {
        let gammas = [256_u16, 461, 563];
        for gamma in gammas {
            let curve = Curve::new(&ToneReprCurve::Lut(vec![gamma])).unwrap();
            for code in (0..=65535_u16).step_by(17) {
                let value = f32::from(code) / 65535.0;
                let back = curve.encode(curve.decode(value));
                assert!((back - value).abs() * 65535.0 < 1.0, "{gamma} {code}: {back}");
            }
        }
    }

    #[test]
    fn curves_that_are_none_are_refused() {
        assert!(Curve::new(&ToneReprCurve::Lut(vec![0, 0, 0])).is_none());
        assert!(Curve::new(&ToneReprCurve::Parametric(vec![1.0, 2.0])).is_none());
    }
}
