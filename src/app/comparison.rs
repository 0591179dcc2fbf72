//! How two pictures are seen together.

use serde::{Deserialize, Serialize};

use super::shortcuts::Shortcut;
use super::strings;
use super::theme::Icon;

/// How two pictures are seen together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// One on each side of a line over the same place.
    Split,
    /// Beside each other, each as a whole.
    SideBySide,
    /// Above each other, each as a whole.
    TopAndBottom,
    /// How far they are apart, pixel by pixel.
    Difference,
}

impl Comparison {
    /// All of them, as they stand in the bar.
    pub const ALL: [Self; 4] =
        [Self::Split, Self::SideBySide, Self::TopAndBottom, Self::Difference];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Split => strings::SPLIT,
            Self::SideBySide => strings::SIDE_BY_SIDE,
            Self::TopAndBottom => strings::TOP_AND_BOTTOM,
            Self::Difference => strings::DIFFERENCE,
        }
    }

    /// What it shows.
    pub fn tip(self) -> &'static str {
        match self {
            Self::Split => strings::SPLIT_TIP,
            Self::SideBySide => strings::SIDE_BY_SIDE_TIP,
            Self::TopAndBottom => strings::TOP_AND_BOTTOM_TIP,
            Self::Difference => strings::DIFFERENCE_TIP,
        }
    }

    /// What stands beside its name.
    pub fn icon(self) -> Icon {
        match self {
            Self::Split => Icon::SquareSplitHorizontal,
            Self::SideBySide => Icon::Columns2,
            Self::TopAndBottom => Icon::Rows2,
            Self::Difference => Icon::Contrast,
        }
    }

    /// Its key.
    pub fn shortcut(self) -> Shortcut {
        match self {
            Self::Split => Shortcut::Split,
            Self::SideBySide => Shortcut::SideBySide,
            Self::TopAndBottom => Shortcut::TopAndBottom,
            Self::Difference => Shortcut::Difference,
        }
    }

    /// Whether the two lie over each other, so that each has the whole area.
    pub fn overlays(self) -> bool {
        matches!(self, Self::Split | Self::Difference)
    }
}
