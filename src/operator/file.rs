//! The filter file: a `.safetensors` file whose metadata holds the spec.
//!
//! Tensors are named after their place in the spec, so a file has exactly one reading:
//! `network.{i}.weight`, `.bias` for a convolution; `.w0`, `.w1`, `.scale`, `.shift`, `.mean`,
//! `.variance` for a normalisation; the same under `guide` and `layer.pointwise`; `layer.mean`.
//! All are f32. Everything is bounded before memory is taken for it, and nothing is executed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::atomic::Draft;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::spec::{FORMAT, GuidedSpec, LayerSpec, Spec, newer_part};
use super::{
    AdaptiveNorm, Conv, GuidedLayer, Layer, Network, Operator, OperatorError, Tuning, Variant,
};

/// Largest file that is read, in bytes: five hundred times that of the paper's networks.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Largest weight or statistic: beyond it sums overflow.
const VALUE_MAX: f32 = 1e9;
const LAYERS_MAX: usize = 64;
const CHANNELS_MAX: usize = 128;
const DILATION_MAX: usize = 64;
/// Multiplications for each pixel of Il: twenty times those of the paper's networks, so that the
/// largest Il takes seconds and not minutes.
const WORK_MAX: usize = 600_000;
const METADATA_KEY: &str = "understudy";

/// Reads a filter from its file.
///
/// # Errors
/// A sentence for a file that is missing, damaged, absurd or newer than this program.
pub fn read(path: &Path) -> Result<Operator, OperatorError> {
    read_bytes(&read_bounded(path)?, path)
}

/// Reads a filter from bytes; `path` is only named in errors.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(bytes: &[u8], path: &Path) -> Result<Operator, OperatorError> {
    let damaged = |reason: String| OperatorError::Damaged { path: path.to_owned(), reason };
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|error| damaged(format!("it is no intact safetensors file ({error})")))?;
    let text = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(METADATA_KEY))
        .ok_or_else(|| damaged("it holds weights but no Understudy spec".to_owned()))?;
    let json: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| damaged(format!("its spec is no JSON ({error})")))?;
    if let Some(what) = newer_part(&json) {
        return Err(OperatorError::Newer { path: path.to_owned(), what });
    }
    if json.get("format").and_then(serde_json::Value::as_u64) != Some(u64::from(FORMAT)) {
        return Err(damaged("its format has no valid number".to_owned()));
    }
    let spec: Spec = serde_json::from_value(json)
        .map_err(|error| damaged(format!("its spec cannot be understood ({error})")))?;
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|error| damaged(format!("it is no intact safetensors file ({error})")))?;
    let mut reader = Reader { tensors, taken: BTreeSet::new() };
    let operator = reader.operator(spec).map_err(damaged)?;
    reader.nothing_left().map_err(damaged)?;
    Ok(operator)
}

/// Writes a filter to `path`: to a temporary file beside it first, so that a crash leaves no half.
///
/// # Errors
/// A sentence when the file exists and `overwrite` is not asked for, or cannot be written.
pub fn write(operator: &Operator, path: &Path, overwrite: bool) -> Result<(), OperatorError> {
    let failed = |reason: String| OperatorError::Write { path: path.to_owned(), reason };
    let bytes = bytes_of(operator).map_err(failed)?;
    let draft = Draft::beside(path).map_err(|error| failed(error.to_string()))?;
    draft.file().write_all(&bytes).map_err(|error| failed(error.to_string()))?;
    draft.finish(path, overwrite).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            failed("a file of that name exists, and replacing it was not asked for".to_owned())
        }
        _ => failed(error.to_string()),
    })
}

