//! dgf-x, our own variant (LEARNING.md section 4): a small network whose residual, carried by a
//! guided step, is added to what the base makes of a photo. It starts as no change at all.

use std::sync::Arc;

use super::ops::Real;
use super::ops::cross::{Cell, Guide};
use super::ops::network::{self, Plan};
use super::ops::samples::{self, Samples};
use super::weights::{flatten, restore};
use crate::kernel::Planes;
use crate::operator::Conv;
use crate::operator::Layer;
use crate::operator::Network;
use crate::operator::Statistics;
use crate::random::Random;

/// The network of dgf-x, with its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualNet {
    /// `[Il, Gl] − ½` (6 channels) → features: 3x3 convolutions with bias, each with a leaky ReLU.
    pub body: Network,
    /// What the mean of the features over the photo adds to all of them: features → features, 1x1.
    pub whole: Conv,
    /// Features → residual, 1x1, 3 outputs.
    pub out: Conv,
    /// ε of the guided step, in squared values of 0..1.
    pub ridge: f64,
}

/// What a step of dgf-x looks at: a photo at the analysis size, and some of its pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidualLesson {
    /// Il, 3 planes, by [`crate::kernel::sample`]'s rule.
    pub il: Planes,
    /// What the base makes of the same pixels, 3 planes.
    pub gl: Planes,
    /// Pixels of the photo at its full size.
    pub samples: Samples,
}

/// Dilations of the body's convolutions.
const DILATIONS: [usize; 6] = [1, 2, 4, 8, 16, 1];
const WIDTH: usize = 24;
const SLOPE: f32 = 0.2;
const RIDGE: f64 = 3e-3;

impl ResidualNet {
    /// Before any training: random features (He), and a residual of zero.
    pub fn untrained(seed: u64) -> Self {
        let mut random = Random::stream(seed, 0);
        let mut layers = Vec::new();
        let mut inputs = 6;
        for dilation in DILATIONS {
            let deviation = (2.0 / ((1.0 + 0.04) * (9 * inputs) as f64)).sqrt();
            let mut conv = zeros(inputs, WIDTH, 3, dilation);
            conv.weight.fill_with(|| random.normal(0.0, deviation) as f32);
            layers.extend([Layer::Conv(conv), Layer::LeakyRelu { slope: SLOPE }]);
            inputs = WIDTH;
        }
        Self {
            body: Network { layers },
            whole: zeros(WIDTH, WIDTH, 1, 1),
            out: zeros(WIDTH, 3, 1, 1),
            ridge: RIDGE,
        }
    }

    /// All weights as one vector: the body's, then weight and bias of `whole` and of `out`.
    pub fn weights(&self) -> Vec<f32> {
        [flatten(&self.body), flatten(&self.tail())].concat()
    }

    /// The same network with other weights, in the order of [`ResidualNet::weights`].
    ///
    /// # Panics
    /// When there are fewer values than weights.
    #[must_use]
    pub fn with_weights(&self, values: &[f32]) -> Self {
        let (mut body, mut tail) = (self.body.clone(), self.tail());
        let (first, rest) = values.split_at(body.parameters());
        restore(&mut body, first);
        restore(&mut tail, rest);
        let [Layer::Conv(whole), Layer::Conv(out)] = tail.layers.as_slice() else {
            panic!("the tail is two convolutions");
        };
        Self { body, whole: whole.clone(), out: out.clone(), ridge: self.ridge }
    }

    /// The loss on a lesson and its gradient, both in f64, for checks.
    pub fn loss(&self, lesson: &ResidualLesson) -> (f64, Vec<f64>) {
        let weights: Vec<f64> = self.weights().into_iter().map(f64::from).collect();
        ResidualPlan::new(self).loss(&weights, lesson)
    }

    fn tail(&self) -> Network {
        Network { layers: vec![Layer::Conv(self.whole.clone()), Layer::Conv(self.out.clone())] }
    }

    /// M row by row, then c: 12 planes at Il's size.
    pub fn maps(&self, il: &Planes, gl: &Planes) -> Planes {
        let pass = Pass::new(&ResidualPlan::new(self), &self.weights(), il, gl);
        let mut maps = Planes::zeros(12, il.height, il.width);
        for (at, cell) in pass.cells.iter().enumerate() {
            for (plane, value) in cell.iter().enumerate() {
                maps.data[plane * il.area() + at] = *value;
            }
        }
        maps
    }
}

/// A convolution of zeros, with bias.
fn zeros(inputs: usize, outputs: usize, kernel: usize, dilation: usize) -> Conv {
    let weight = vec![0.0; outputs * inputs * kernel * kernel];
    Conv { inputs, outputs, kernel, dilation, weight, bias: Some(vec![0.0; outputs]) }
}

/// What dgf-x consists of, without its weights.
#[derive(Clone, Debug)]
pub(super) struct ResidualPlan {
    body: Arc<Plan>,
    out: Arc<Plan>,
    /// Features.
    width: usize,
    ridge: f64,
}

impl ResidualPlan {
    pub fn new(net: &ResidualNet) -> Self {
        let plan = |network: &Network| Arc::new(Plan::new(network, Statistics::Frozen));
        Self {
            body: plan(&net.body),
            out: plan(&Network { layers: vec![Layer::Conv(net.out.clone())] }),
            width: net.whole.outputs,
            ridge: net.ridge,
        }
    }

