//! The spec: what a filter's file says about itself, beside the weights.
//!
//! It is JSON under the key `understudy` of the safetensors metadata. Layers are data: the order of
//! a list is the order of the layers, and the weights of layer `i` of list `network` are the tensors
//! `network.{i}.weight` and so on ([`super::file`]). `base` and layers of other kinds than `plain`
//! and `convolutional` are reserved for filters that carry a closed-form base or a residual layer;
//! `channels` for outputs that are no photo. A reader that does not know one of them says that the
//! file is newer than itself, so the format need not change for them.

use serde::{Deserialize, Serialize};

use super::{
    AdaptiveNorm, Conv, GuidedLayer, Layer, Network, Operator, Provenance, Sampling, Statistics,
    Variant,
};

/// Version of the file format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// A filter's spec as it stands in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    pub format: u32,
    pub title: String,
    pub variant: Variant,
    /// Values that go in and come out: `srgb`, sRGB-encoded, 0..1.
    pub color_space: ColorSpace,
    /// Channels of the output.
    pub channels: usize,
    pub sampling: SamplingSpec,
    pub statistics: Statistics,
    /// A closed-form base before the layer.
    #[serde(default)]
    pub base: Option<Reserved>,
    pub network: Vec<LayerSpec>,
    /// F; absent where the photo itself guides.
    #[serde(default)]
    pub guide: Option<Vec<LayerSpec>>,
    pub layer: GuidedSpec,
    pub clamp: bool,
    pub defaults: Defaults,
    #[serde(default)]
    pub provenance: Provenance,
}

/// No value of this type exists: a file that has one needs a newer program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Reserved {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ColorSpace {
    Srgb,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SamplingSpec {
    pub method: Sampling,
    pub short_side: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Defaults {
    pub strength: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum LayerSpec {
    Conv { inputs: usize, outputs: usize, kernel: usize, dilation: usize, bias: bool },
    AdaptiveNorm { channels: usize },
    LeakyRelu { slope: f32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum GuidedSpec {
    Plain { radius: usize, epsilon: f64 },
    Convolutional { dilation: usize, pointwise: Vec<LayerSpec> },
}

impl Operator {
    /// The spec as it stands in the file, for showing.
    pub fn describe(&self) -> impl Serialize + use<> {
        Spec::of(self)
    }

    /// Number of trained values.
    pub fn parameters(&self) -> usize {
        let layer = match &self.layer {
            GuidedLayer::Plain { .. } => 0,
            GuidedLayer::Convolutional { mean, pointwise, .. } => {
                mean.len() + pointwise.parameters()
            }
        };
        self.network.parameters() + self.guide.as_ref().map_or(0, Network::parameters) + layer
    }
}

impl Spec {
    /// The spec of an operator.
    pub fn of(operator: &Operator) -> Self {
        Self {
            format: FORMAT,
            title: operator.title.clone(),
            variant: operator.variant,
            color_space: ColorSpace::Srgb,
            channels: operator.network.outputs(),
            sampling: SamplingSpec { method: operator.sampling, short_side: operator.short_side },
            statistics: operator.statistics,
            base: None,
            network: layer_specs(&operator.network),
            guide: operator.guide.as_ref().map(layer_specs),
            layer: match &operator.layer {
                GuidedLayer::Plain { radius, epsilon } => {
                    GuidedSpec::Plain { radius: *radius, epsilon: *epsilon }
                }
                GuidedLayer::Convolutional { dilation, pointwise, .. } => {
                    GuidedSpec::Convolutional {
                        dilation: *dilation,
                        pointwise: layer_specs(pointwise),
                    }
                }
            },
            clamp: operator.clamp,
            defaults: Defaults { strength: operator.strength },
            provenance: operator.provenance.clone(),
        }
    }
}

/// What in a spec this program does not know, if it is well formed but newer.
pub(super) fn newer_part(spec: &serde_json::Value) -> Option<String> {
    let word = |value: Option<&serde_json::Value>| {
        value.and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    let format = spec.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if format > u64::from(FORMAT) {
        return Some(format!("file format {format}; this program reads up to {FORMAT}"));
    }
    if spec.get("base").is_some_and(|base| !base.is_null()) {
        return Some("it has a closed-form base".to_owned());
    }
    for (what, known) in [("statistics", &["per-image", "frozen"][..]), ("color_space", &["srgb"])]
    {
        let value = word(spec.get(what));
        if !value.is_empty() && !known.contains(&value.as_str()) {
            return Some(format!("its {what} is “{value}”"));
        }
    }
    let method = word(spec.get("sampling").and_then(|sampling| sampling.get("method")));
    if !method.is_empty() && method != "nearest" {
        return Some(format!("its sampling is “{method}”"));
    }
    let variant = word(spec.get("variant"));
    if !variant.is_empty() && Variant::ALL.iter().all(|known| known.name() != variant) {
        return Some(format!("its variant is “{variant}”"));
    }
    let layer = word(spec.get("layer").and_then(|layer| layer.get("kind")));
    if !layer.is_empty() && layer != "plain" && layer != "convolutional" {
        return Some(format!("its guided layer is “{layer}”"));
    }
    if spec.get("channels").and_then(serde_json::Value::as_u64).is_some_and(|n| n != 3) {
        return Some("its output is no photo".to_owned());
    }
    None
}

fn layer_specs(network: &Network) -> Vec<LayerSpec> {
    let spec = |layer: &Layer| match layer {
        Layer::Conv(Conv { inputs, outputs, kernel, dilation, bias, .. }) => LayerSpec::Conv {
            inputs: *inputs,
            outputs: *outputs,
            kernel: *kernel,
            dilation: *dilation,
            bias: bias.is_some(),
        },
        Layer::AdaptiveNorm(AdaptiveNorm { scale, .. }) => {
            LayerSpec::AdaptiveNorm { channels: scale.len() }
        }
        Layer::LeakyRelu { slope } => LayerSpec::LeakyRelu { slope: *slope },
    };
    network.layers.iter().map(spec).collect()
}
