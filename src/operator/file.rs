//! The filter file: a `.safetensors` file whose metadata holds the spec.
//!
//! Tensors are named after their place in the spec, so a file has exactly one reading:
//! `network.{i}.weight`, `.bias` for a convolution; `.w0`, `.w1`, `.scale`, `.shift`, `.mean`,
//! `.variance` for a normalisation; the same under `guide` and `layer.pointwise`; `layer.mean`;
//! `network.{i}.weight` and `.bias` for the global means; `base.weights`, and `base.centre`,
//! `base.spread` and `base.axes`, which are f64. All others are f32. Everything is bounded before memory is taken for it, and nothing is executed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::atomic::Draft;
use crate::hash::sha256_of;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::spec::{BaseSpec, FORMAT, GuidedSpec, LayerSpec, Spec, newer_part};
use super::{
    AdaptiveNorm, Base, Conv, GuidedLayer, Layer, Network, Operator, OperatorError, PhotoCode,
    STATISTICS, Tuning, Variant,
};

/// Largest file that is read, in bytes: five hundred times that of the paper's networks.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Largest weight or statistic: beyond it sums overflow.
const VALUE_MAX: f64 = 1e9;
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
        let base = spec.base.as_ref().map(|base| self.base(base)).transpose()?;
        let network = match &spec.layer {
            GuidedSpec::None if spec.network.is_empty() => Network::default(),
            GuidedSpec::None => return Err("it has a network and no layer".to_owned()),
            GuidedSpec::Residual { .. } => self.network("network", &spec.network, 6)?,
            _ => self.network("network", &spec.network, 3)?,
        };
        let guide = spec.guide.as_ref().map(|layers| self.guide("guide", layers)).transpose()?;
        let layer = match &spec.layer {
            GuidedSpec::None => GuidedLayer::None,
            GuidedSpec::Residual { radius, epsilon } => {
                within_epsilon(*epsilon)?;
                GuidedLayer::Residual { radius: *radius, epsilon: *epsilon }
            }
            GuidedSpec::Plain { radius, epsilon } => {
                within_epsilon(*epsilon)?;
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
        if layer.radius().is_some_and(|radius| !(1..=Tuning::RADIUS_MAX).contains(&radius)) {
            return Err("its radius is out of range".to_owned());
        }
        if let Some(reason) = spec.provenance.excess() {
            return Err(reason);
        }
        if !(0.0..=1.0).contains(&spec.defaults.strength) {
            return Err(format!("its strength is {}", spec.defaults.strength));
        }
        for share in [spec.defaults.tone, spec.defaults.detail] {
            if !(0.0..=2.0).contains(&share) {
                return Err(format!("its tone or detail is {share}"));
            }
        }
        let is_learned = guide.is_some();
        let fits = match (&layer, spec.variant) {
            (GuidedLayer::Plain { .. }, Variant::DgfS | Variant::DgfB)
            | (GuidedLayer::Convolutional { .. }, Variant::DgfCb) => !is_learned && base.is_none(),
            (GuidedLayer::Plain { .. }, Variant::Dgf)
            | (GuidedLayer::Convolutional { .. }, Variant::DgfC) => is_learned && base.is_none(),
            (GuidedLayer::None, Variant::Base) | (GuidedLayer::Residual { .. }, Variant::DgfX) => {
                !is_learned && base.is_some()
            }
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
            base,
            network,
            guide,
            layer,
            clamp: spec.clamp,
            strength: spec.defaults.strength,
            tone: spec.defaults.tone,
            detail: spec.defaults.detail,
            provenance: spec.provenance.map_text(|text| shown(text, 1000)),
        })
    }

    fn base(&mut self, spec: &BaseSpec) -> Result<Base, String> {
        let rank = spec.rank;
        if rank > Base::RANK_MAX {
            return Err(format!("its base has {rank} axes"));
        }
        if !Base::SCALE.contains(&spec.scale) {
            return Err(format!("the scale of its local means is {}", spec.scale));
        }
        let spread = self.statistics("base.spread")?;
        if spread.iter().any(|value| *value < 1e-9) {
            return Err("“base.spread” is not positive".to_owned());
        }
        let axes = match rank {
            0 => Vec::new(),
            _ => self.take_deep("base.axes", STATISTICS * rank)?.as_chunks().0.to_vec(),
        };
        Ok(Base {
            statistics: PhotoCode { centre: self.statistics("base.centre")?, spread, axes },
            weights: self.take("base.weights", 3 * Base::features(rank, spec.local))?,
            local: spec.local,
            scale: spec.scale,
        })
    }

    /// A value for each of the photo's statistics.
    fn statistics(&mut self, name: &str) -> Result<[f64; STATISTICS], String> {
        let values = self.take_deep(name, STATISTICS)?;
        Ok(std::array::from_fn(|i| values[i]))
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
        let is_wide = |layer: &Layer| match layer {
            Layer::Conv(conv) => conv.kernel != 1,
            Layer::GlobalMean { .. } => true,
            _ => false,
        };
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
            LayerSpec::GlobalMean { channels: own } => {
                if own != channels {
                    return Err(format!("“{name}” takes {own} channels and is given {channels}"));
                }
                let weight = self.take(&format!("{name}.weight"), own * own)?;
                let bias = self.take(&format!("{name}.bias"), own)?;
                Ok((Layer::GlobalMean { weight, bias }, channels))
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
        let bytes = self.bytes(name, Dtype::F32, len)?;
        let values: Vec<f32> =
            bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        check_values(name, values.iter().map(|value| f64::from(*value)))?;
        Ok(values)
    }

    /// The same of a tensor of f64.
    fn take_deep(&mut self, name: &str, len: usize) -> Result<Vec<f64>, String> {
        let bytes = self.bytes(name, Dtype::F64, len)?;
        let values: Vec<f64> =
            bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        check_values(name, values.iter().copied())?;
        Ok(values)
    }

    fn bytes(&mut self, name: &str, dtype: Dtype, len: usize) -> Result<Vec<u8>, String> {
        let size = dtype.bitsize() / 8;
        let tensor = self.tensors.tensor(name).map_err(|_| format!("“{name}” is missing"))?;
        if tensor.dtype() != dtype {
            return Err(format!("“{name}” is not stored as {}-bit floats", dtype.bitsize()));
        }
        if tensor.data().len() != size * len {
            let count = tensor.data().len() / size;
            return Err(format!("“{name}” has {count} values instead of {len}"));
        }
        self.taken.insert(name.to_owned());
        Ok(tensor.data().to_vec())
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

fn within_epsilon(epsilon: f64) -> Result<(), String> {
    if Tuning::EPSILON.contains(&epsilon) { Ok(()) } else { Err(format!("its ε is {epsilon}")) }
}

/// Refuses values that sums could not hold.
fn check_values(name: &str, values: impl Iterator<Item = f64> + Clone) -> Result<(), String> {
    if values.clone().any(|value| !value.is_finite()) {
        return Err(format!("“{name}” holds values that are no numbers"));
    }
    if values.into_iter().any(|value| value.abs() > VALUE_MAX) {
        return Err(format!("“{name}” holds absurdly large values"));
    }
    Ok(())
}

impl Operator {
    /// The SHA-256 of the filter's file: which version of it this is.
    pub fn sha256(&self) -> String {
        // What was read or learned can be written.
        bytes_of(self).map(|bytes| sha256_of(&bytes)).unwrap_or_default()
    }
}

/// The file's bytes: the same operator always gives the same ones.
pub(super) fn bytes_of(operator: &Operator) -> Result<Vec<u8>, String> {
    let mut values = BTreeMap::new();
    if let Some(base) = &operator.base {
        put_base(&mut values, base);
    }
    put_network(&mut values, "network", &operator.network);
    if let Some(guide) = &operator.guide {
        put_network(&mut values, "guide", guide);
    }
    if let GuidedLayer::Convolutional { mean, pointwise, .. } = &operator.layer {
        values.insert("layer.mean".to_owned(), (vec![3, 3, 3], Values::Single(mean)));
        put_network(&mut values, "layer.pointwise", pointwise);
    }
    let bytes: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = values
        .into_iter()
        .map(|(name, (shape, data))| match data {
            Values::Single(data) => {
                (name, Dtype::F32, shape, data.iter().flat_map(|v| v.to_le_bytes()).collect())
            }
            Values::Double(data) => {
                (name, Dtype::F64, shape, data.iter().flat_map(|v| v.to_le_bytes()).collect())
            }
        })
        .collect();
    let mut views = Vec::with_capacity(bytes.len());
    for (name, dtype, shape, data) in &bytes {
        let view = TensorView::new(*dtype, shape.clone(), data)
            .map_err(|error| format!("“{name}” {error}"))?;
        views.push((name.as_str(), view));
    }
    let spec = serde_json::to_string(&Spec::of(operator)).map_err(|error| error.to_string())?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), spec)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// A tensor's values.
enum Values<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
}

