//! The solve: low-resolution stages of every filter of an edit, kept for as long as they are valid.

use std::sync::Arc;

use super::Source;
use super::balanced::Balanced;
use super::masker::Masker;
use super::pixels::{moments_of_stages, sample_of_stages};
use crate::edit::{Balance, Edit, Layer};
use crate::kernel::guide::{self, Folded};
use crate::kernel::render::{Based, Stage};
use crate::kernel::sample::Sites;
use crate::kernel::{Grids, Planes, base, convolutional, moments, network, plain, residual};
use crate::operator::{GuidedLayer, Operator, OperatorError, Settings};

/// What the network makes of Il; independent of r and ε.
#[derive(Clone, Debug, PartialEq)]
pub struct Low {
    /// The guidance of Il: Il itself, F of it, or what the base makes of it.
    pub gl: Planes,
    /// The network's output: Ol, or with a residual layer what is to be added to Gl.
    pub ol: Planes,
}

/// Runs the network and the guidance over Il. `based` is what the operator's base makes of Il, if it
/// has one.
pub fn low(operator: &Operator, il: &Planes, based: Option<Planes>) -> Low {
    if let Some(gl) = based {
        let mut both = Planes::zeros(6, il.height, il.width);
        for (value, input) in both.data.iter_mut().zip(il.data.iter().chain(&gl.data)) {
            *value = input - 0.5;
        }
        return Low { ol: network::run(&operator.network, &both, operator.statistics), gl };
    }
    let ol = network::run(&operator.network, il, operator.statistics);
    let folded = operator
        .guide
        .as_ref()
        .map(|guide| guide::fold(guide, &moments::of_planes(il), operator.statistics));
    let gl = folded.map_or_else(|| il.clone(), |folded| folded.planes(il));
    Low { gl, ol }
}

/// The guided layer: A and b; None without one.
pub fn grids(operator: &Operator, settings: &Settings, low: &Low) -> Option<Grids> {
    let Low { gl, ol } = low;
    let Settings { radius, epsilon, .. } = *settings;
    match &operator.layer {
        GuidedLayer::None => None,
        GuidedLayer::Residual { .. } => Some(residual::solve(gl, ol, radius, epsilon)),
        GuidedLayer::Plain { .. } => Some(plain::solve(gl, ol, radius, epsilon)),
        GuidedLayer::Convolutional { mean, pointwise, .. } => {
            Some(convolutional::solve(gl, ol, mean, pointwise, radius, operator.statistics))
        }
    }
}

/// Solves edits, and keeps what the next one can use again: moving r or ε runs no network, moving
/// the strength of the last filter solves nothing.
#[derive(Debug, Default)]
pub struct Solver {
    kept: Vec<Kept>,
    now: u64,
}

/// Memory for what is kept, whatever else there is; what was used longest ago goes first.
const KEPT_BYTES_MAX: usize = 128 << 20;

/// What is kept of a filter on a photo.
#[derive(Debug)]
pub(super) struct Kept {
    /// When it was used last.
    used: u64,
    photo: u64,
    /// The filters before, which this one's Il depends on.
    before: Vec<Layer>,
    operator: Arc<Operator>,
    short_side: usize,
    scale: f64,
    /// None without a layer.
    pub low: Option<Low>,
    pub base: Option<Arc<Based>>,
    guide: Option<Arc<Folded>>,
    pub solved: Option<(Settings, Arc<Grids>)>,
    balanced: Option<Balanced>,
    masker: Option<Masker>,
}

impl Solver {
    /// What is solved from now on counts as used at `now`.
    pub fn set_time(&mut self, now: u64) {
        self.now = now;
    }

    /// Memory that is kept, in bytes.
    pub fn bytes(&self) -> usize {
        self.kept.iter().map(Kept::bytes).sum()
    }

    /// When the oldest of what is kept was used last.
    pub fn oldest(&self) -> Option<u64> {
        self.kept.iter().map(|kept| kept.used).min()
    }

    /// Forgets what was used last at `time`.
    pub fn forget(&mut self, time: u64) {
        self.kept.retain(|kept| kept.used != time);
    }

    /// What is kept of the filter that was solved last.
    pub(super) fn last(&self) -> Option<&Kept> {
        self.kept.last()
    }

