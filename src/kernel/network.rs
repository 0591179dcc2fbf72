//! Runs networks: Cl, F at low resolution, the layer's pointwise network.

use super::{Planes, conv, global_mean, norm};
use crate::operator::{Network, Statistics};

/// The network's output for `input`.
///
/// # Panics
/// When the network is no list of blocks, which the reader of filter files sees to.
pub fn run(network: &Network, input: &Planes, statistics: Statistics) -> Planes {
    let blocks = network.blocks().expect("a network is a list of blocks");
    let mut planes: Option<Planes> = None;
    let mut room = conv::Room::default();
    for block in blocks {
        let mut output = conv::conv(planes.as_ref().unwrap_or(input), block.conv, &mut room);
        match block.norm {
            Some(layer) => norm::adaptive_norm(&mut output, layer, statistics, block.slope),
            None => norm::leaky(&mut output, block.slope),
        }
        if let Some((weight, bias)) = block.whole {
            global_mean::add(&mut output, weight, bias);
        }
        room.spare = planes.replace(output).map_or_else(Vec::new, |planes| planes.data);
    }
    planes.expect("a network has a block")
}
