//! The guidance map G = F(I), a per-pixel network 3 → C → 3 (C is 15 or 16 in the paper's models).
//!
//! Its normalisation needs statistics over the whole image. They follow from the nine moments of
//! the image's colours ([`super::moments`]), so the normalisation folds into the first layer:
//!
//! `h = leaky(W₁'·I + c)`, `G = W₂·h + d`, `W₁' = s·W₁`, with `s` and `c` from
//! [`AdaptiveNorm::affine`]. And since `leaky(x) = ½(1+slope)·x + ½(1−slope)·|x|`, the first halves
//! of all channels add up to one affine map of I: what is left of each channel is its `|x|`.
//! Folded with the photo's moments it gives the same G at every tile and
//! zoom; folded with Il's it gives Gl.

use super::Planes;
use super::moments::Moments;
use super::runs::{load, padded, store};
use super::wide::{Lanes, fma, in_lanes};
use crate::operator::{AdaptiveNorm, Conv, Layer, Network, Statistics};

/// F with its normalisation folded in: `G = linear·(I, 1) + Σ output·|input·I + term|`.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// For each output the weights of red, green and blue, and what is added.
    pub linear: [[f32; 4]; 3],
    /// The hidden channels.
    pub hidden: Vec<Hidden>,
}

/// What a hidden channel of F adds: `output · |input · I + term|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Hidden {
    /// Weights of red, green and blue.
    pub input: [f32; 3],
    /// Added before the activation.
    pub term: f32,
    /// Weights in the three outputs, `½(1−slope)` included.
    pub output: [f32; 3],
    /// Fills the row on the GPU.
    pub padding: f32,
}

/// Folds F for an image with these moments.
///
/// # Panics
/// When the network has not F's four layers, which the reader of filter files sees to.
pub fn fold(network: &Network, moments: &Moments, statistics: Statistics) -> Folded {
    let [
        Layer::Conv(first),
        Layer::AdaptiveNorm(norm),
        Layer::LeakyRelu { slope },
        Layer::Conv(last),
    ] = network.layers.as_slice()
    else {
        panic!("F is a convolution, a normalisation, an activation and a convolution");
    };
    let slope = f64::from(*slope);
    let (half_sum, half_difference) = (0.5 + 0.5 * slope, 0.5 - 0.5 * slope);
    let mut linear = [[0.0_f64; 4]; 3];
    for (i, row) in linear.iter_mut().enumerate() {
        row[3] = last.bias.as_ref().map_or(0.0, |bias| f64::from(bias[i]));
    }
    let mut hidden = Vec::with_capacity(first.outputs);
    for channel in 0..first.outputs {
        let input = folded_input(channel, first, norm, moments, statistics);
        let output: [f64; 3] =
            std::array::from_fn(|i| f64::from(last.weight[i * last.inputs + channel]));
        for (row, weight) in linear.iter_mut().zip(output) {
            for (sum, input) in row.iter_mut().zip(input) {
                *sum += half_sum * weight * input;
            }
        }
        hidden.push(Hidden {
            input: [0, 1, 2].map(|i| input[i] as f32),
            term: input[3] as f32,
            output: output.map(|weight| (half_difference * weight) as f32),
            padding: 0.0,
        });
    }
    Folded { linear: linear.map(|row| row.map(|value| value as f32)), hidden }
}

/// The weights of red, green and blue in a hidden channel, and its term, normalisation included.
fn folded_input(
    channel: usize,
    first: &Conv,
    norm: &AdaptiveNorm,
    moments: &Moments,
    statistics: Statistics,
) -> [f64; 4] {
    let weight: [f64; 3] = std::array::from_fn(|i| f64::from(first.weight[channel * 3 + i]));
    let (mean, variance) = match statistics {
        Statistics::PerImage => {
            let mean = (0..3).map(|i| weight[i] * moments.mean[i]).sum();
            let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j)));
            let variance: f64 =
                pairs.map(|(i, j)| weight[i] * weight[j] * moments.covariance[i][j]).sum();
            (mean, variance.max(0.0))
        }
        Statistics::Frozen => (f64::from(norm.mean[channel]), f64::from(norm.variance[channel])),
    };
    let (factor, term) = norm.affine(channel, mean, variance);
    let [r, g, b] = weight.map(|weight| weight * factor);
    [r, g, b, term]
}

impl Folded {
    /// G of `width` pixels: `rgb` are the three planes of I, `g` those of G, all [`padded`]. CPU twin
    /// of `guide` in `render.wgsl`.
    pub(super) fn apply(&self, width: usize, rgb: [&[f32]; 3], g: [&mut [f32]; 3]) {
        in_lanes(Apply { folded: self, width, rgb, g });
    }

