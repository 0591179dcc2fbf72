//! Import of checkpoints in the layout of the paper's authors (`lr_net`, `hr_net`, `hr_ad_net`,
//! `conv_hr_net`, `conv_hr_ad_net`), into operators.
//!
//! Their state dicts number the modules of a `Sequential`: convolutions, normalisations and
//! activations in turn. Which of the five variants a checkpoint is follows from its names: `gf.*`
//! is a convolutional layer, `guided_map.*` is F, a network without the prefix `lr.` was trained
//! alone.

use std::collections::BTreeMap;
use std::path::Path;

use super::checkpoint::{self, Tensor};
use super::file::{bytes_of, read_bounded, read_bytes};
use super::{
    AdaptiveNorm, Conv, GuidedLayer, Layer, Network, Operator, OperatorError, Provenance, Sampling,
    Statistics, Variant,
};

/// Dilations of the 3x3 convolutions by depth: the authors' code has six, the paper's table seven.
const DILATIONS_OF_SIX: [usize; 6] = [1, 2, 4, 8, 16, 1];
const DILATIONS_OF_SEVEN: [usize; 7] = [1, 1, 2, 4, 8, 16, 1];

/// Reads a checkpoint as an operator, its statistics per image as in the authors' own results.
///
/// # Errors
/// A sentence for a file that is no such checkpoint. Nothing in the file is ever executed.
pub fn import(path: &Path) -> Result<Operator, OperatorError> {
    let damaged = |reason: String| OperatorError::Damaged { path: path.to_owned(), reason };
    let tensors = checkpoint::tensors(&read_bounded(path)?).map_err(damaged)?;
    let operator = operator_of(tensors, &title_of(path)).map_err(damaged)?;
    // What the reader of filter files would refuse must not come in by this door either.
    read_bytes(&bytes_of(&operator).map_err(damaged)?, path)
}

/// A file's or a folder's name as a title: `auto_ps` → "Auto ps".
pub fn title_from_name(name: &str) -> String {
    let name = name.replace(['_', '-'], " ");
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `auto_ps/conv_hr_ad_net.pth` → "Auto ps"; a file with a name of its own keeps that.
fn title_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.parent().and_then(Path::file_name) {
        Some(folder) if stem.ends_with("_net") || stem.ends_with("_net_latest") => {
            title_from_name(&folder.to_string_lossy())
        }
        _ => title_from_name(&stem),
    }
}

fn operator_of(tensors: BTreeMap<String, Tensor>, title: &str) -> Result<Operator, String> {
    let mut parts = Parts {
        tensors: tensors
            .into_iter()
            .map(|(name, tensor)| match name.strip_prefix("module.") {
                Some(rest) => (rest.to_owned(), tensor),
                None => (name, tensor),
            })
            .collect(),
    };
    let has = |prefix: &str| parts.tensors.keys().any(|name| name.starts_with(prefix));
    let (is_alone, has_layer, has_guide) = (!has("lr."), has("gf."), has("guided_map."));
    let variant = match (is_alone, has_layer, has_guide) {
        (true, false, false) => Variant::DgfS,
        (false, false, false) => Variant::DgfB,
        (false, false, true) => Variant::Dgf,
        (false, true, false) => Variant::DgfCb,
        (false, true, true) => Variant::DgfC,
        _ => return Err("its weights are not those of a deep guided filter".to_owned()),
    };
    let network = parts.network(if is_alone { "" } else { "lr." })?;
    let guide = has_guide.then(|| parts.pointwise("guided_map.", 0.2)).transpose()?;
    let layer = if has_layer {
        GuidedLayer::Convolutional {
            dilation: 1,
            mean: parts.take("gf.box_filter.weight", Some(&[3, 1, 3, 3]))?.data,
            pointwise: parts.pointwise("gf.conv_a.", 0.0)?,
        }
    } else {
        GuidedLayer::Plain { radius: 1, epsilon: if has_guide { 1e-4 } else { 1e-8 } }
    };
    if let Some(name) = parts.tensors.keys().next() {
        return Err(format!(
            "it holds “{}”, which a deep guided filter has not",
            name.escape_debug()
        ));
    }
    Ok(Operator {
        title: title.to_owned(),
        variant,
        sampling: Sampling::Nearest,
        short_side: 64,
        statistics: Statistics::PerImage,
        base: None,
        network,
        guide,
        layer,
        // The CVPR model was trained and published without.
        clamp: variant != Variant::Dgf,
        strength: 1.0,
        tone: 1.0,
        detail: 1.0,
        provenance: Provenance {
            made: Some("Imported from a PyTorch checkpoint.".to_owned()),
            ..Provenance::default()
        },
    })
}