/// The whole file, refused before memory is taken when it is absurdly large.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, OperatorError> {
    let failed = |source| OperatorError::Read { path: path.to_owned(), source };
    // A pipe would be waited for, a device read without end.
    let meta = fs::metadata(path).map_err(failed)?;
    if !meta.is_file() {
        let reason = if meta.is_dir() { "it is a folder" } else { "it is no ordinary file" };
        return Err(OperatorError::Damaged { path: path.to_owned(), reason: reason.to_owned() });
    }
    let file = fs::File::open(path).map_err(failed)?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(OperatorError::Damaged {
            path: path.to_owned(),
            reason: format!(
                "it is {} MiB large, a filter at most {}",
                meta.len() >> 20,
                FILE_BYTES_MAX >> 20
            ),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Text from a file, as it may be shown: without control characters, of bounded length.
fn shown(text: &str, len_max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(len_max).collect()
}

/// Whether a window at some border sees weights that sum to nothing.
fn has_empty_window(kernel: &[f32; 9]) -> bool {
    // Rows and columns that are inside: all, without the first, without the last, the middle one.
    let parts = [0..3, 1..3, 0..2, 1..2];
    parts.iter().any(|rows| {
        parts.iter().any(|columns| {
            let inside = rows.clone().flat_map(|y| columns.clone().map(move |x| 3 * y + x));
            inside.map(|tap| kernel[tap]).sum::<f32>().abs() < 1e-6
        })
    })
}

struct Reader<'a> {
    tensors: SafeTensors<'a>,
    taken: BTreeSet<String>,
}

impl Reader<'_> {
    fn operator(&mut self, spec: Spec) -> Result<Operator, String> {
        let short_side = spec.sampling.short_side;
        if !Tuning::SHORT_SIDE.contains(&short_side) {
            return Err(format!("its analysis size is {short_side}"));
        }
        let network = self.network("network", &spec.network, 3)?;
        let guide = spec.guide.as_ref().map(|layers| self.guide("guide", layers)).transpose()?;
        let layer = match &spec.layer {
            GuidedSpec::Plain { radius, epsilon } => {
                if !Tuning::EPSILON.contains(epsilon) {
                    return Err(format!("its ε is {epsilon}"));
                }
                GuidedLayer::Plain { radius: *radius, epsilon: *epsilon }
            }
            GuidedSpec::Convolutional { dilation, pointwise } => {
                let mean = self.take("layer.mean", 27)?;
                if mean.as_chunks::<9>().0.iter().any(has_empty_window) {
                    return Err("the kernel of its mean sums to zero".to_owned());
                }
                let pointwise = self.pointwise("layer.pointwise", pointwise, 6)?;
                GuidedLayer::Convolutional { dilation: *dilation, mean, pointwise }
            }
        };
        let (GuidedLayer::Plain { radius, .. }
        | GuidedLayer::Convolutional { dilation: radius, .. }) = layer;
        if !(1..=Tuning::RADIUS_MAX).contains(&radius) {
            return Err(format!("its radius is {radius}"));
        }
        if !(0.0..=1.0).contains(&spec.defaults.strength) {
            return Err(format!("its strength is {}", spec.defaults.strength));
        }
        let is_learned = guide.is_some();
        let fits = match (&layer, spec.variant) {
            (GuidedLayer::Plain { .. }, Variant::DgfS | Variant::DgfB)
            | (GuidedLayer::Convolutional { .. }, Variant::DgfCb) => !is_learned,
            (GuidedLayer::Plain { .. }, Variant::Dgf)
            | (GuidedLayer::Convolutional { .. }, Variant::DgfC) => is_learned,
            _ => false,
        };
        if !fits {
            return Err(format!("its layers are not those of {}", spec.variant.name()));
        }
        Ok(Operator {
            title: shown(&spec.title, 80),
            variant: spec.variant,
            sampling: spec.sampling.method,
            short_side,
            statistics: spec.statistics,
            network,
            guide,
            layer,
            clamp: spec.clamp,
            strength: spec.defaults.strength,
            provenance: spec.provenance.map_text(|text| shown(text, 1000)),
        })
    }

    /// A list of layers whose channels follow from `inputs` and end at 3.
    fn network(
        &mut self,
        name: &str,
        specs: &[LayerSpec],
        inputs: usize,
    ) -> Result<Network, String> {
        if specs.is_empty() || specs.len() > LAYERS_MAX {
            return Err(format!("“{name}” has {} layers", specs.len()));
        }
        let mut channels = inputs;
        let mut layers = Vec::with_capacity(specs.len());
        for (index, spec) in specs.iter().enumerate() {
            let (layer, outputs) = self.layer(&format!("{name}.{index}"), spec, channels)?;
            channels = outputs;
            layers.push(layer);
        }
        if channels != 3 {
            return Err(format!("“{name}” ends with {channels} channels instead of 3"));
        }
        let network = Network { layers };
        if network.blocks().is_none() {
            return Err(format!("“{name}” has an order of layers that cannot be run"));
        }
        if network.work() > WORK_MAX {
            return Err(format!("“{name}” has more weights than a filter needs"));
        }
        Ok(network)
    }

    fn pointwise(
        &mut self,
        name: &str,
        specs: &[LayerSpec],
        inputs: usize,
    ) -> Result<Network, String> {
        let network = self.network(name, specs, inputs)?;
        let is_wide = |layer: &Layer| matches!(layer, Layer::Conv(conv) if conv.kernel != 1);
        if network.layers.iter().any(is_wide) {
            return Err(format!("“{name}” must look at one pixel at a time"));
        }
        Ok(network)
    }

    /// F: a convolution, a normalisation, a leaky ReLU, a convolution; so that it folds.
    fn guide(&mut self, name: &str, specs: &[LayerSpec]) -> Result<Network, String> {
        let network = self.pointwise(name, specs, 3)?;
        match network.layers.as_slice() {
            [
                Layer::Conv(first),
                Layer::AdaptiveNorm(_),
                Layer::LeakyRelu { .. },
                Layer::Conv(_),
            ] if first.bias.is_none() && first.outputs <= 64 => Ok(network),
            _ => Err(format!("“{name}” has layers that do not fold into one pass")),
        }
    }

    fn layer(
        &mut self,
        name: &str,
        spec: &LayerSpec,
        channels: usize,
    ) -> Result<(Layer, usize), String> {
        match *spec {
            LayerSpec::Conv { inputs, outputs, kernel, dilation, bias } => {
                if inputs != channels {
                    return Err(format!(
                        "“{name}” takes {inputs} channels and is given {channels}"
                    ));
                }
                if !(1..=CHANNELS_MAX).contains(&outputs)
                    || !(kernel == 1 || kernel == 3)
                    || !(1..=DILATION_MAX).contains(&dilation)
                {
                    return Err(format!("the sizes of “{name}” are out of range"));
                }
                let weight =
                    self.take(&format!("{name}.weight"), outputs * inputs * kernel * kernel)?;
                let bias = bias.then(|| self.take(&format!("{name}.bias"), outputs)).transpose()?;
                Ok((Layer::Conv(Conv { inputs, outputs, kernel, dilation, weight, bias }), outputs))
            }
            LayerSpec::AdaptiveNorm { channels: own } => {
                if own != channels {
                    return Err(format!("“{name}” takes {own} channels and is given {channels}"));
                }
                let variance = self.take(&format!("{name}.variance"), own)?;
                if variance.iter().any(|v| *v < 0.0) {
                    return Err(format!("“{name}” has a negative variance"));
                }
                let norm = AdaptiveNorm {
                    w0: self.take(&format!("{name}.w0"), 1)?[0],
                    w1: self.take(&format!("{name}.w1"), 1)?[0],
                    scale: self.take(&format!("{name}.scale"), own)?,
                    shift: self.take(&format!("{name}.shift"), own)?,
                    mean: self.take(&format!("{name}.mean"), own)?,
                    variance,
                };
                Ok((Layer::AdaptiveNorm(norm), channels))
            }
            LayerSpec::LeakyRelu { slope } => {
                if !(0.0..1.0).contains(&slope) {
                    return Err(format!("“{name}” has the slope {slope}"));
                }
                Ok((Layer::LeakyRelu { slope }, channels))
            }
        }
    }

    /// The values of a tensor, which must be f32, finite and `len` long.
    fn take(&mut self, name: &str, len: usize) -> Result<Vec<f32>, String> {
        let tensor = self.tensors.tensor(name).map_err(|_| format!("“{name}” is missing"))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!("“{name}” is not stored as 32-bit floats"));
        }
        if tensor.data().len() != 4 * len {
            return Err(format!(
                "“{name}” has {} values instead of {len}",
                tensor.data().len() / 4
            ));
        }
        let values: Vec<f32> = tensor
            .data()
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(format!("“{name}” holds values that are no numbers"));
        }
        if values.iter().any(|value| value.abs() > VALUE_MAX) {
            return Err(format!("“{name}” holds absurdly large values"));
        }
        self.taken.insert(name.to_owned());
        Ok(values)
    }

    fn nothing_left(&self) -> Result<(), String> {
        match self.tensors.names().into_iter().find(|name| !self.taken.contains(*name)) {
            Some(name) => {
                Err(format!("it holds “{}”, which its spec does not name", name.escape_debug()))
            }
            None => Ok(()),
        }
    }
}

