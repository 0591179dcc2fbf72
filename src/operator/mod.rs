//! What a filter is: a Deep Guided Filtering operator as data.
//!
//! An [`Operator`] is read from one `.safetensors` file ([`read()`]), written to one
//! ([`write()`]), or made from a checkpoint of the paper's authors ([`import()`]).
//! It holds no code: networks are lists of [`Layer`]s that the kernels interpret.

mod base;
mod check_pair;
mod checkpoint;
mod file;
mod import;
mod library;
mod network;
mod pickle;
mod provenance;
mod spec;
mod tuning;
mod untrained;

pub use base::{
    Base, CURVES, Field, Guided, KNOTS, LOCALS, Local, PhotoCode, Plane, STATISTICS, Shape, TERMS,
};
pub use check_pair::CheckPair;
pub use file::{read, read_bytes, write};
pub use import::{import, title_from_name};
pub use library::{Entry, Library};
pub use network::{AdaptiveNorm, Block, Conv, Layer, Network};
pub use provenance::{Check, Provenance, today};
pub use spec::FORMAT;
pub use tuning::{Settings, Tuning};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The kinds of filter, by the names that the command line uses: the paper's five networks and our
/// own two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Network trained alone at low resolution, then the plain layer guided by the photo.
    DgfS,
    /// Plain layer guided by the photo, trained end to end.
    DgfB,
    /// Plain layer guided by F, the CVPR model.
    Dgf,
    /// Convolutional layer guided by the photo.
    DgfCb,
    /// Convolutional layer guided by F.
    DgfC,
    /// A base in closed form, without a network.
    Base,
    /// A network on what a base leaves, guided by it.
    DgfX,
}

impl Variant {
    /// The paper's variants, in its order.
    pub const ALL: [Self; 5] = [Self::DgfS, Self::DgfB, Self::Dgf, Self::DgfCb, Self::DgfC];

    /// Our own variants.
    pub const OWN: [Self; 2] = [Self::Base, Self::DgfX];

    /// The variant of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::OWN).find(|variant| variant.name() == name)
    }

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::DgfS => "dgf-s",
            Self::DgfB => "dgf-b",
            Self::Dgf => "dgf",
            Self::DgfCb => "dgf-cb",
            Self::DgfC => "dgf-c",
            Self::Base => "base",
            Self::DgfX => "dgf-x",
        }
    }
}

/// Where adaptive normalisation takes its means and variances from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// From the very photo that is filtered: what the authors' published results use.
    PerImage,
    /// Stored in the file.
    Frozen,
}

/// How the low-resolution input Il is taken from the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// One pixel of the photo for each of Il, by Pillow's index rule.
    Nearest,
}

/// The guided filtering layer (the paper's section III).
#[derive(Clone, Debug, PartialEq)]
pub enum GuidedLayer {
    /// None: the filter is its base alone.
    None,
    /// A ridge toward the guide G: in every window a 3x3 matrix M and an offset c carry the guide
    /// to the network's residual, and `O = G + M·G + c`.
    Residual {
        /// Box radius in cells of Il; the box is `2·radius + 1` wide.
        radius: usize,
        /// Regularisation ε, in squared values of 0..1.
        epsilon: f64,
    },
    /// Box means and a ridge: `A = cov / (var + ε)`, `b = mean(Ol) − A·mean(Gl)`.
    Plain {
        /// Box radius in cells of Il; the box is `2·radius + 1` wide.
        radius: usize,
        /// Regularisation ε, in squared values of 0..1.
        epsilon: f64,
    },
    /// A learnt 3x3 depthwise mean, and A from (cov, var) by a pointwise network.
    Convolutional {
        /// Distance in cells between the taps of the 3x3 mean.
        dilation: usize,
        /// Weights of the mean, `[3][3·3]`, one kernel a channel.
        mean: Vec<f32>,
        /// 6 → 3 channels, pointwise.
        pointwise: Network,
    },
}

impl GuidedLayer {
    /// Its radius or dilation in cells; None where there is no layer.
    pub fn radius(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Residual { radius, .. } | Self::Plain { radius, .. } => Some(*radius),
            Self::Convolutional { dilation, .. } => Some(*dilation),
        }
    }
}

/// A filter: everything that turns a photo into its edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// What the user reads, such as "Local contrast".
    pub title: String,
    /// Which of the paper's networks, or of our own filters, this is.
    pub variant: Variant,
    /// How Il is taken from the photo.
    pub sampling: Sampling,
    /// Length of Il's short side in pixels: the analysis size.
    pub short_side: usize,
    /// Where normalisation statistics come from.
    pub statistics: Statistics,
    /// A filter in closed form that comes before the layer and guides it.
    pub base: Option<Base>,
    /// Cl: Il → Ol, 3 → 3 channels; with a residual layer (Il, Gl) − 0.5 → the residual of the base,
    /// 6 → 3. Without a layer it is empty.
    pub network: Network,
    /// F: 3 → 3 channels, pointwise. None guides with the base's output, or the photo itself.
    pub guide: Option<Network>,
    /// The layer that carries Ol to the photo's size.
    pub layer: GuidedLayer,
    /// Whether the output is clamped to 0..1.
    pub clamp: bool,
    /// How much of the filter a fresh edit applies, 0..1.
    pub strength: f32,
    /// How much of what it does to whole areas a fresh edit applies, 0..2; 1 as it was learned.
    pub tone: f32,
    /// The same for what it does within them.
    pub detail: f32,
    /// Where the filter comes from and how close it came.
    pub provenance: Provenance,
}

impl Operator {
    /// Whether the photo itself is the guide, not F or a base of it.
    pub fn photo_guides(&self) -> bool {
        self.guide.is_none() && self.base.is_none()
    }

    /// The rung of the learning ladder that the filter stands on: `identity`, `colour`, `base`, or
    /// its variant's name.
    pub fn rung(&self) -> &'static str {
        match (&self.base, self.variant) {
            (Some(base), Variant::Base) if base.is_identity() => "identity",
            (Some(base), Variant::Base) if !base.local => "colour",
            (_, variant) => variant.name(),
        }
    }
}

/// Why a filter or a checkpoint could not be read or written. Every message is a sentence.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The file could not be read at all.
    #[error(
        "{path} could not be read: {source}. Check that the file exists and that you may read it."
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file could not be written.
    #[error("{path} could not be written: {reason}. Nothing was changed; choose another place.")]
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// The file is no filter, or is damaged.
    #[error("{path} is not a usable filter: {reason}. Nothing was loaded from it.")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was made by a newer program.
    #[error(
        "{path} was made by a newer Understudy ({what}). Update the program to use this filter."
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// What this program does not know.
        what: String,
    },
    /// No filter has that name.
    #[error("There is no filter named “{name}”. `understudy filters` lists those that there are.")]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// A tuning that the filter does not have.
    #[error("{0}")]
    Tuning(String),
}
