//! Dilated convolution: square kernel of 1 or 3, zero padded, stride 1, and its two gradients.
//!
//! `y[o](p) = bias[o] + Σ_i Σ_tap weight[o][i][tap] · x[i](p + dilation·tap)`
//!
//! Computed directly, a few outputs and a run of pixels at a time in registers: as fast as a matrix
//! product, without the nine copies of x that one would need. The gradient of x is the same loop
//! with the kernel turned round; the gradient of the weights sums products of two rows.

use rayon::prelude::*;

use super::Real;
use crate::kernel::wide::{Lanes, in_lanes};

/// Rows are padded to a multiple of this: the most pixels that are summed at once.
const PIXELS: usize = 32;
/// Vectors of pixels and output channels that are summed at once: twelve sums in registers.
const VECTORS: usize = 2;
pub(super) const OUTPUTS: usize = 6;
/// Output channels of a step of the weights' gradient: twelve sums with three weights each.
const BLOCK: usize = 4;

/// Shape of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Width and height of the kernel: 1 or 3.
    pub kernel: usize,
    /// Distance between taps in pixels.
    pub dilation: usize,
}

/// How planes lie in memory: rows with zeros to the left and right of them, none above and below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub height: usize,
    pub width: usize,
    /// Zeros at the left of a row; at least as many are at its right.
    pub margin: usize,
}

/// Planes in a [`Frame`].
#[derive(Debug)]
pub(super) struct Padded<T: Real> {
    pub frame: Frame,
    pub data: Vec<T>,
}

impl<T: Real> Drop for Padded<T> {
    fn drop(&mut self) {
        T::ROOM.give(std::mem::take(&mut self.data));
    }
}

impl Shape {
    /// Number of taps.
    pub(super) fn taps(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Number of weights.
    pub(super) fn weights(&self) -> usize {
        self.outputs * self.inputs * self.taps()
    }

    /// How far beyond its pixel the kernel reaches.
    pub(super) fn reach(&self) -> usize {
        self.kernel / 2 * self.dilation
    }
}

impl Frame {
    /// Values from a row to the next.
    pub fn pitch(&self) -> usize {
        self.width.next_multiple_of(PIXELS) + 2 * self.margin
    }

    /// Values from a plane to the next.
    pub fn plane(&self) -> usize {
        self.pitch() * self.height
    }

    /// The same rows with another margin.
    pub fn with_margin(self, margin: usize) -> Self {
        Self { margin, ..self }
    }
}

impl<T: Real> Padded<T> {
    pub fn zeros(channels: usize, frame: Frame) -> Self {
        Self { frame, data: T::ROOM.take(channels * frame.plane(), T::ZERO) }
    }

    /// From planes without padding.
    pub fn from_planes(planes: &[T], frame: Frame) -> Self {
        let mut padded = Self::zeros(planes.len() / (frame.height * frame.width), frame);
        let rows = padded.data.chunks_exact_mut(frame.pitch());
        for (to, from) in rows.zip(planes.chunks_exact(frame.width)) {
            to[frame.margin..][..frame.width].copy_from_slice(from);
        }
        padded
    }

    /// To planes without padding.
    pub fn to_planes(&self) -> Vec<T> {
        let Frame { width, margin, .. } = self.frame;
        let rows = self.data.chunks_exact(self.frame.pitch());
        rows.flat_map(|row| &row[margin..][..width]).copied().collect()
    }
}

/// Weights in the order in which [`Correlate`] reads them: `[outputs/OUTPUTS][inputs][tap][OUTPUTS]`.
pub(super) fn forward_weights<T: Real>(weight: &[T], shape: &Shape) -> Vec<[T; OUTPUTS]> {
    let Shape { inputs, outputs, .. } = *shape;
    blocked(outputs, inputs, shape.taps(), |o, i, tap| {
        weight[(o * inputs + i) * shape.taps() + tap]
    })
}

/// The same for the gradient of x: inputs and outputs change places, the kernel is turned round.
pub(super) fn backward_weights<T: Real>(weight: &[T], shape: &Shape) -> Vec<[T; OUTPUTS]> {
    let Shape { inputs, outputs, .. } = *shape;
    let last = shape.taps() - 1;
    blocked(inputs, outputs, shape.taps(), |i, o, tap| {
        weight[(o * inputs + i) * shape.taps() + last - tap]
    })
}

fn blocked<T: Real>(
    outputs: usize,
    inputs: usize,
    taps: usize,
    weight: impl Fn(usize, usize, usize) -> T,
) -> Vec<[T; OUTPUTS]> {
    let mut blocks = Vec::with_capacity(outputs.div_ceil(OUTPUTS) * inputs * taps);
    for first in (0..outputs).step_by(OUTPUTS) {
        for input in 0..inputs {
            for tap in 0..taps {
                let mut lanes = [T::ZERO; OUTPUTS];
                for (lane, output) in lanes.iter_mut().zip(first..outputs) {
                    *lane = weight(output, input, tap);
                }
                blocks.push(lanes);
            }
        }
    }
    blocks
}

/// Up to [`OUTPUTS`] output planes of a convolution.
pub(super) struct Correlate<'a, T: Real> {
    pub input: &'a Padded<T>,
    pub kernel: usize,
    pub dilation: usize,
    /// This block's, `[inputs][tap][OUTPUTS]`.
    pub weights: &'a [[T; OUTPUTS]],
    pub bias: [T; OUTPUTS],
    /// Planes of the input's frame without margin, one after the other.
    pub out: &'a mut [T],
}