/// The file's bytes: the same operator always gives the same ones.
pub(super) fn bytes_of(operator: &Operator) -> Result<Vec<u8>, String> {
    let mut values = BTreeMap::new();
    put_network(&mut values, "network", &operator.network);
    if let Some(guide) = &operator.guide {
        put_network(&mut values, "guide", guide);
    }
    if let GuidedLayer::Convolutional { mean, pointwise, .. } = &operator.layer {
        values.insert("layer.mean".to_owned(), (vec![3, 3, 3], mean.as_slice()));
        put_network(&mut values, "layer.pointwise", pointwise);
    }
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = values
        .into_iter()
        .map(|(name, (shape, data))| {
            (name, shape, data.iter().flat_map(|value| value.to_le_bytes()).collect())
        })
        .collect();
    let mut views = Vec::with_capacity(bytes.len());
    for (name, shape, data) in &bytes {
        let view = TensorView::new(Dtype::F32, shape.clone(), data)
            .map_err(|error| format!("“{name}” {error}"))?;
        views.push((name.as_str(), view));
    }
    let spec = serde_json::to_string(&Spec::of(operator)).map_err(|error| error.to_string())?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), spec)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

fn put_network<'a>(
    values: &mut BTreeMap<String, (Vec<usize>, &'a [f32])>,
    name: &str,
    network: &'a Network,
) {
    for (index, layer) in network.layers.iter().enumerate() {
        let mut put = |part: &str, shape: Vec<usize>, data: &'a [f32]| {
            values.insert(format!("{name}.{index}.{part}"), (shape, data));
        };
        match layer {
            Layer::Conv(conv) => {
                let shape = vec![conv.outputs, conv.inputs, conv.kernel, conv.kernel];
                put("weight", shape, &conv.weight);
                if let Some(bias) = &conv.bias {
                    put("bias", vec![conv.outputs], bias);
                }
            }
            Layer::AdaptiveNorm(norm) => {
                put("w0", vec![1], std::slice::from_ref(&norm.w0));
                put("w1", vec![1], std::slice::from_ref(&norm.w1));
                put("scale", vec![norm.scale.len()], &norm.scale);
                put("shift", vec![norm.shift.len()], &norm.shift);
                put("mean", vec![norm.mean.len()], &norm.mean);
                put("variance", vec![norm.variance.len()], &norm.variance);
            }
            Layer::LeakyRelu { .. } => {}
        }
    }
}
