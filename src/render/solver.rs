//! The solve: low-resolution stages of every filter of an edit, kept for as long as they are valid.

use std::sync::Arc;

use super::Source;
use super::pixels::{moments_of_stages, sample_of_stages};
use crate::edit::{Edit, Layer};
use crate::kernel::guide::{self, Folded};
use crate::kernel::render::Stage;
use crate::kernel::{Grids, Planes, convolutional, moments, network, plain};
use crate::operator::{GuidedLayer, Operator, OperatorError, Settings};

/// What the network makes of Il; independent of r and ε.
#[derive(Clone, Debug, PartialEq)]
pub struct Low {
    /// The guidance of Il: Il itself, or F of it.
    pub gl: Planes,
    /// The network's output.
    pub ol: Planes,
}

/// Runs the network and the guidance over Il.
pub fn low(operator: &Operator, il: &Planes) -> Low {
    let ol = network::run(&operator.network, il, operator.statistics);
    let folded = operator
        .guide
        .as_ref()
        .map(|guide| guide::fold(guide, &moments::of_planes(il), operator.statistics));
    let gl = folded.map_or_else(|| il.clone(), |folded| folded.planes(il));
    Low { gl, ol }
}

/// The guided layer: A and b.
pub fn grids(operator: &Operator, settings: &Settings, low: &Low) -> Grids {
    match &operator.layer {
        GuidedLayer::Plain { .. } => {
            plain::solve(&low.gl, &low.ol, settings.radius, settings.epsilon)
        }
        GuidedLayer::Convolutional { mean, pointwise, .. } => convolutional::solve(
            &low.gl,
            &low.ol,
            mean,
            pointwise,
            settings.radius,
            operator.statistics,
        ),
    }
}

/// Solves edits, and keeps what the next one can use again: moving r or ε runs no network, moving
/// the strength of the last filter solves nothing.
#[derive(Debug, Default)]
pub struct Solver {
    kept: Vec<Kept>,
}

/// Memory for what is kept; what was used longest ago goes first.
const KEPT_BYTES_MAX: usize = 128 << 20;

#[derive(Debug)]
struct Kept {
    photo: u64,
    /// The filters before, which this one's Il depends on.
    before: Vec<Layer>,
    operator: Arc<Operator>,
    short_side: usize,
    low: Low,
    guide: Option<Arc<Folded>>,
    solved: Option<(Settings, Arc<Grids>)>,
}

impl Solver {
    /// The stages of an edit, first filter first.
    ///
    /// # Errors
    /// A sentence for a tuning that a filter does not have.
    pub fn solve(&mut self, source: &Source, edit: &Edit) -> Result<Vec<Stage>, OperatorError> {
        let mut stages = Vec::with_capacity(edit.layers.len());
        for (index, layer) in edit.layers.iter().enumerate() {
            let stage = self.stage(source, &edit.layers[..index], &stages, layer)?;
            stages.push(stage);
        }
        Ok(stages)
    }

    fn stage(
        &mut self,
        source: &Source,
        before: &[Layer],
        stages: &[Stage],
        layer: &Layer,
    ) -> Result<Stage, OperatorError> {
        let settings = layer.operator.settings(&layer.tuning)?;
        let same = |kept: &Kept| {
            kept.photo == source.id()
                && Arc::ptr_eq(&kept.operator, &layer.operator)
                && kept.short_side == settings.short_side
                && kept.before == before
        };
        let mut kept = match self.kept.iter().position(same) {
            Some(index) => self.kept.remove(index),
            None => analyse(source, before, stages, &layer.operator, settings.short_side),
        };
        let grids = match &kept.solved {
            Some((solved, grids)) if *solved == settings => Arc::clone(grids),
            _ => Arc::new(grids(&layer.operator, &settings, &kept.low)),
        };
        kept.solved = Some((settings, Arc::clone(&grids)));
        let guide = kept.guide.clone();
        self.kept.push(kept);
        while self.kept.len() > 1
            && self.kept.iter().map(Kept::bytes).sum::<usize>() > KEPT_BYTES_MAX
        {
            self.kept.remove(0);
        }
        Ok(Stage { guide, grids, clamp: layer.operator.clamp, strength: layer.strength })
    }
}

impl Kept {
    /// Gl, Ol, A and b.
    fn bytes(&self) -> usize {
        48 * self.low.gl.area()
    }
}

fn analyse(
    source: &Source,
    before: &[Layer],
    stages: &[Stage],
    operator: &Arc<Operator>,
    short_side: usize,
) -> Kept {
    let il = sample_of_stages(source, stages, short_side);
    let guide = operator.guide.as_ref().map(|guide| {
        // Only F needs the whole photo's statistics; of a stack's later filter they are taken from
        // what the filters before it render.
        let moments = match stages {
            [] => *source.moments(),
            stages => moments_of_stages(source, stages),
        };
        Arc::new(guide::fold(guide, &moments, operator.statistics))
    });
    Kept {
        photo: source.id(),
        before: before.to_vec(),
        operator: Arc::clone(operator),
        short_side,
        low: low(operator, &il),
        guide,
        solved: None,
    }
}