impl<T: Real> Lanes for Correlate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) {
        let Frame { height, width, margin } = self.input.frame;
        let (pitch, plane) = (self.input.frame.pitch(), self.input.frame.plane());
        let (kernel, dilation) = (self.kernel, self.dilation);
        let out_pitch = self.input.frame.with_margin(0).pitch();
        let reach = kernel / 2 * dilation;
        let pixels_at_once = VECTORS * LANES;
        for y in 0..height {
            for x in (0..width).step_by(pixels_at_once) {
                let mut sums = [[[T::ZERO; LANES]; VECTORS]; OUTPUTS];
                for (sum, bias) in sums.iter_mut().zip(&self.bias) {
                    *sum = [[*bias; LANES]; VECTORS];
                }
                let inputs = self.input.data.chunks_exact(plane);
                for (values, weights) in inputs.zip(self.weights.chunks_exact(kernel * kernel)) {
                    for (tap, weights) in weights.chunks_exact(kernel).enumerate() {
                        let row = y + tap * dilation;
                        if row < reach || row - reach >= height {
                            continue;
                        }
                        let mut at = (row - reach) * pitch + margin - reach + x;
                        for weight in weights {
                            // Copied first, so that the sums stay in registers.
                            let mut pixels = [[T::ZERO; LANES]; VECTORS];
                            let from = values[at..at + pixels_at_once].as_chunks().0;
                            pixels.copy_from_slice(from);
                            for (sums, weight) in sums.iter_mut().zip(weight) {
                                for (sum, pixels) in sums.iter_mut().zip(&pixels) {
                                    for (sum, pixel) in sum.iter_mut().zip(pixels) {
                                        *sum = weight.fma::<FMA>(*pixel, *sum);
                                    }
                                }
                            }
                            at += dilation;
                        }
                    }
                }
                let planes = self.out.chunks_exact_mut(out_pitch * height);
                for (out, sums) in planes.zip(&sums) {
                    let row = &mut out[y * out_pitch + x..][..pixels_at_once];
                    for (to, sum) in row.as_chunks_mut::<LANES>().0.iter_mut().zip(sums) {
                        *to = *sum;
                    }
                }
            }
        }
    }
}

/// The gradient of x, planes without margin: `Σ_o Σ_tap weight[o][i][tap] · gy[o](p − dilation·tap)`.
pub(super) fn input_gradient<T: Real>(
    gradient: &Padded<T>,
    weight: &[T],
    shape: &Shape,
) -> Padded<T> {
    let frame = gradient.frame.with_margin(0);
    let plane = frame.plane();
    let weights = backward_weights(weight, shape);
    let mut out = Padded::zeros(shape.inputs, frame);
    let blocks = weights.par_chunks_exact(shape.outputs * shape.taps());
    out.data.par_chunks_mut(OUTPUTS * plane).zip(blocks).for_each(|(out, weights)| {
        in_lanes(Correlate {
            input: gradient,
            kernel: shape.kernel,
            dilation: shape.dilation,
            weights,
            bias: [T::ZERO; OUTPUTS],
            out,
        });
    });
    out
}

/// The gradient of the weights: `Σ_p gy[o](p) · x[i](p + dilation·tap)`.
pub(super) fn weight_gradient<T: Real>(
    input: &Padded<T>,
    gradient: &Padded<T>,
    shape: &Shape,
) -> Vec<T> {
    let Shape { inputs, outputs, .. } = *shape;
    let groups = Group::all(shape, input.frame);
    let blocks = outputs.div_ceil(BLOCK);
    let sums: Vec<[[T; 3]; BLOCK]> = (0..blocks * groups.len())
        .into_par_iter()
        .with_min_len(8)
        .map(|job| {
            let (block, group) = (job / groups.len(), job % groups.len());
            in_lanes(Products {
                input,
                gradient,
                first: block * BLOCK,
                outputs,
                group: &groups[group],
            })
        })
        .collect();
    let mut out = vec![T::ZERO; shape.weights()];
    for (job, sums) in sums.iter().enumerate() {
        let (block, group) = (job / groups.len(), &groups[job % groups.len()]);
        for (output, sums) in (block * BLOCK..outputs).zip(sums) {
            for (place, sum) in group.places.iter().zip(sums) {
                out[output * inputs * shape.taps() + place] = *sum;
            }
        }
    }
    out
}