    /// The loss of some weights on a lesson, and its gradient.
    pub fn loss<T: Real>(&self, weights: &[T], lesson: &ResidualLesson) -> (f64, Vec<T>) {
        let pass = Pass::new(self, weights, &lesson.il, &lesson.gl);
        let (loss, gradient) = samples::loss(&pass.cells, pass.size, &lesson.samples);
        (loss, pass.gradient(self, weights, &gradient))
    }

    /// Weight and bias of `whole`, then those of `out`.
    fn tail<'a, T>(&self, weights: &'a [T]) -> [&'a [T]; 4] {
        let (whole, rest) = weights[self.body.parameters()..].split_at(self.width * self.width);
        let (shift, rest) = rest.split_at(self.width);
        let (out, bias) = rest.split_at(3 * self.width);
        [whole, shift, out, bias]
    }
}

/// A forward pass, and what its gradient needs.
struct Pass<T: Real> {
    size: [usize; 2],
    body: network::Tape<T>,
    out: network::Tape<T>,
    /// Weight and bias of `out`, the mean's share in the bias.
    out_weights: Vec<T>,
    /// Mean of the features over the photo, and what it adds to them.
    mean: Vec<T>,
    shift: Vec<T>,
    guide: Guide,
    cells: Vec<Cell<T>>,
}

impl<T: Real> Pass<T> {
    fn new(plan: &ResidualPlan, weights: &[T], il: &Planes, gl: &Planes) -> Self {
        let size = [il.height, il.width];
        let gl: Vec<T> = gl.data.iter().map(|value| T::of(f64::from(*value))).collect();
        let centred = |value: T| value - T::of(0.5);
        let il = il.data.iter().map(|value| T::of(f64::from(*value)));
        let input: Vec<T> = il.chain(gl.iter().copied()).map(centred).collect();
        let (features, body) =
            network::forward(&plan.body, &input, &weights[..plan.body.parameters()], size);
        let mean: Vec<T> = features.chunks_exact(size[0] * size[1]).map(mean_of).collect();
        let [whole, bias, out, out_bias] = plan.tail(weights);
        let shift: Vec<T> = whole
            .chunks_exact(plan.width)
            .zip(bias)
            .map(|(row, bias)| dot(row, &mean) + *bias)
            .collect();
        // out·(features + shift) + bias = out·features + (out·shift + bias)
        let mut out_weights = out.to_vec();
        let shifted = out.chunks_exact(plan.width).zip(out_bias);
        out_weights.extend(shifted.map(|(row, bias)| dot(row, &shift) + *bias));
        let (residual, out) = network::forward(&plan.out, &features, &out_weights, size);
        let guide = Guide::new(&gl, size, plan.ridge);
        let cells = guide.solve(&residual);
        Self { size, body, out, out_weights, mean, shift, guide, cells }
    }

    /// The gradient of all weights from that of M and c.
    fn gradient(&self, plan: &ResidualPlan, weights: &[T], gradient: &[Cell<T>]) -> Vec<T> {
        let width = plan.width;
        let to_residual = self.guide.adjoint(gradient);
        let (to_features, to_out) =
            network::backward(&plan.out, &self.out, &self.out_weights, &to_residual, true);
        let mut to_features = to_features.unwrap_or_default();
        let (to_out, to_out_bias) = to_out.split_at(3 * width);
        let [whole, _, out, _] = plan.tail(weights);
        // The bias of `out` was out·shift + bias.
        let mut to_out = to_out.to_vec();
        let mut to_shift = vec![T::ZERO; width];
        for ((to_row, row), to_bias) in
            to_out.chunks_exact_mut(width).zip(out.chunks_exact(width)).zip(to_out_bias)
        {
            add(to_row, &self.shift, *to_bias);
            add(&mut to_shift, row, *to_bias);
        }
        let mut to_whole = vec![T::ZERO; width * width];
        let mut to_mean = vec![T::ZERO; width];
        for ((to_row, row), to_shift) in
            to_whole.chunks_exact_mut(width).zip(whole.chunks_exact(width)).zip(&to_shift)
        {
            add(to_row, &self.mean, *to_shift);
            add(&mut to_mean, row, *to_shift);
        }
        let area = self.size[0] * self.size[1];
        for (plane, to_mean) in to_features.chunks_exact_mut(area).zip(&to_mean) {
            let each = *to_mean / T::of(area as f64);
            plane.iter_mut().for_each(|value| *value += each);
        }
        let body = &weights[..plan.body.parameters()];
        let (_, to_body) = network::backward(&plan.body, &self.body, body, &to_features, false);
        [to_body, to_whole, to_shift, to_out, to_out_bias.to_vec()].concat()
    }
}

fn mean_of<T: Real>(plane: &[T]) -> T {
    T::of(plane.iter().map(|value| value.wide()).sum::<f64>() / plane.len() as f64)
}

fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).map(|(a, b)| *a * *b).sum()
}

/// `to += factor · values`.
fn add<T: Real>(to: &mut [T], values: &[T], factor: T) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += factor * *value;
    }
}

impl ResidualLesson {
    /// The photo as in a mirror.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let mirror = |planes: &Planes| {
            let mut planes = planes.clone();
            planes.data.chunks_exact_mut(planes.width).for_each(<[f32]>::reverse);
            planes
        };
        let mut samples = self.samples.clone();
        let last = samples.size[1].saturating_sub(1) as u32;
        samples.sites.iter_mut().for_each(|[_, x]| *x = last - *x);
        Self { il: mirror(&self.il), gl: mirror(&self.gl), samples }
    }
}
