//! A network as one node: blocks of convolution, normalisation and activation (Table I).
//!
//! Serves Cl, F at low resolution and the convolutional layer's pointwise network. All weights are
//! one vector, in the order in which the layers' weights stand in the operator: a convolution's
//! weight and bias, a normalisation's w0, w1, γ, β.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{CpuStorage, CustomOp2, DType, Layout, Result, Shape as TensorShape, Tensor};
use rayon::prelude::*;

use super::conv::{self, Correlate, Frame, OUTPUTS, Padded, Shape};
use super::norm::{self, Activate, Affine, Gradient, Sums};
use super::{Real, compose, copied, values};
use crate::kernel::wide::in_lanes;
use crate::operator::{Network, Statistics};

/// What a network consists of, without its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    parameters: usize,
}

/// A block and where its weights are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub shape: Shape,
    /// Where the convolution's weight starts.
    pub weight: usize,
    pub bias: Option<usize>,
    pub norm: Option<NormStep>,
    pub slope: f64,
}

/// A normalisation: w0, w1, γ and β start at `at`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NormStep {
    pub at: usize,
    pub channels: usize,
    /// Mean and variance of each channel where they are fixed.
    pub frozen: Option<Vec<(f64, f64)>>,
}

impl Plan {
    /// The plan of a network.
    ///
    /// # Panics
    /// When the network is no list of blocks, which the reader of filter files sees to.
    pub fn new(network: &Network, statistics: Statistics) -> Self {
        let blocks = network.blocks().expect("a network is a list of blocks");
        let mut at = 0;
        let mut take = |len: usize| {
            at += len;
            at - len
        };
        let step = |block: crate::operator::Block<'_>| {
            let conv = block.conv;
            let fixed = |mean: &[f32], variance: &[f32]| {
                let pairs = mean.iter().zip(variance);
                pairs.map(|(m, v)| (f64::from(*m), f64::from(*v))).collect()
            };
            Step {
                shape: Shape {
                    inputs: conv.inputs,
                    outputs: conv.outputs,
                    kernel: conv.kernel,
                    dilation: conv.dilation,
                },
                weight: take(conv.weight.len()),
                bias: conv.bias.as_ref().map(|bias| take(bias.len())),
                norm: block.norm.map(|norm| NormStep {
                    at: take(2 + 2 * conv.outputs),
                    channels: conv.outputs,
                    frozen: match statistics {
                        Statistics::PerImage => None,
                        Statistics::Frozen => Some(fixed(&norm.mean, &norm.variance)),
                    },
                }),
                slope: f64::from(block.slope),
            }
        };
        let steps = blocks.into_iter().map(step).collect();
        Self { steps, parameters: at }
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Channels that go in.
    pub fn inputs(&self) -> usize {
        self.steps.first().map_or(0, |step| step.shape.inputs)
    }

    /// Channels that come out.
    pub fn outputs(&self) -> usize {
        self.steps.last().map_or(0, |step| step.shape.outputs)
    }
}

/// The network's output for planes `[inputs, height, width]`, with weights `[parameters]`.
///
/// # Errors
/// When shapes or types do not fit.
pub fn network(x: &Tensor, weights: &Tensor, plan: &Arc<Plan>) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return compose::network(x, weights, plan);
    }
    let x = x.contiguous()?;
    match x.dtype() {
        DType::F32 => x.apply_op2(weights, Node::<f32>::new(plan)),
        DType::F64 => x.apply_op2(weights, Node::<f64>::new(plan)),
        other => candle_core::bail!("networks are trained in f32, not {other:?}"),
    }
}

/// Values of the forward pass that the backward pass needs.
#[derive(Debug)]
pub(in crate::train) struct Tape<T: Real> {
    /// What goes into each convolution.
    inputs: Vec<Padded<T>>,
    /// What comes out of each convolution, planes without margin.
    outputs: Vec<Padded<T>>,
    /// What each channel's normalisation came to.
    affines: Vec<Vec<Affine>>,
}

struct Node<T: Real> {
    plan: Arc<Plan>,
    tape: Mutex<Option<Tape<T>>>,
}

impl<T: Real> Node<T> {
    fn new(plan: &Arc<Plan>) -> Self {
        Self { plan: Arc::clone(plan), tape: Mutex::new(None) }
    }
}

