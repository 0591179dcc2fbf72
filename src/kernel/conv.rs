//! Convolution: square kernel of 1 or 3, dilated, zero padded, stride 1.
//!
//! `y[o] = bias[o] + Σ_i Σ_tap weight[o][i][tap] · x[i](p + dilation·tap)`

use rayon::prelude::*;

use super::Planes;
use super::vector::Vector;
use super::wide::{InVectors, in_vectors};
use crate::operator::Conv;

/// Vectors of pixels and output channels that are summed at once. Twelve sums fill the registers of AVX2,
/// and are as many as AVX-512 needs to add without waiting for the last addition.
const VECTORS: usize = 2;
const OUTPUTS: usize = 6;

/// Pixels of the widest vectors.
const PIXELS_MAX: usize = VECTORS * 16;

/// Memory for convolutions that follow each other: fresh memory costs more than what is done in it.
#[derive(Debug, Default)]
pub struct Room {
    /// The input with zeros around it.
    padded: Vec<f32>,
    /// The output by rows, `[height][outputs][width]`.
    rows: Vec<f32>,
    /// Planes that are not needed any more.
    pub spare: Vec<f32>,
}

/// The convolution of `input`. CPU twin of `conv.wgsl`.
///
/// # Panics
/// When `input` has another number of channels than the convolution.
pub fn conv(input: &Planes, conv: &Conv, room: &mut Room) -> Planes {
    assert_eq!(input.channels, conv.inputs, "channels of a convolution");
    let margin = if conv.kernel == 3 { conv.dilation } else { 0 };
    let padded = Padded::new(input, margin, &mut room.padded);
    let weights = blocked_weights(conv);
    let taps = tap_offsets(conv, padded.pitch);
    let (height, width, area) = (input.height, input.width, input.area());
    // Rows of all channels are computed together; a row of every plane is one job.
    room.rows.resize(conv.outputs * area, 0.0);
    let jobs = room.rows.par_chunks_exact_mut(conv.outputs * width).enumerate();
    jobs.for_each(|(y, out)| {
        in_vectors(Row { padded: &padded, y, weights: &weights, taps: &taps, conv, out });
    });
    let mut data = std::mem::take(&mut room.spare);
    data.resize(conv.outputs * area, 0.0);
    for (y, row) in room.rows.chunks_exact(conv.outputs * width).enumerate() {
        for (channel, values) in row.chunks_exact(width).enumerate() {
            data[channel * area + y * width..][..width].copy_from_slice(values);
        }
    }
    Planes { channels: conv.outputs, height, width, data }
}

/// The input with zeros around it, rows a multiple of [`PIXELS_MAX`] long.
struct Padded<'a> {
    data: &'a [f32],
    pitch: usize,
    plane: usize,
}

impl<'a> Padded<'a> {
    fn new(input: &'a Planes, margin: usize, room: &'a mut Vec<f32>) -> Self {
        let pitch = input.width.next_multiple_of(PIXELS_MAX) + 2 * margin;
        let plane = pitch * (input.height + 2 * margin);
        if pitch == input.width {
            return Self { data: &input.data, pitch, plane };
        }
        room.clear();
        room.resize(plane * input.channels, 0.0);
        for channel in 0..input.channels {
            for (y, row) in input.plane(channel).chunks_exact(input.width).enumerate() {
                let at = channel * plane + (y + margin) * pitch + margin;
                room[at..at + input.width].copy_from_slice(row);
            }
        }
        Self { data: room, pitch, plane }
    }
}

/// Weights as `[outputs/OUTPUTS][inputs][tap][OUTPUTS]`, the last block filled with zeros.
fn blocked_weights(conv: &Conv) -> Vec<[f32; OUTPUTS]> {
    let taps = conv.kernel * conv.kernel;
    let mut blocks = Vec::new();
    for first in (0..conv.outputs).step_by(OUTPUTS) {
        for input in 0..conv.inputs {
            for tap in 0..taps {
                blocks.push(std::array::from_fn(|lane| {
                    let output = first + lane;
                    if output < conv.outputs {
                        conv.weight[(output * conv.inputs + input) * taps + tap]
                    } else {
                        0.0
                    }
                }));
            }
        }
    }
    blocks
}

/// Distance of each tap from the padded plane's pixel at the window's upper left corner.
fn tap_offsets(conv: &Conv, pitch: usize) -> Vec<usize> {
    let at = |y: usize, x: usize| (y * pitch + x) * conv.dilation;
    (0..conv.kernel).flat_map(|y| (0..conv.kernel).map(move |x| at(y, x))).collect()
}

