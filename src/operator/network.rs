//! Networks as data: lists of layers with their weights.

/// A list of layers, run one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// The layers, first to last.
    pub layers: Vec<Layer>,
}

/// A convolution with what follows it, as kernels run it: one pass each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block<'a> {
    /// The convolution.
    pub conv: &'a Conv,
    /// The normalisation behind it.
    pub norm: Option<&'a AdaptiveNorm>,
    /// `max(x, slope·x)` behind that; 1 where there is no activation.
    pub slope: f32,
    /// Weight and bias of a [`Layer::GlobalMean`] behind that.
    pub whole: Option<(&'a [f32], &'a [f32])>,
}

/// One layer of a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A convolution.
    Conv(Conv),
    /// Adaptive normalisation.
    AdaptiveNorm(AdaptiveNorm),
    /// A pointwise map of the means over the whole of Il, added to every pixel:
    /// `y[o](p) = x[o](p) + bias[o] + Σ_i weight[o][i]·mean(x[i])`.
    GlobalMean {
        /// `[channels][channels]`, outputs first.
        weight: Vec<f32>,
        /// `[channels]`.
        bias: Vec<f32>,
    },
    /// `max(x, slope·x)`; slope 0 is ReLU.
    LeakyRelu {
        /// Factor of negative values, 0 ≤ slope < 1.
        slope: f32,
    },
}

/// A convolution with a square kernel, stride 1, zero padding that keeps the size.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Width and height of the kernel: 1 or 3.
    pub kernel: usize,
    /// Distance between taps.
    pub dilation: usize,
    /// `[outputs][inputs][kernel][kernel]`.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Option<Vec<f32>>,
}

/// `w0·x + w1·BN(x)` (Chen et al. 2017), one `w0` and `w1` for all channels.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveNorm {
    /// Weight of the input.
    pub w0: f32,
    /// Weight of the normalised input.
    pub w1: f32,
    /// γ, a factor for each channel.
    pub scale: Vec<f32>,
    /// β, added to each channel.
    pub shift: Vec<f32>,
    /// Stored means, used with [`Statistics::Frozen`](super::Statistics::Frozen).
    pub mean: Vec<f32>,
    /// Stored variances.
    pub variance: Vec<f32>,
}

impl AdaptiveNorm {
    /// Added to the variance before the square root.
    pub const EPSILON: f64 = 1e-3;

    /// One that passes its input on: how training starts.
    pub fn none(channels: usize) -> Self {
        Self {
            w0: 1.0,
            w1: 0.0,
            scale: vec![1.0; channels],
            shift: vec![0.0; channels],
            mean: vec![0.0; channels],
            variance: vec![1.0; channels],
        }
    }

    /// The whole layer as `x·factor + term` for `channel`, given that channel's mean and variance.
    pub fn affine(&self, channel: usize, mean: f64, variance: f64) -> (f64, f64) {
        let (w0, w1) = (f64::from(self.w0), f64::from(self.w1));
        let gain = f64::from(self.scale[channel]) / (variance + Self::EPSILON).sqrt();
        (w0 + w1 * gain, w1 * (f64::from(self.shift[channel]) - gain * mean))
    }
}

impl Network {
    /// The network as blocks; None where a normalisation or an activation has no convolution before
    /// it, or stands in another order.
    pub fn blocks(&self) -> Option<Vec<Block<'_>>> {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        for layer in &self.layers {
            match layer {
                Layer::Conv(conv) => {
                    blocks.push(Block { conv, norm: None, slope: 1.0, whole: None });
                }
                Layer::AdaptiveNorm(norm) => {
                    let block = blocks.last_mut()?;
                    if block.norm.is_some() || block.slope != 1.0 || block.whole.is_some() {
                        return None;
                    }
                    block.norm = Some(norm);
                }
                Layer::LeakyRelu { slope } => {
                    let block = blocks.last_mut()?;
                    if block.slope != 1.0 || block.whole.is_some() {
                        return None;
                    }
                    block.slope = *slope;
                }
                Layer::GlobalMean { weight, bias } => {
                    let block = blocks.last_mut()?;
                    if block.whole.is_some() {
                        return None;
                    }
                    block.whole = Some((weight, bias));
                }
            }
        }
        (!blocks.is_empty()).then_some(blocks)
    }

    /// Multiplications for each pixel.
    pub fn work(&self) -> usize {
        self.convs().map(|conv| conv.weight.len()).sum()
    }

    /// Channels that go in; 0 for a network without a convolution.
    pub fn inputs(&self) -> usize {
        self.convs().next().map_or(0, |conv| conv.inputs)
    }

    /// Channels that come out; 0 for a network without a convolution.
    pub fn outputs(&self) -> usize {
        self.convs().last().map_or(0, |conv| conv.outputs)
    }

    /// Number of trained values.
    pub fn parameters(&self) -> usize {
        let count = |layer: &Layer| match layer {
            Layer::Conv(conv) => conv.weight.len() + conv.bias.as_ref().map_or(0, Vec::len),
            Layer::AdaptiveNorm(norm) => 2 + norm.scale.len() + norm.shift.len(),
            Layer::GlobalMean { weight, bias } => weight.len() + bias.len(),
            Layer::LeakyRelu { .. } => 0,
        };
        self.layers.iter().map(count).sum()
    }

    fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Conv(conv) => Some(conv),
            _ => None,
        })
    }
}
