//! What the window is for at this moment.

use serde::{Deserialize, Serialize};

use super::strings;

/// What the window is for at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workspace {
    /// A filter on the photo.
    #[default]
    Apply,
    /// Several pictures beside each other.
    Compare,
    /// A filter of one's own from before/after pairs.
    Learn,
}

impl Workspace {
    /// All of them, as they stand in the top bar.
    pub const ALL: [Self; 3] = [Self::Apply, Self::Compare, Self::Learn];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => strings::APPLY,
            Self::Compare => strings::COMPARE,
            Self::Learn => strings::LEARN,
        }
    }

    /// What it is for.
    pub fn tip(self) -> &'static str {
        match self {
            Self::Apply => strings::APPLY_TIP,
            Self::Compare => strings::COMPARE_TIP,
            Self::Learn => strings::LEARN_TIP,
        }
    }
}
