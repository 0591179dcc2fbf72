//! The rungs of the ladder, simplest first (LEARNING.md section 3).

use crate::operator::{Operator, Variant};

/// What kind of filter is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Doing nothing.
    Identity,
    /// The same colours become the same colours, in every photo.
    Colour,
    /// A base with the photo's statistics and local means.
    Base,
    /// A network on what the base leaves.
    DgfX,
    /// One of the paper's networks, by the paper's recipe.
    Paper(Variant),
}

impl Rung {
    /// All of them, simplest first; the paper's last.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Colour,
        Self::Base,
        Self::DgfX,
        Self::Paper(Variant::DgfS),
        Self::Paper(Variant::DgfB),
        Self::Paper(Variant::DgfCb),
        Self::Paper(Variant::DgfC),
        Self::Paper(Variant::Dgf),
    ];

    /// The word on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Colour => "colour",
            Self::Base => "base",
            Self::DgfX => "dgf-x",
            Self::Paper(variant) => variant.name(),
        }
    }

    /// The rung of a filter.
    pub fn of(operator: &Operator) -> Self {
        let name = operator.rung();
        Self::ALL.into_iter().find(|rung| rung.name() == name).unwrap_or(Self::Base)
    }
}