/// Tensors by name, with their shapes.
type Tensors<'a> = BTreeMap<String, (Vec<usize>, Values<'a>)>;

fn put_base<'a>(values: &mut Tensors<'a>, base: &'a Base) {
    let PhotoCode { centre, spread, axes } = &base.statistics;
    let mut put = |name: &str, shape: Vec<usize>, data: Values<'a>| {
        values.insert(format!("base.{name}"), (shape, data));
    };
    put("weights", vec![base.weights.len() / 3, 3], Values::Single(&base.weights));
    put("centre", vec![STATISTICS], Values::Double(centre));
    put("spread", vec![STATISTICS], Values::Double(spread));
    if !axes.is_empty() {
        put("axes", vec![axes.len(), STATISTICS], Values::Double(axes.as_flattened()));
    }
}

fn put_network<'a>(values: &mut Tensors<'a>, name: &str, network: &'a Network) {
    for (index, layer) in network.layers.iter().enumerate() {
        let mut put = |part: &str, shape: Vec<usize>, data: &'a [f32]| {
            values.insert(format!("{name}.{index}.{part}"), (shape, Values::Single(data)));
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
            Layer::GlobalMean { weight, bias } => {
                put("weight", vec![bias.len(), bias.len()], weight);
                put("bias", vec![bias.len()], bias);
            }
            Layer::LeakyRelu { .. } => {}
        }
    }
}