/// Three weights of every output whose gradients are summed together: a row of a 3x3 kernel, or
/// three inputs of a 1x1 one (the last repeated where there are fewer).
struct Group {
    /// Where the weights are among those of an output.
    places: [usize; 3],
    /// Where row 0 of x starts for each of them, without `rows`.
    starts: [usize; 3],
    /// Vertical distance of the tap, plus the kernel's reach.
    row: usize,
    reach: usize,
}

impl Group {
    fn all(shape: &Shape, frame: Frame) -> Vec<Self> {
        let (plane, reach) = (frame.plane(), shape.reach());
        if shape.kernel == 1 {
            let start = |input: usize| input * plane + frame.margin;
            let group = |first: usize| {
                let places = [0, 1, 2].map(|i| (first + i).min(shape.inputs - 1));
                Self { places, starts: places.map(start), row: 0, reach: 0 }
            };
            return (0..shape.inputs).step_by(3).map(group).collect();
        }
        let group = |i: usize| {
            let (input, row) = (i / 3, i % 3);
            Self {
                places: [0, 1, 2].map(|tap| 9 * input + 3 * row + tap),
                starts: [0, 1, 2]
                    .map(|tap| input * plane + frame.margin + tap * shape.dilation - reach),
                row: row * shape.dilation,
                reach,
            }
        };
        (0..3 * shape.inputs).map(group).collect()
    }
}

struct Products<'a, T: Real> {
    input: &'a Padded<T>,
    gradient: &'a Padded<T>,
    /// First output channel.
    first: usize,
    outputs: usize,
    group: &'a Group,
}

impl<T: Real> Lanes for Products<'_, T> {
    type Output = [[T; 3]; BLOCK];

    #[inline(always)]
    fn run<const FMA: bool, const LANES: usize>(self) -> Self::Output {
        let Self { input, gradient, group, .. } = self;
        let len = gradient.frame.width.next_multiple_of(LANES);
        let height = gradient.frame.height;
        let mut sums = [[[T::ZERO; LANES]; 3]; BLOCK];
        for y in 0..height {
            let row = y + group.row;
            if row < group.reach || row - group.reach >= height {
                continue;
            }
            let down = (row - group.reach) * input.frame.pitch();
            let mut xs = [&input.data[..0]; 3];
            for (x, start) in xs.iter_mut().zip(&group.starts) {
                *x = &input.data[start + down..][..len];
            }
            let mut gs = [&gradient.data[..0]; BLOCK];
            for (i, gy) in gs.iter_mut().enumerate() {
                // Channels beyond the last are summed again and thrown away.
                let channel = (self.first + i).min(self.outputs - 1);
                let start = channel * gradient.frame.plane()
                    + y * gradient.frame.pitch()
                    + gradient.frame.margin;
                *gy = &gradient.data[start..][..len];
            }
            let mut row_sums = sums;
            let [x0, x1, x2] = xs.map(|row| row.as_chunks::<LANES>().0.iter());
            let [g0, g1, g2, g3] = gs.map(|row| row.as_chunks::<LANES>().0.iter());
            for (((x0, x1), x2), ((g0, g1), (g2, g3))) in
                x0.zip(x1).zip(x2).zip(g0.zip(g1).zip(g2.zip(g3)))
            {
                // Copied first, so that the sums stay in registers.
                let x = [*x0, *x1, *x2];
                let gy = [*g0, *g1, *g2, *g3];
                for (sums, gy) in row_sums.iter_mut().zip(&gy) {
                    for (sums, x) in sums.iter_mut().zip(&x) {
                        for ((sum, x), gy) in sums.iter_mut().zip(x).zip(gy) {
                            *sum = x.fma::<FMA>(*gy, *sum);
                        }
                    }
                }
            }
            sums = row_sums;
        }
        let mut out = [[T::ZERO; 3]; BLOCK];
        for (out, sums) in out.iter_mut().zip(&sums) {
            for (out, lanes) in out.iter_mut().zip(sums) {
                for lane in lanes {
                    *out += *lane;
                }
            }
        }
        out
    }
}