struct Row<'a> {
    padded: &'a Padded<'a>,
    y: usize,
    weights: &'a [[f32; OUTPUTS]],
    taps: &'a [usize],
    conv: &'a Conv,
    /// `[outputs][width]`
    out: &'a mut [f32],
}

impl InVectors for Row<'_> {
    #[inline(always)]
    fn run<V: Vector, const N: usize>(self) {
        let width = self.out.len() / self.conv.outputs;
        let block_len = self.conv.inputs * self.taps.len();
        let start = self.y * self.padded.pitch;
        for (block, weights) in self.weights.chunks_exact(block_len).enumerate() {
            for x in (0..width).step_by(VECTORS * V::LANES) {
                let mut sums = [[V::splat(0.0); VECTORS]; OUTPUTS];
                for input in 0..self.conv.inputs {
                    let plane = &self.padded.data[input * self.padded.plane + start + x..];
                    let weights = &weights[input * self.taps.len()..][..self.taps.len()];
                    for (offset, weights) in self.taps.iter().zip(weights) {
                        let pixels: [V; VECTORS] =
                            std::array::from_fn(|i| V::load(plane, offset + i * V::LANES));
                        for (sums, weight) in sums.iter_mut().zip(weights) {
                            let weight = V::splat(*weight);
                            for (sum, pixels) in sums.iter_mut().zip(pixels) {
                                *sum = weight.fma(pixels, *sum);
                            }
                        }
                    }
                }
                let count = (VECTORS * V::LANES).min(width - x);
                let outputs = OUTPUTS.min(self.conv.outputs - block * OUTPUTS);
                for (lane, sums) in sums.iter().enumerate().take(outputs) {
                    let output = block * OUTPUTS + lane;
                    let bias = self.conv.bias.as_ref().map_or(0.0, |bias| bias[output]);
                    let mut values = [0.0; PIXELS_MAX];
                    for (i, sum) in sums.iter().enumerate() {
                        sum.add(V::splat(bias)).store(&mut values, i * V::LANES);
                    }
                    self.out[output * width + x..][..count].copy_from_slice(&values[..count]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::wide::tests::at_all_levels;

    fn ramp(channels: usize, height: usize, width: usize) -> Planes {
        let mut planes = Planes::zeros(channels, height, width);
        for (i, value) in planes.data.iter_mut().enumerate() {
            *value = ((i * 37) % 101) as f32 / 101.0 - 0.4;
        }
        planes
    }

    fn naive(input: &Planes, conv: &Conv) -> Planes {
        let mut output = Planes::zeros(conv.outputs, input.height, input.width);
        let (h, w, half) = (input.height as i64, input.width as i64, conv.kernel as i64 / 2);
        for o in 0..conv.outputs {
            for y in 0..h {
                for x in 0..w {
                    let mut sum = f64::from(conv.bias.as_ref().map_or(0.0, |b| b[o]));
                    for i in 0..conv.inputs {
                        for ky in 0..conv.kernel {
                            for kx in 0..conv.kernel {
                                let yy = y + (ky as i64 - half) * conv.dilation as i64;
                                let xx = x + (kx as i64 - half) * conv.dilation as i64;
                                if (0..h).contains(&yy) && (0..w).contains(&xx) {
                                    let k = conv.kernel;
                                    let weight =
                                        conv.weight[((o * conv.inputs + i) * k + ky) * k + kx];
                                    let pixel = input.plane(i)[(yy * w + xx) as usize];
                                    sum += f64::from(weight) * f64::from(pixel);
                                }
                            }
                        }
                    }
                    output.data[o * input.area() + (y * w + x) as usize] = sum as f32;
                }
            }
        }
        output
    }

    #[test]
    fn equals_the_sum_written_out() {
        for (inputs, outputs, kernel, dilation, height, width) in
            [(3, 24, 3, 1, 9, 11), (4, 7, 3, 16, 20, 33), (24, 3, 1, 1, 5, 17), (2, 6, 3, 4, 1, 1)]
        {
            let weight = ramp(outputs, inputs, kernel * kernel).data;
            let bias = Some(ramp(1, 1, outputs).data);
            let layer = Conv { inputs, outputs, kernel, dilation, weight, bias };
            let input = ramp(inputs, height, width);
            let want = naive(&input, &layer);
            for (level, got) in at_all_levels(|| conv(&input, &layer, &mut Room::default())) {
                for (got, want) in got.data.iter().zip(&want.data) {
                    assert!((got - want).abs() < 1e-5, "{level:?}: {got} {want}");
                }
            }
        }
    }
}
