//! The render of a filter with A and b alone, from 8-bit codes to 8-bit codes with nothing in between:
//! `O = A·I + b` in units of codes. It is what [`super::render`] computes by planes, for the pixels that
//! need no more.

use std::mem::MaybeUninit;

use super::runs::Line;
use super::wide::{Wide, fma, wide};

/// Pixels at once.
const PIXELS: usize = 16;

/// A row of pixels, and what is made of it.
pub(super) struct Direct<'a, 'b> {
    /// A and b of each channel along the row.
    pub line: Line<'a>,
    /// How much of I itself is added.
    pub own: f32,
    /// Whether O is clamped before it is blended with I.
    pub clamp: bool,
    /// How much of the filter there is, 0..1.
    pub strength: f32,
    /// As many pixels as the line has columns.
    pub from: &'a [[u8; 4]],
    /// As many, all of which are written; alpha is that of `from`.
    pub out: &'b mut [MaybeUninit<[u8; 4]>],
}

impl Direct<'_, '_> {
    /// Renders the row.
    pub fn render(self) {
        if self.strength == 1.0 { wide(Row::<true>(self)) } else { wide(Row::<false>(self)) }
    }
}

/// With `FULL` strength nothing is blended, and what the codes' own ends clamp need not be clamped.
struct Row<'a, 'b, const FULL: bool>(Direct<'a, 'b>);

impl<const FULL: bool> Wide for Row<'_, '_, FULL> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Direct { line, own, clamp, strength, from, out } = self.0;
        let (low, high) = if clamp { (0.0, 255.0) } else { (f32::MIN, f32::MAX) };
        let shade = |pixel: [u8; 4], fraction: f32, k: &[f32; 12]| {
            let word = u32::from_le_bytes(pixel);
            let channel = |channel: usize| {
                // Through i32, for which there is an instruction everywhere.
                let input = (word >> (8 * channel) & 0xff) as i32 as f32;
                let a = fma::<FMA>(fraction, k[6 + channel], k[channel]);
                let b = fma::<FMA>(fraction, k[9 + channel], k[3 + channel]);
                let output = fma::<FMA>(a, input, b);
                let output = if FULL {
                    output
                } else {
                    // The low end for what is no number.
                    let output = if output > low { output } else { low };
                    let output = if output < high { output } else { high };
                    fma::<FMA>(strength, output - input, input) + 0.5
                };
                #[allow(clippy::manual_clamp, reason = "`clamp` leaves what is no number")]
                let code = output.max(0.0).min(255.0);
                // SAFETY: the line above leaves 0..=255, and 0 of what is no number.
                unsafe { code.to_int_unchecked::<i32>() as u32 }
            };
            let codes = channel(0) | channel(1) << 8 | channel(2) << 16;
            (word & 0xff00_0000 | codes).to_le_bytes()
        };
        for (columns, k) in line.runs::<12>() {
            let mut k = *k;
            for channel in 0..3 {
                k[channel] += own;
                k[3 + channel] = 255.0 * k[3 + channel] + if FULL { 0.5 } else { 0.0 };
                k[9 + channel] *= 255.0;
            }
            let end = columns.end;
            let mut start = columns.start;
            while start < end {
                // The last ones of a run together with those before them.
                let first = start.min(end.saturating_sub(PIXELS).max(columns.start));
                let pixels = from[first..end].first_chunk::<PIXELS>();
                match (pixels, out[first..end].first_chunk_mut::<PIXELS>()) {
                    (Some(from), Some(out)) => {
                        let fractions = line.fractions[first..].first_chunk::<PIXELS>();
                        let fractions = fractions.expect("planes are padded");
                        for ((out, from), fraction) in out.iter_mut().zip(from).zip(fractions) {
                            out.write(shade(*from, *fraction, &k));
                        }
                    }
                    _ => {
                        for at in first..end {
                            out[at].write(shade(from[at], line.fractions[at], &k));
                        }
                        break;
                    }
                }
                start = first + PIXELS;
            }
        }
    }
}