impl<T: Real> CustomOp2 for Node<T> {
    fn name(&self) -> &'static str {
        "network"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, TensorShape)> {
        let [height, width] = super::size_of_planes(x_layout, self.plan.inputs())?;
        let weights = values::<T>(weights, weights_layout)?;
        if weights.len() != self.plan.parameters {
            candle_core::bail!(
                "{} weights for a network of {}",
                weights.len(),
                self.plan.parameters
            );
        }
        let (out, tape) = forward(&self.plan, values(x, x_layout)?, weights, [height, width]);
        *self.tape.lock().unwrap_or_else(PoisonError::into_inner) = Some(tape);
        let shape = (self.plan.outputs(), height, width);
        Ok((T::to_cpu_storage_owned(out), shape.into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        _out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(tape) = tape else {
            candle_core::bail!("a network's gradient was asked for twice");
        };
        let (gx, gw) =
            backward(&self.plan, &tape, &copied(weights)?, &copied(gradient)?, x.track_op());
        let gx = gx.map(|gx| Tensor::from_vec(gx, x.shape(), x.device())).transpose()?;
        Ok((gx, Some(Tensor::from_vec(gw, weights.shape(), weights.device())?)))
    }
}

/// Output planes, and what the gradient needs.
pub(in crate::train) fn forward<T: Real>(
    plan: &Plan,
    x: &[T],
    weights: &[T],
    [height, width]: [usize; 2],
) -> (Vec<T>, Tape<T>) {
    let mut tape = Tape { inputs: Vec::new(), outputs: Vec::new(), affines: Vec::new() };
    let margins = plan.steps.iter().map(|step| step.shape.reach());
    let frame = |margin: usize| Frame { height, width, margin };
    let mut margins = margins.map(frame);
    let mut input = Padded::from_planes(x, margins.next().unwrap_or(frame(0)));
    for step in &plan.steps {
        let mut next = Padded::zeros(step.shape.outputs, margins.next().unwrap_or(frame(0)));
        let (output, affines) = block_forward(step, weights, &input, &mut next);
        tape.inputs.push(std::mem::replace(&mut input, next));
        tape.outputs.push(output);
        tape.affines.push(affines);
    }
    (input.to_planes(), tape)
}

/// Fills `next`, and returns what comes out of the convolution and how it was normalised.
fn block_forward<T: Real>(
    step: &Step,
    weights: &[T],
    input: &Padded<T>,
    next: &mut Padded<T>,
) -> (Padded<T>, Vec<Affine>) {
    let shape = &step.shape;
    let bare = input.frame.with_margin(0);
    let kernels = conv::forward_weights(&weights[step.weight..][..shape.weights()], shape);
    let mut output = Padded::zeros(shape.outputs, bare);
    let mut affines = vec![Affine::NONE; shape.outputs];
    let (frame, next_plane) = (next.frame, next.frame.plane());
    // A few output channels are convolved, measured and normalised while they are in the cache.
    output
        .data
        .par_chunks_mut(OUTPUTS * bare.plane())
        .zip(next.data.par_chunks_mut(OUTPUTS * next_plane))
        .zip(affines.par_chunks_mut(OUTPUTS))
        .zip(kernels.par_chunks_exact(shape.inputs * shape.taps()))
        .enumerate()
        .for_each(|(block, (((output, next), affines), kernels))| {
            let mut bias = [T::ZERO; OUTPUTS];
            if let Some(at) = step.bias {
                let first = at + block * OUTPUTS;
                bias[..affines.len()].copy_from_slice(&weights[first..][..affines.len()]);
            }
            let (kernel, dilation) = (shape.kernel, shape.dilation);
            in_lanes(Correlate {
                input,
                kernel,
                dilation,
                weights: kernels,
                bias,
                out: &mut *output,
            });
            let planes = output.chunks_exact(bare.plane());
            let nexts = next.chunks_exact_mut(next_plane);
            for (lane, ((from, to), affine)) in planes.zip(nexts).zip(affines).enumerate() {
                if let Some(norm) = &step.norm {
                    let channel = block * OUTPUTS + lane;
                    let (mean, variance) = match &norm.frozen {
                        Some(fixed) => fixed[channel],
                        None => norm::mean_and_variance(from, bare),
                    };
                    *affine = Affine::new(norm.weights(weights, channel), mean, variance);
                }
                in_lanes(Activate { from, to, frame, affine, slope: step.slope });
            }
        });
    (output, affines)
}

impl NormStep {
    /// w0, w1, γ and β of a channel.
    pub fn weights<T: Real>(&self, weights: &[T], channel: usize) -> [f64; 4] {
        let [scale, shift] = self.places(channel);
        [self.at, self.at + 1, scale, shift].map(|at| weights[at].wide())
    }

    /// Where γ and β of a channel are.
    pub fn places(&self, channel: usize) -> [usize; 2] {
        [self.at + 2 + channel, self.at + 2 + self.channels + channel]
    }
}

/// Gradients of the input, if it is wanted, and of the weights.
pub(in crate::train) fn backward<T: Real>(
    plan: &Plan,
    tape: &Tape<T>,
    weights: &[T],
    gradient: &[T],
    wants_input: bool,
) -> (Option<Vec<T>>, Vec<T>) {
    let mut gw = vec![T::ZERO; plan.parameters];
    let Some(first) = tape.inputs.first() else { return (None, gw) };
    let bare = first.frame.with_margin(0);
    let mut gz = Padded::from_planes(gradient, bare);
    for (index, step) in plan.steps.iter().enumerate().rev() {
        let shape = &step.shape;
        let (affines, output) = (&tape.affines[index], &tape.outputs[index]);
        let (gy, sums) = activation_gradient(step, weights, &gz, &output.data, affines);
        add_vector_gradients(step, weights, affines, &sums, &mut gw);
        let kernel = &weights[step.weight..][..shape.weights()];
        let (to_weight, to_input) = rayon::join(
            || conv::weight_gradient(&tape.inputs[index], &gy, shape),
            || (index > 0 || wants_input).then(|| conv::input_gradient(&gy, kernel, shape)),
        );
        gw[step.weight..][..shape.weights()].copy_from_slice(&to_weight);
        match to_input {
            Some(to_input) => gz = to_input,
            None => return (None, gw),
        }
    }
    (Some(gz.to_planes()), gw)
}

/// The gradient of what comes out of the convolution, with room for its taps, and its sums.
fn activation_gradient<T: Real>(
    step: &Step,
    weights: &[T],
    gz: &Padded<T>,
    output: &[T],
    affines: &[Affine],
) -> (Padded<T>, Vec<Sums>) {
    let bare = gz.frame;
    let frame = bare.with_margin(step.shape.reach());
    let mut gy = Padded::zeros(step.shape.outputs, frame);
    let planes = gz.data.par_chunks_exact(bare.plane()).zip(output.par_chunks_exact(bare.plane()));
    let sums = gy
        .data
        .par_chunks_exact_mut(frame.plane())
        .zip(planes)
        .zip(affines)
        .enumerate()
        .map(|(channel, ((gy, (gz, y)), affine))| {
            let through = step.through(weights, channel);
            in_lanes(Gradient { gz, y, gy, frame, affine, slope: step.slope, through })
        })
        .collect();
    (gy, sums)
}

impl Step {
    /// `w1·γ` where mean and variance are this image's, otherwise 0.
    fn through<T: Real>(&self, weights: &[T], channel: usize) -> f64 {
        match &self.norm {
            Some(norm) if norm.frozen.is_none() => {
                let [_, w1, scale, _] = norm.weights(weights, channel);
                w1 * scale
            }
            _ => 0.0,
        }
    }
}

/// Gradients of bias, w0, w1, γ and β from each channel's sums.
fn add_vector_gradients<T: Real>(
    step: &Step,
    weights: &[T],
    affines: &[Affine],
    sums: &[Sums],
    gw: &mut [T],
) {
    let (mut g0, mut g1) = (0.0, 0.0);
    for (channel, (affine, sums)) in affines.iter().zip(sums).enumerate() {
        if let Some(at) = step.bias {
            // A bias before per-image statistics passes through w0 alone.
            let through = step.through(weights, channel) * affine.inverse;
            gw[at + channel] = T::of((affine.factor - through) * sums.gradient);
        }
        if let Some(norm) = &step.norm {
            let [_, w1, scale, shift] = norm.weights(weights, channel);
            let normed = affine.inverse * sums.product;
            g0 += sums.product + affine.mean * sums.gradient;
            g1 += scale * normed + shift * sums.gradient;
            let [scale_at, shift_at] = norm.places(channel);
            gw[scale_at] = T::of(w1 * normed);
            gw[shift_at] = T::of(w1 * sums.gradient);
        }
    }
    if let Some(norm) = &step.norm {
        gw[norm.at] = T::of(g0);
        gw[norm.at + 1] = T::of(g1);
    }
}
