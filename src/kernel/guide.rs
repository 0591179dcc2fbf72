//! The guidance map G = F(I), a per-pixel network 3 → C → 3 (C is 15 or 16 in the paper's models).
//!
//! Its normalisation needs statistics over the whole image. They follow from the nine moments of
//! the image's colours ([`super::moments`]), so the normalisation folds into the first layer:
//!
//! `h = leaky(W₁'·I + c)`, `G = W₂·h + d`, `W₁' = s·W₁`, with `s` and `c` from
//! [`AdaptiveNorm::affine`]. Folded with the photo's moments it gives the same G at every tile and
//! zoom; folded with Il's it gives Gl.

use super::Planes;
use super::moments::Moments;
use super::wide::{Wide, fma, wide};
use crate::operator::{AdaptiveNorm, Conv, Layer, Network, Statistics};

/// F with its normalisation folded in.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The hidden channels.
    pub hidden: Vec<Hidden>,
    /// Added to the sum over the hidden channels.
    pub bias: [f32; 3],
    /// Factor of negative hidden values.
    pub slope: f32,
}

/// One hidden channel of F: `leaky(input · I + term) · output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Hidden {
    /// Weights of red, green and blue.
    pub input: [f32; 3],
    /// Added before the activation.
    pub term: f32,
    /// Weights in the three outputs.
    pub output: [f32; 3],
    /// Fills the row on the GPU.
    pub padding: f32,
}

/// Folds F for an image with these moments. None when the network has not F's four layers.
pub fn fold(network: &Network, moments: &Moments, statistics: Statistics) -> Option<Folded> {
    let [
        Layer::Conv(first),
        Layer::AdaptiveNorm(norm),
        Layer::LeakyRelu { slope },
        Layer::Conv(last),
    ] = network.layers.as_slice()
    else {
        return None;
    };
    let hidden = (0..first.outputs)
        .map(|channel| fold_channel(channel, first, norm, last, moments, statistics));
    Some(Folded {
        hidden: hidden.collect(),
        bias: std::array::from_fn(|i| last.bias.as_ref().map_or(0.0, |bias| bias[i])),
        slope: *slope,
    })
}

fn fold_channel(
    channel: usize,
    first: &Conv,
    norm: &AdaptiveNorm,
    last: &Conv,
    moments: &Moments,
    statistics: Statistics,
) -> Hidden {
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
    Hidden {
        input: weight.map(|weight| (weight * factor) as f32),
        term: term as f32,
        output: std::array::from_fn(|i| last.weight[i * last.inputs + channel]),
        padding: 0.0,
    }
}

impl Folded {
    /// G of every pixel: `rgb` are the three planes of I, `g` those of G, all equally long.
    /// CPU twin of `guide` in `render.wgsl`.
    pub fn apply(&self, rgb: [&[f32]; 3], g: [&mut [f32]; 3]) {
        wide(Apply { folded: self, rgb, g });
    }

    /// Gl, from planes of Il.
    pub fn planes(&self, il: &Planes) -> Planes {
        let mut gl = Planes::zeros(3, il.height, il.width);
        let area = il.area();
        let (r, rest) = gl.data.split_at_mut(area);
        let (g, b) = rest.split_at_mut(area);
        self.apply([il.plane(0), il.plane(1), il.plane(2)], [r, g, b]);
        gl
    }
}

/// Pixels at once: enough to hide the latency of the sums, few enough to stay in registers.
const PIXELS: usize = 16;

struct Apply<'a, 'b> {
    folded: &'a Folded,
    rgb: [&'a [f32]; 3],
    g: [&'b mut [f32]; 3],
}

impl Wide for Apply<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { folded, rgb: [r, g, b], g: [out_r, out_g, out_b] } = self;
        // leaky(x) = ½(1+slope)·x + ½(1−slope)·|x|, without a comparison.
        let (half_sum, half_difference) = (0.5 + 0.5 * folded.slope, 0.5 - 0.5 * folded.slope);
        for start in (0..r.len()).step_by(PIXELS) {
            let count = PIXELS.min(r.len() - start);
            let load = |plane: &[f32]| -> [f32; PIXELS] {
                match plane[start..].first_chunk() {
                    Some(chunk) => *chunk,
                    None => std::array::from_fn(|i| plane.get(start + i).copied().unwrap_or(0.0)),
                }
            };
            let (r, g, b) = (load(r), load(g), load(b));
            let mut sums = folded.bias.map(|bias| [bias; PIXELS]);
            for unit in &folded.hidden {
                for i in 0..PIXELS {
                    let h = fma::<FMA>(unit.input[0], r[i], unit.term);
                    let h = fma::<FMA>(unit.input[1], g[i], h);
                    let h = fma::<FMA>(unit.input[2], b[i], h);
                    let h = fma::<FMA>(half_difference, h.abs(), half_sum * h);
                    sums[0][i] = fma::<FMA>(unit.output[0], h, sums[0][i]);
                    sums[1][i] = fma::<FMA>(unit.output[1], h, sums[1][i]);
                    sums[2][i] = fma::<FMA>(unit.output[2], h, sums[2][i]);
                }
            }
            out_r[start..start + count].copy_from_slice(&sums[0][..count]);
            out_g[start..start + count].copy_from_slice(&sums[1][..count]);
            out_b[start..start + count].copy_from_slice(&sums[2][..count]);
        }
    }
}
