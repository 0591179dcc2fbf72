//! Operators before any training, as the authors start them (their `weights_init_identity`).
//!
//! A convolution with as many outputs as inputs or more passes its input on; one with fewer starts
//! with small random weights (Xavier). Normalisations start as the identity, `w0 = 1`, `w1 = 0`.

use super::{
    AdaptiveNorm, Base, Conv, GuidedLayer, Layer, Network, Operator, PhotoCode, Provenance,
    STATISTICS, Sampling, Statistics, Variant,
};
use crate::random::Random;

/// Dilations of Cl's 3x3 convolutions, as in the authors' code.
const DILATIONS: [usize; 6] = [1, 2, 4, 8, 16, 1];
/// Channels of Cl between input and output.
const WIDTH: usize = 24;
/// Channels of the convolutional layer's pointwise network.
const POINTWISE_WIDTH: usize = 32;

impl Operator {
    /// An operator of its variant's usual shape whose weights follow from `seed`. A base, and the
    /// network on top of one, start with small random weights where nothing at all would be trivial.
    pub fn untrained(variant: Variant, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let hidden = if variant == Variant::Dgf { 15 } else { 16 };
        Self {
            title: format!("Untrained {}", variant.name()),
            variant,
            sampling: Sampling::Nearest,
            short_side: 64,
            statistics: Statistics::PerImage,
            base: matches!(variant, Variant::Base | Variant::DgfX).then(|| base(&mut random)),
            network: match variant {
                Variant::Base => Network::default(),
                Variant::DgfX => residual(&mut random),
                _ => network(&mut random),
            },
            guide: match variant {
                Variant::Dgf | Variant::DgfC => Some(guide(&mut random, hidden)),
                _ => None,
            },
            layer: match variant {
                Variant::Base => GuidedLayer::None,
                Variant::DgfX => GuidedLayer::Residual { radius: 1, epsilon: 3e-3 },
                Variant::DgfS | Variant::DgfB => GuidedLayer::Plain { radius: 1, epsilon: 1e-8 },
                Variant::Dgf => GuidedLayer::Plain { radius: 1, epsilon: 1e-4 },
                Variant::DgfCb | Variant::DgfC => GuidedLayer::Convolutional {
                    dilation: 1,
                    mean: vec![1.0; 27],
                    pointwise: pointwise(&mut random),
                },
            },
            clamp: !matches!(variant, Variant::Dgf | Variant::Base | Variant::DgfX),
            strength: 1.0,
            tone: 1.0,
            detail: 1.0,
            provenance: Provenance::default(),
        }
    }
}

fn network(random: &mut Random) -> Network {
    let mut layers = Vec::new();
    let mut inputs = 3;
    for dilation in DILATIONS {
        layers.push(Layer::Conv(conv(random, inputs, WIDTH, 3, dilation, Bias::Absent)));
        layers.push(norm(WIDTH));
        layers.push(Layer::LeakyRelu { slope: 0.2 });
        inputs = WIDTH;
    }
    layers.push(Layer::Conv(conv(random, WIDTH, 3, 1, 1, Bias::Present)));
    Network { layers }
}

/// A local base of rank 2.
fn base(random: &mut Random) -> Base {
    let axes = vec![[0.0; STATISTICS]; 2];
    let mut base = Base::identity(PhotoCode { axes, ..PhotoCode::none() }, true);
    for axis in base.statistics.axes.as_flattened_mut() {
        *axis = random.uniform(-1.0, 1.0);
    }
    base.weights.fill_with(|| random.uniform(-0.02, 0.02) as f32);
    base
}

/// The network of dgf-x, from (Il, Gl) to a residual.
fn residual(random: &mut Random) -> Network {
    let mut layers = Vec::new();
    let mut inputs = 6;
    for dilation in DILATIONS {
        layers.push(Layer::Conv(conv(random, inputs, WIDTH, 3, dilation, Bias::Present)));
        layers.push(Layer::LeakyRelu { slope: 0.2 });
        inputs = WIDTH;
    }
    let mut small = |len: usize| (0..len).map(|_| random.uniform(-0.02, 0.02) as f32).collect();
    layers.push(Layer::GlobalMean { weight: small(WIDTH * WIDTH), bias: small(WIDTH) });
    let (weight, bias) = (small(3 * WIDTH), Some(small(3)));
    let last = Conv { inputs: WIDTH, outputs: 3, kernel: 1, dilation: 1, weight, bias };
    layers.push(Layer::Conv(last));
    Network { layers }
}

fn guide(random: &mut Random, hidden: usize) -> Network {
    Network {
        layers: vec![
            Layer::Conv(conv(random, 3, hidden, 1, 1, Bias::Absent)),
            norm(hidden),
            Layer::LeakyRelu { slope: 0.2 },
            Layer::Conv(conv(random, hidden, 3, 1, 1, Bias::Present)),
        ],
    }
}

fn pointwise(random: &mut Random) -> Network {
    let width = POINTWISE_WIDTH;
    let mut layers = Vec::new();
    for inputs in [6, width] {
        layers.push(Layer::Conv(conv(random, inputs, width, 1, 1, Bias::Absent)));
        layers.push(norm(width));
        layers.push(Layer::LeakyRelu { slope: 0.0 });
    }
    layers.push(Layer::Conv(conv(random, width, 3, 1, 1, Bias::Absent)));
    Network { layers }
}

#[derive(Clone, Copy)]
enum Bias {
    Absent,
    Present,
}

fn conv(
    random: &mut Random,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    dilation: usize,
    bias: Bias,
) -> Conv {
    let taps = kernel * kernel;
    let mut weight = vec![0.0; outputs * inputs * taps];
    if outputs >= inputs {
        for i in 0..inputs {
            weight[(i * inputs + i) * taps + taps / 2] = 1.0;
        }
    } else {
        let bound = (6.0 / ((inputs + outputs) * taps) as f64).sqrt();
        weight.fill_with(|| random.uniform(-bound, bound) as f32);
    }
    let bound = 1.0 / ((inputs * taps) as f64).sqrt();
    let bias = match bias {
        Bias::Absent => None,
        Bias::Present => Some((0..outputs).map(|_| random.uniform(-bound, bound) as f32).collect()),
    };
    Conv { inputs, outputs, kernel, dilation, weight, bias }
}

fn norm(channels: usize) -> Layer {
    Layer::AdaptiveNorm(AdaptiveNorm::none(channels))
}
