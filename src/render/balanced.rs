//! A solved filter in other shares of tone and detail: no network runs for it.

use std::sync::Arc;

use super::Source;
use super::pixels::sample_of_stages;
use super::solver::Low;
use crate::kernel::Planes;
use crate::kernel::balance::{self, Balance, Window};
use crate::kernel::base;
use crate::kernel::render::{Based, Stage};
use crate::kernel::sample::Sites;
use crate::operator::{GuidedLayer, Operator, Settings};

/// What is kept of a balanced filter: moving the sliders takes no means again.
#[derive(Clone, Debug)]
pub(super) struct Balanced {
    pub settings: Settings,
    /// What the filter does to the means of neighbourhoods.
    change: Planes,
    /// The last balance, and what it came to.
    last: Option<(Balance, Stage)>,
}

impl Balanced {
    /// Takes the means of what `stage` does to what the stages before it make of the photo.
    pub fn new(
        source: &Source,
        before: &[Stage],
        stage: &Stage,
        operator: &Operator,
        settings: Settings,
        low: Option<&Low>,
    ) -> Self {
        let change = Self::change_of(source, before, stage, operator, settings, low);
        Self { settings, change, last: None }
    }

    /// D; of the base alone without what the network makes of Il.
    pub fn change_of(
        source: &Source,
        before: &[Stage],
        stage: &Stage,
        operator: &Operator,
        settings: Settings,
        low: Option<&Low>,
    ) -> Planes {
        let (width, height) = (source.image().width, source.image().height);
        match low {
            Some(low) => {
                let sites = Sites::new(width, height, settings.short_side);
                let il = sample_of_stages(source, before, &sites);
                let window = window(&operator.layer, settings.radius);
                balance::change(&target(operator, low), &il, window)
            }
            None => {
                let sites = base::sites(width, height);
                let whole = Stage { strength: 1.0, ..stage.clone() };
                let after = sample_of_stages(source, &[before, &[whole]].concat(), &sites);
                base::change(&sample_of_stages(source, before, &sites), &after)
            }
        }
    }

    /// The stage with that tone and detail.
    pub fn stage(&mut self, even: Stage, balance: Balance, photo_guides: bool) -> Stage {
        match &self.last {
            Some((last, stage)) if *last == balance => {
                return Stage { strength: even.strength, ..stage.clone() };
            }
            _ => {}
        }
        let stage = match (&even.grids, &even.base) {
            (Some(grids), _) => {
                let grids = balance::grids(grids, &self.change, balance, photo_guides);
                let own = balance::own(balance, photo_guides);
                Stage { grids: Some(Arc::new(grids)), own, ..even }
            }
            (None, Some(based)) => {
                let folded = based.folded.balanced(&self.change, balance);
                Stage { base: Some(Arc::new(Based { folded, ..**based })), ..even }
            }
            (None, None) => even,
        };
        self.last = Some((balance, stage.clone()));
        stage
    }

    /// Memory that is kept, in bytes.
    pub fn bytes(&self) -> usize {
        let stage = self.last.as_ref().map_or(0, |(_, stage)| {
            let grids = stage.grids.as_ref().map_or(0, |it| it.a.data.len() + it.b.data.len());
            let cells = stage.base.as_ref().map_or(0, |it| it.folded.cells.len());
            4 * grids + size_of::<base::fold::Cell>() * cells
        });
        4 * self.change.data.len() + stage
    }
}

/// What the network wants the photo to become at Il's size.
fn target(operator: &Operator, low: &Low) -> Planes {
    match operator.layer {
        GuidedLayer::Residual { .. } => {
            let sum = low.gl.data.iter().zip(&low.ol.data).map(|(guide, more)| guide + more);
            Planes { data: sum.collect(), ..low.ol }
        }
        _ => low.ol.clone(),
    }
}

/// What a layer takes its means over.
fn window(layer: &GuidedLayer, radius: usize) -> Window<'_> {
    match layer {
        GuidedLayer::Convolutional { mean, .. } => {
            Window::Learned { kernel: mean, dilation: radius }
        }
        GuidedLayer::None | GuidedLayer::Residual { .. } | GuidedLayer::Plain { .. } => {
            Window::Box { radius }
        }
    }
}