    /// What solves masks of the filter that was solved last, which is given what `before` makes of the
    /// photo.
    pub(super) fn last_masker(&mut self, source: &Source, before: &[Stage]) -> Option<&mut Masker> {
        self.kept.last_mut().map(|kept| kept.masker(source, before))
    }

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
                && kept.scale == settings.scale
                && kept.before == before
        };
        let mut kept = match self.kept.iter().position(same) {
            Some(index) => self.kept.remove(index),
            None => analyse(source, before, stages, &layer.operator, &settings),
        };
        let is_valid = kept.solved.as_ref().is_some_and(|(solved, _)| *solved == settings);
        if !is_valid {
            let low = kept.low.as_ref();
            let grids = low.and_then(|low| grids(&layer.operator, &settings, low));
            kept.solved = grids.map(|grids| (settings, Arc::new(grids)));
        }
        let mask = layer.mask.as_ref().map(|mask| kept.masker(source, stages).solve(mask));
        let stage = Stage { mask, ..kept.stage(source, stages, layer, settings) };
        kept.used = self.now;
        self.kept.push(kept);
        while self.kept.len() > 1 && self.bytes() > KEPT_BYTES_MAX {
            self.kept.remove(0);
        }
        Ok(stage)
    }
}

impl Kept {
    /// What solves masks of the filter, which is given what `before` makes of the photo.
    pub fn masker(&mut self, source: &Source, before: &[Stage]) -> &mut Masker {
        self.masker.get_or_insert_with(|| Masker::new(source, before))
    }

    /// The stage of a layer whose grids are solved, everywhere.
    fn stage(
        &mut self,
        source: &Source,
        before: &[Stage],
        layer: &Layer,
        settings: Settings,
    ) -> Stage {
        let operator = &layer.operator;
        let even = Stage {
            base: self.base.clone(),
            guide: self.guide.clone(),
            grids: self.solved.as_ref().map(|(_, grids)| Arc::clone(grids)),
            own: 0.0,
            clamp: operator.clamp,
            strength: layer.strength,
            mask: None,
        };
        if layer.balance == Balance::EVEN {
            return even;
        }
        let kept = self.balanced.take().filter(|it| it.settings == settings);
        let mut balanced = kept.unwrap_or_else(|| {
            Balanced::new(source, before, &even, operator, settings, self.low.as_ref())
        });
        let stage = balanced.stage(even, layer.balance, operator.photo_guides());
        self.balanced = Some(balanced);
        stage
    }

    /// Gl, Ol, A and b, and the cells of a base.
    fn bytes(&self) -> usize {
        let low = self.low.as_ref().map_or(0, |low| 72 * low.gl.area());
        let cells = self.base.as_ref().map_or(0, |base| base.folded.cells.len());
        let balanced = self.balanced.as_ref().map_or(0, Balanced::bytes);
        let masker = self.masker.as_ref().map_or(0, Masker::bytes);
        low + size_of::<base::fold::Cell>() * cells + balanced + masker
    }
}

fn analyse(
    source: &Source,
    before: &[Layer],
    stages: &[Stage],
    operator: &Arc<Operator>,
    settings: &Settings,
) -> Kept {
    let base = operator.base.as_ref().map(|base| {
        let (width, height) = (source.image().width, source.image().height);
        let sample = sample_of_stages(source, stages, &base::sites(width, height));
        let folded = base::fold(base, &sample, settings.scale);
        Arc::new(Based { folded, width, height })
    });
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
        used: 0,
        photo: source.id(),
        before: before.to_vec(),
        operator: Arc::clone(operator),
        short_side: settings.short_side,
        scale: settings.scale,
        low: low_of(source, stages, operator, settings, base.as_ref()),
        base,
        guide,
        solved: None,
        balanced: None,
        masker: None,
    }
}

/// What the network makes of the photo; None for a filter without a layer.
fn low_of(
    source: &Source,
    stages: &[Stage],
    operator: &Operator,
    settings: &Settings,
    base: Option<&Arc<Based>>,
) -> Option<Low> {
    operator.layer.radius()?;
    let (width, height) = (source.image().width, source.image().height);
    let sites = Sites::new(width, height, settings.short_side);
    let based = base.map(|base| {
        let base = Some(Arc::clone(base));
        let guide = Stage {
            base,
            guide: None,
            grids: None,
            own: 0.0,
            clamp: false,
            strength: 1.0,
            mask: None,
        };
        sample_of_stages(source, &[stages, &[guide]].concat(), &sites)
    });
    Some(low(operator, &sample_of_stages(source, stages, &sites), based))
}
