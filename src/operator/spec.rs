//! The spec: what a filter's file says about itself, beside the weights.
//!
//! It is JSON under the key `understudy` of the safetensors metadata. Layers are data: the order of
//! a list is the order of the layers, and the weights of layer `i` of list `network` are the tensors
//! `network.{i}.weight` and so on ([`super::file`]). `base` has a form, which says what features its
//! weights are of; layers have kinds; `channels` is there for outputs that are no photo. A reader that
//! does not know one of them says that the file is newer than itself, so the format need not change
//! for them.

use serde::{Deserialize, Serialize};

use super::{
    AdaptiveNorm, Base, Conv, GuidedLayer, Layer, Network, Operator, Provenance, Sampling,
    Statistics, Variant,
};

/// Version of the file format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The form of base that this program knows: its terms, curves and local values.
pub(super) const BASE_FORM: u32 = 1;

/// The kinds of guided layer that this program knows.
const LAYER_KINDS: [&str; 4] = ["none", "residual", "plain", "convolutional"];

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
    pub base: Option<BaseSpec>,
    /// Empty where there is no layer.
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaseSpec {
    /// Which terms, curves and local values there are.
    pub form: u32,
    /// Number of axes.
    pub rank: usize,
    pub local: bool,
    pub scale: f64,
}

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
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub tone: f32,
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub detail: f32,
}

/// Tone and detail of most filters, which do not say them.
fn whole() -> f32 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_whole(share: &f32) -> bool {
    *share == whole()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum LayerSpec {
    Conv { inputs: usize, outputs: usize, kernel: usize, dilation: usize, bias: bool },
    AdaptiveNorm { channels: usize },
    GlobalMean { channels: usize },
    LeakyRelu { slope: f32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum GuidedSpec {
    None,
    Residual { radius: usize, epsilon: f64 },
    Plain { radius: usize, epsilon: f64 },
    Convolutional { dilation: usize, pointwise: Vec<LayerSpec> },
}

impl Operator {
    /// The spec as it stands in the file, but for its pictures, for showing.
    pub fn describe(&self) -> impl Serialize + use<> {
        let mut spec = Spec::of(self);
        spec.provenance.check_pairs.clear();
        spec
    }

    /// Number of trained values.
    pub fn parameters(&self) -> usize {
        let layer = match &self.layer {
            GuidedLayer::None | GuidedLayer::Residual { .. } | GuidedLayer::Plain { .. } => 0,
            GuidedLayer::Convolutional { mean, pointwise, .. } => {
                mean.len() + pointwise.parameters()
            }
        };
        let base = self.base.as_ref().map_or(0, |base| base.weights.len());
        let guide = self.guide.as_ref().map_or(0, Network::parameters);
        base + self.network.parameters() + guide + layer
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
            channels: 3,
            sampling: SamplingSpec { method: operator.sampling, short_side: operator.short_side },
            statistics: operator.statistics,
            base: operator.base.as_ref().map(base_spec),
            network: layer_specs(&operator.network),
            guide: operator.guide.as_ref().map(layer_specs),
            layer: match &operator.layer {
                GuidedLayer::None => GuidedSpec::None,
                GuidedLayer::Residual { radius, epsilon } => {
                    GuidedSpec::Residual { radius: *radius, epsilon: *epsilon }
                }
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
            defaults: Defaults {
                strength: operator.strength,
                tone: operator.tone,
                detail: operator.detail,
            },
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
    if let Some(base) = spec.get("base").filter(|base| !base.is_null())
        && base.get("form").and_then(serde_json::Value::as_u64) != Some(u64::from(BASE_FORM))
    {
        return Some("its base has another form".to_owned());
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
    if !variant.is_empty() && Variant::from_name(&variant).is_none() {
        return Some(format!("its variant is “{variant}”"));
    }
    let layer = word(spec.get("layer").and_then(|layer| layer.get("kind")));
    if !layer.is_empty() && !LAYER_KINDS.contains(&layer.as_str()) {
        return Some(format!("its guided layer is “{layer}”"));
    }
    if spec.get("channels").and_then(serde_json::Value::as_u64).is_some_and(|n| n != 3) {
        return Some("its output is no photo".to_owned());
    }
    None
}

fn base_spec(base: &Base) -> BaseSpec {
    let rank = base.statistics.axes.len();
    BaseSpec { form: BASE_FORM, rank, local: base.local, scale: base.scale }
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
        Layer::GlobalMean { bias, .. } => LayerSpec::GlobalMean { channels: bias.len() },
        Layer::LeakyRelu { slope } => LayerSpec::LeakyRelu { slope: *slope },
    };
    network.layers.iter().map(spec).collect()
}
