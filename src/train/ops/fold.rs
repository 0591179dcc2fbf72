//! F folded with a photo's moments into one pointwise pass, and the way back for gradients.
//!
//! F's first layer is linear, so mean and variance of each hidden channel over the whole photo
//! follow from the nine moments of its colours: `W·μ`, `diag(W·Σ·Wᵀ)`. They are functions of the
//! weights, and the gradient goes through them.

use super::Real;
use super::network::Plan;
use super::norm::Affine;
use crate::kernel::moments::Moments;

/// F for one photo: `h = input·(I, 1)`, `G = Σ output·leaky(h) + bias`.
#[derive(Clone, Debug)]
pub struct Folded<T> {
    /// The hidden channels.
    pub hidden: Vec<Hidden<T>>,
    /// Everything that is linear in I, as in [`crate::kernel::guide`]: for each output the weights
    /// of red, green and blue, and what is added.
    pub linear: [[T; 4]; 3],
    /// Factor of negative values.
    pub slope: T,
}

/// A hidden channel of F.
#[derive(Clone, Copy, Debug)]
pub struct Hidden<T> {
    /// Weights of red, green and blue, and what is added.
    pub input: [T; 4],
    /// Weights in the three outputs.
    pub output: [T; 3],
    /// The same, times ½(1 − slope): the weights of |h| beside [`Folded::linear`].
    pub size: [T; 3],
}

/// Gradients of what [`Folded`] holds.
#[derive(Clone, Debug, Default)]
pub struct FoldedGradient {
    /// Of each hidden channel's input (4) and output (3).
    pub hidden: Vec<[f64; 7]>,
    /// Of the outputs' bias.
    pub bias: [f64; 3],
}

/// Folds F with these weights for a photo with these moments.
///
/// # Panics
/// When the plan has not F's two blocks, which the reader of filter files sees to.
pub fn fold<T: Real>(plan: &Plan, weights: &[T], moments: &Moments) -> Folded<T> {
    let [_, last] = plan.steps.as_slice() else { panic!("F has two convolutions") };
    let slope = plan.steps[0].slope;
    let channels = plan.steps[0].shape.outputs;
    let mut linear = [[0.0; 4]; 3];
    if let Some(at) = last.bias {
        for (row, bias) in linear.iter_mut().zip(&weights[at..]) {
            row[3] = bias.wide();
        }
    }
    let mut hidden = Vec::with_capacity(channels);
    for channel in 0..channels {
        let unit = Unit::new(plan, weights, moments, channel);
        let [r, g, b] = unit.weight.map(|weight| unit.affine.factor * weight);
        let input = [r, g, b, unit.affine.term];
        let output = [0, 1, 2].map(|i| weights[last.weight + i * channels + channel].wide());
        for (row, weight) in linear.iter_mut().zip(output) {
            for (sum, input) in row.iter_mut().zip(input) {
                *sum += 0.5 * (1.0 + slope) * weight * input;
            }
        }
        hidden.push(Hidden {
            input: input.map(T::of),
            output: output.map(T::of),
            size: output.map(|weight| T::of(0.5 * (1.0 - slope) * weight)),
        });
    }
    Folded { hidden, linear: linear.map(|row| row.map(T::of)), slope: T::of(slope) }
}

/// The gradient of F's weights, in their order, from that of the folded F.
pub fn unfold<T: Real>(
    plan: &Plan,
    weights: &[T],
    moments: &Moments,
    gradient: &FoldedGradient,
) -> Vec<T> {
    let mut out = vec![0.0; plan.parameters()];
    let [first, last] = plan.steps.as_slice() else { panic!("F has two convolutions") };
    let channels = first.shape.outputs;
    if let Some(at) = last.bias {
        out[at..at + 3].copy_from_slice(&gradient.bias);
    }
    for (channel, [r, g, b, term, outputs @ ..]) in gradient.hidden.iter().enumerate() {
        for (i, gradient) in outputs.iter().enumerate() {
            out[last.weight + i * channels + channel] = *gradient;
        }
        let unit = Unit::new(plan, weights, moments, channel);
        let to_weight = &mut out[first.weight + 3 * channel..][..3];
        let input = [*r, *g, *b];
        for (to, gradient) in to_weight.iter_mut().zip(input) {
            *to = unit.affine.factor * gradient;
        }
        let Some(norm) = &first.norm else { continue };
        // factor = w0 + w1·γ·inverse, term = w1·(β − γ·inverse·mean)
        let [_, w1, scale, shift] = norm.weights(weights, channel);
        let Affine { mean, inverse, .. } = unit.affine;
        let gain = scale * inverse;
        let factor: f64 = input.iter().zip(unit.weight).map(|(g, weight)| g * weight).sum();
        let to_gain = w1 * (factor - term * mean);
        if norm.frozen.is_none() {
            let to_mean = -term * w1 * gain;
            let to_variance = -0.5 * inverse.powi(3) * to_gain * scale;
            for (i, to) in to_weight.iter_mut().enumerate() {
                let row = moments.covariance[i].iter().zip(unit.weight);
                let along: f64 = row.map(|(covariance, weight)| covariance * weight).sum();
                *to += to_mean * moments.mean[i] + 2.0 * to_variance * along;
            }
        }
        out[norm.at] += factor;
        out[norm.at + 1] += factor * gain + term * (shift - gain * mean);
        let [scale_at, shift_at] = norm.places(channel);
        out[scale_at] = to_gain * inverse;
        out[shift_at] = term * w1;
    }
    out.into_iter().map(T::of).collect()
}

/// A hidden channel: its weights and its normalisation for these moments.
struct Unit {
    weight: [f64; 3],
    affine: Affine,
}

impl Unit {
    fn new<T: Real>(plan: &Plan, weights: &[T], moments: &Moments, channel: usize) -> Self {
        let first = &plan.steps[0];
        let weight = [0, 1, 2].map(|i| weights[first.weight + 3 * channel + i].wide());
        let Some(norm) = &first.norm else { return Self { weight, affine: Affine::NONE } };
        let (mean, variance) = match &norm.frozen {
            Some(fixed) => fixed[channel],
            None => {
                let dot =
                    |row: &[f64; 3]| -> f64 { row.iter().zip(weight).map(|(a, b)| a * b).sum() };
                let along = moments.covariance.each_ref().map(dot);
                (dot(&moments.mean), dot(&along).max(0.0))
            }
        };
        Self { weight, affine: Affine::new(norm.weights(weights, channel), mean, variance) }
    }
}
