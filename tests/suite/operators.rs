//! Made-up operators of all variants, for tests that stand alone.

use understudy::operator::{
    AdaptiveNorm, Base, Conv, GuidedLayer, Layer, Network, Operator, Provenance, Sampling,
    Statistics, Variant,
};

/// Numbers in -1..1 from a seed, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn values(&mut self, len: usize, scale: f32) -> Vec<f32> {
        (0..len).map(|_| self.next() * scale).collect()
    }

    /// Near the identity, so that pictures stay pictures.
    fn conv(&mut self, inputs: usize, outputs: usize, kernel: usize, dilation: usize) -> Layer {
        let taps = kernel * kernel;
        let scale = 0.7 / ((inputs * taps) as f32).sqrt();
        let mut weight = self.values(outputs * inputs * taps, scale);
        for i in 0..inputs.min(outputs) {
            weight[(i * inputs + i) * taps + taps / 2] += 0.8;
        }
        let bias = (kernel == 1).then(|| self.values(outputs, 0.1));
        Layer::Conv(Conv { inputs, outputs, kernel, dilation, weight, bias })
    }

    fn norm(&mut self, channels: usize) -> Layer {
        Layer::AdaptiveNorm(AdaptiveNorm {
            w0: 0.8 + 0.1 * self.next(),
            w1: 0.1 * self.next(),
            scale: self.values(channels, 1.0),
            shift: self.values(channels, 0.3),
            mean: self.values(channels, 0.3),
            variance: self.values(channels, 0.2).iter().map(|v| v.abs() + 0.05).collect(),
        })
    }

    fn network(&mut self) -> Network {
        let mut layers = Vec::new();
        let mut channels = 3;
        for dilation in [1, 2, 4, 8, 16, 1] {
            layers.push(self.conv(channels, 24, 3, dilation));
            layers.push(self.norm(24));
            layers.push(Layer::LeakyRelu { slope: 0.2 });
            channels = 24;
        }
        layers.push(self.conv(24, 3, 1, 1));
        Network { layers }
    }

    fn guide(&mut self, hidden: usize) -> Network {
        let Layer::Conv(mut first) = self.conv(3, hidden, 1, 1) else { unreachable!() };
        first.bias = None;
        let norm = self.norm(hidden);
        let last = self.conv(hidden, 3, 1, 1);
        Network { layers: vec![Layer::Conv(first), norm, Layer::LeakyRelu { slope: 0.2 }, last] }
    }

    fn pointwise(&mut self) -> Network {
        let mut layers = Vec::new();
        for (inputs, outputs) in [(6, 32), (32, 32), (32, 3)] {
            let Layer::Conv(mut conv) = self.conv(inputs, outputs, 1, 1) else { unreachable!() };
            conv.bias = None;
            layers.push(Layer::Conv(conv));
            if outputs == 32 {
                layers.push(self.norm(32));
                layers.push(Layer::LeakyRelu { slope: 0.0 });
            }
        }
        Network { layers }
    }
}

/// A base, one of colour alone, and a dgf-x, with weights that bend colours visibly.
pub fn own_operators() -> Vec<Operator> {
    let base = Operator::untrained(Variant::Base, 3);
    let mut colour = base.clone();
    colour.title = "Random colour base".to_owned();
    if let Some(base) = &mut colour.base {
        base.local = false;
        base.weights.truncate(3 * Base::features(base.statistics.axes.len(), false));
    }
    vec![base, colour, Operator::untrained(Variant::DgfX, 4)]
}

/// One operator of each of the paper's variants.
pub fn random_operators() -> Vec<Operator> {
    let mut random = Random(7);
    Variant::ALL.map(|variant| random_operator(&mut random, variant)).to_vec()
}

fn random_operator(random: &mut Random, variant: Variant) -> Operator {
    let layer = match variant {
        Variant::DgfS | Variant::DgfB => GuidedLayer::Plain { radius: 1, epsilon: 1e-8 },
        Variant::Dgf => GuidedLayer::Plain { radius: 1, epsilon: 1e-4 },
        Variant::DgfCb | Variant::DgfC => GuidedLayer::Convolutional {
            dilation: 1,
            mean: random.values(27, 0.4).iter().map(|v| 1.0 + v).collect(),
            pointwise: random.pointwise(),
        },
        Variant::Base | Variant::DgfX => unreachable!("made by `own_operators`"),
    };
    Operator {
        title: format!("Random {}", variant.name()),
        variant,
        sampling: Sampling::Nearest,
        short_side: 64,
        statistics: Statistics::PerImage,
        base: None,
        network: random.network(),
        guide: match variant {
            Variant::Dgf => Some(random.guide(15)),
            Variant::DgfC => Some(random.guide(16)),
            _ => None,
        },
        layer,
        clamp: variant != Variant::Dgf,
        strength: 1.0,
        tone: 1.0,
        detail: 1.0,
        provenance: Provenance::default(),
    }
}