struct Parts {
    tensors: BTreeMap<String, Tensor>,
}

impl Parts {
    fn take(&mut self, name: &str, shape: Option<&[usize]>) -> Result<Tensor, String> {
        let tensor = self.tensors.remove(name).ok_or_else(|| format!("“{name}” is missing"))?;
        if shape.is_some_and(|shape| shape != tensor.shape) {
            return Err(format!("“{name}” has the shape {:?}", tensor.shape));
        }
        Ok(tensor)
    }

    /// Cl: convolutions at 0, 3, 6 …, each with a normalisation and a leaky ReLU of 0.2 behind it,
    /// and a last one without.
    fn network(&mut self, prefix: &str) -> Result<Network, String> {
        let depth = (0..)
            .take_while(|i| self.tensors.contains_key(&format!("{prefix}{}.w_0", 3 * i + 1)))
            .count();
        let dilations: &[usize] = match depth {
            6 => &DILATIONS_OF_SIX,
            7 => &DILATIONS_OF_SEVEN,
            _ => return Err(format!("its network has {depth} wide layers; 6 and 7 are known")),
        };
        let mut layers = Vec::with_capacity(3 * depth + 1);
        for (i, dilation) in dilations.iter().enumerate() {
            layers.push(self.conv(&format!("{prefix}{}", 3 * i), *dilation)?);
            layers.push(self.norm(&format!("{prefix}{}", 3 * i + 1))?);
            layers.push(Layer::LeakyRelu { slope: 0.2 });
        }
        layers.push(self.conv(&format!("{prefix}{}", 3 * depth), 1)?);
        Ok(Network { layers })
    }

    /// F and `conv_a`: the same order with one or two hidden layers.
    fn pointwise(&mut self, prefix: &str, slope: f32) -> Result<Network, String> {
        let mut layers = Vec::new();
        let mut index = 0;
        loop {
            layers.push(self.conv(&format!("{prefix}{index}"), 1)?);
            if !self.tensors.contains_key(&format!("{prefix}{}.w_0", index + 1)) {
                return Ok(Network { layers });
            }
            layers.push(self.norm(&format!("{prefix}{}", index + 1))?);
            layers.push(Layer::LeakyRelu { slope });
            index += 3;
        }
    }

    fn conv(&mut self, name: &str, dilation: usize) -> Result<Layer, String> {
        let weight = self.take(&format!("{name}.weight"), None)?;
        let [outputs, inputs, kernel, width] = *weight.shape.as_slice() else {
            return Err(format!("“{name}.weight” is no convolution"));
        };
        if kernel != width {
            return Err(format!("“{name}.weight” is not square"));
        }
        let bias = format!("{name}.bias");
        let bias = match self.tensors.contains_key(&bias) {
            true => Some(self.take(&bias, Some(&[outputs]))?.data),
            false => None,
        };
        Ok(Layer::Conv(Conv { inputs, outputs, kernel, dilation, weight: weight.data, bias }))
    }

    fn norm(&mut self, name: &str) -> Result<Layer, String> {
        let scale = self.take(&format!("{name}.bn.weight"), None)?;
        let shape = scale.shape;
        let mut take = |part: &str| self.take(&format!("{name}.bn.{part}"), Some(&shape));
        let (shift, mean, variance) = (take("bias")?, take("running_mean")?, take("running_var")?);
        let mut single = |part: &str| -> Result<f32, String> {
            let tensor = self.take(&format!("{name}.{part}"), None)?;
            tensor.data.first().copied().ok_or_else(|| format!("“{name}.{part}” is empty"))
        };
        Ok(Layer::AdaptiveNorm(AdaptiveNorm {
            w0: single("w_0")?,
            w1: single("w_1")?,
            scale: scale.data,
            shift: shift.data,
            mean: mean.data,
            variance: variance.data,
        }))
    }
}