    /// Gl, from planes of Il.
    pub fn planes(&self, il: &Planes) -> Planes {
        let area = il.area();
        let planes = [0, 1, 2].map(|channel| {
            let mut plane = il.plane(channel).to_vec();
            plane.resize(padded(area), 0.0);
            plane
        });
        let mut gl = [0, 1, 2].map(|_| vec![0.0; padded(area)]);
        let [r, g, b] = &mut gl;
        self.apply(area, planes.each_ref().map(Vec::as_slice), [r, g, b]);
        let data = gl.iter().flat_map(|plane| &plane[..area]).copied().collect();
        Planes { channels: 3, height: il.height, width: il.width, data }
    }
}

struct Apply<'a, 'b> {
    folded: &'a Folded,
    width: usize,
    rgb: [&'a [f32]; 3],
    g: [&'b mut [f32]; 3],
}

impl Lanes for Apply<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        // Pixels at once: enough to hide the latency of the sums, few enough to stay in registers.
        if LANES == 16 { self.chunks::<FMA, 64>() } else { self.chunks::<FMA, 16>() }
    }
}

impl Apply<'_, '_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
    fn chunks<const FMA: bool, const PIXELS: usize>(self) {
        let Self { folded, width, rgb: [r, g, b], g: [out_r, out_g, out_b] } = self;
        for start in (0..width).step_by(PIXELS) {
            let (r, g, b): ([f32; PIXELS], _, _) = (load(r, start), load(g, start), load(b, start));
            let mut sums = [[0.0; PIXELS]; 3];
            for (sums, row) in sums.iter_mut().zip(&folded.linear) {
                affine::<FMA, PIXELS>(row, [&r, &g, &b], sums);
            }
            let [red, green, blue] = &mut sums;
            for unit in &folded.hidden {
                let [wr, wg, wb] = unit.input;
                let mut sizes = [0.0; PIXELS];
                affine::<FMA, PIXELS>(&[wr, wg, wb, unit.term], [&r, &g, &b], &mut sizes);
                for (i, size) in sizes.iter().enumerate() {
                    let size = size.abs();
                    red[i] = fma::<FMA>(unit.output[0], size, red[i]);
                    green[i] = fma::<FMA>(unit.output[1], size, green[i]);
                    blue[i] = fma::<FMA>(unit.output[2], size, blue[i]);
                }
            }
            store(&sums[0], out_r, start);
            store(&sums[1], out_g, start);
            store(&sums[2], out_b, start);
        }
    }
}

/// `row · (rgb, 1)` of some pixels.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
fn affine<const FMA: bool, const PIXELS: usize>(
    row: &[f32; 4],
    rgb: [&[f32; PIXELS]; 3],
    out: &mut [f32; PIXELS],
) {
    let [r, g, b] = rgb;
    for (i, out) in out.iter_mut().enumerate() {
        let value = fma::<FMA>(row[0], r[i], row[3]);
        *out = fma::<FMA>(row[2], b[i], fma::<FMA>(row[1], g[i], value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::wide::tests::at_all_levels;

    #[test]
    fn the_pass_is_the_sum_written_out_at_every_level() {
        let value = |i: usize| (i as f32 * 1.3).sin();
        let hidden = |i: usize| Hidden {
            input: [0, 1, 2].map(|k| value(7 * i + k)),
            term: value(7 * i + 3),
            output: [0, 1, 2].map(|k| 0.2 * value(7 * i + 4 + k)),
            padding: 0.0,
        };
        let linear = [0, 1, 2].map(|row| [0, 1, 2, 3].map(|k| value(4 * row + k)));
        let folded = Folded { linear, hidden: (0..16).map(hidden).collect() };
        let mut il = Planes::zeros(3, 7, 41);
        il.data.iter_mut().enumerate().for_each(|(i, it)| *it = (i * 37 % 101) as f32 / 100.0);
        for (level, gl) in at_all_levels(|| folded.planes(&il)) {
            for at in 0..il.area() {
                let rgb = [0, 1, 2].map(|i| f64::from(il.plane(i)[at]));
                let affine = |[r, g, b]: [f32; 3], term: f32| {
                    let terms = [r, g, b].into_iter().zip(rgb);
                    terms.map(|(weight, value)| f64::from(weight) * value).sum::<f64>()
                        + f64::from(term)
                };
                for output in 0..3 {
                    let [r, g, b, term] = folded.linear[output];
                    let units = folded.hidden.iter().map(|unit| {
                        f64::from(unit.output[output]) * affine(unit.input, unit.term).abs()
                    });
                    let want = affine([r, g, b], term) + units.sum::<f64>();
                    let got = f64::from(gl.plane(output)[at]);
                    assert!((got - want).abs() < 1e-5, "{level:?}: {got} instead of {want}");
                }
            }
        }
    }
}
