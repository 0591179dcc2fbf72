//! Runs lists of layers: Cl, F at low resolution, the layer's pointwise network.

use super::{Planes, conv, norm};
use crate::operator::{Layer, Network, Statistics};

/// The network's output for `input`.
pub fn run(network: &Network, input: &Planes, statistics: Statistics) -> Planes {
    let mut planes: Option<Planes> = None;
    let mut layers = network.layers.iter().peekable();
    while let Some(layer) = layers.next() {
        match layer {
            Layer::Conv(layer) => {
                planes = Some(conv::conv(planes.as_ref().unwrap_or(input), layer));
            }
            Layer::AdaptiveNorm(norm) => {
                let slope = match layers.peek() {
                    Some(Layer::LeakyRelu { slope }) => {
                        layers.next();
                        *slope
                    }
                    _ => 1.0,
                };
                let planes = planes.get_or_insert_with(|| input.clone());
                norm::adaptive_norm(planes, norm, statistics, slope);
            }
            Layer::LeakyRelu { slope } => {
                for value in &mut planes.get_or_insert_with(|| input.clone()).data {
                    *value = value.max(slope * *value);
                }
            }
        }
    }
    planes.unwrap_or_else(|| input.clone())
}
