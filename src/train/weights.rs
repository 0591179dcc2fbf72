//! A network's weights as one vector, in the order in which [`super::ops::network`] reads them.

use crate::operator::Layer;
use crate::operator::Network;

/// All weights, layer by layer: a convolution's weight and bias, a normalisation's w0, w1, γ, β.
pub fn flatten(network: &Network) -> Vec<f32> {
    let mut values = Vec::with_capacity(network.parameters());
    for layer in &network.layers {
        match layer {
            Layer::Conv(conv) => {
                values.extend(&conv.weight);
                values.extend(conv.bias.iter().flatten());
            }
            Layer::AdaptiveNorm(norm) => {
                values.extend([norm.w0, norm.w1]);
                values.extend(norm.scale.iter().chain(&norm.shift));
            }
            Layer::GlobalMean { weight, bias } => values.extend(weight.iter().chain(bias)),
            Layer::LeakyRelu { .. } => {}
        }
    }
    values
}

/// Puts `values` back where [`flatten`] took them from.
///
/// # Panics
/// When there are fewer values than weights.
pub fn restore(network: &mut Network, values: &[f32]) {
    let mut rest = values;
    let mut put = |to: &mut [f32]| {
        let (values, others) = rest.split_at(to.len());
        to.copy_from_slice(values);
        rest = others;
    };
    for layer in &mut network.layers {
        match layer {
            Layer::Conv(conv) => {
                put(&mut conv.weight);
                if let Some(bias) = &mut conv.bias {
                    put(bias);
                }
            }
            Layer::AdaptiveNorm(norm) => {
                put(std::slice::from_mut(&mut norm.w0));
                put(std::slice::from_mut(&mut norm.w1));
                put(&mut norm.scale);
                put(&mut norm.shift);
            }
            Layer::GlobalMean { weight, bias } => {
                put(weight);
                put(bias);
            }
            Layer::LeakyRelu { .. } => {}
        }
    }
}
