//! The solve on the GPU: network and guided layer, in graphics memory.

use std::sync::Arc;

use super::network::{Sums, Windows, groups, runs};
use super::work::Work;
use super::{Gpu, GpuPhoto};
use crate::edit::{Balance, Edit, Layer};
use crate::kernel::balance;
use crate::kernel::guide::{self, Folded};
use crate::kernel::mask::{self, Masked};
use crate::kernel::moments::{self, Moments};
use crate::kernel::reach::Reach;
use crate::kernel::render::{Based, Stage};
use crate::kernel::sample::{Sites, sample};
use crate::operator::{Conv, GuidedLayer, Operator, Settings};
use crate::render::{Masker, Solver, Source};

/// One solved filter whose grids are in graphics memory. Twin of [`Stage`].
#[derive(Clone, Debug)]
pub struct GpuStage {
    /// The base folded for this photo; it guides in the photo's place.
    pub(super) base: Option<GpuBase>,
    /// F folded for this photo; None guides with the base's output or the photo itself.
    pub guide: Option<Arc<Folded>>,
    /// A and b; None where O is G.
    pub(super) grids: Option<GpuGrids>,
    /// How much of I itself is added to A·G + b.
    pub own: f32,
    /// Whether O is clamped to 0..1.
    pub clamp: bool,
    /// `I + strength·(O − I)`.
    pub strength: f32,
    /// Where it acts; None is everywhere.
    pub(super) mask: Option<GpuMask>,
}

/// A then b of a guided layer, `[planes][height][width]`.
#[derive(Clone, Debug)]
pub(super) struct GpuGrids {
    /// Width and height.
    pub size: [u32; 2],
    /// 6, or 12 where A is a matrix.
    pub planes: u32,
    pub buffer: wgpu::Buffer,
}

impl GpuGrids {
    pub fn floats(&self) -> u32 {
        self.planes * self.size[0] * self.size[1]
    }
}

/// A folded base, as `base/shade.wgsl` reads it.
#[derive(Clone, Debug)]
pub(super) struct GpuBase {
    /// Across and down.
    pub reach: [Reach; 2],
    /// Terms of four values: cubic, bends, cells.
    pub terms: u32,
    pub buffer: wgpu::Buffer,
}

impl GpuBase {
    fn new(gpu: &Gpu, based: &Based) -> Self {
        let folded = &based.folded;
        let terms = folded
            .cubic
            .iter()
            .chain(folded.bends.as_flattened())
            .chain(folded.cells.as_flattened());
        let terms: Vec<[f32; 4]> = terms.map(|[r, g, b]| [*r, *g, *b, 0.0]).collect();
        Self {
            reach: [based.across(), based.down()],
            terms: terms.len() as u32,
            buffer: gpu.upload(&terms),
        }
    }
}

/// α and β of a mask, `[4][height][width]`.
#[derive(Clone, Debug)]
pub(super) struct GpuMask {
    /// Across and down.
    pub reach: [Reach; 2],
    pub buffer: wgpu::Buffer,
}

impl GpuMask {
    fn new(gpu: &Gpu, masked: &Masked) -> Self {
        let reach = [masked.across(), masked.down()];
        Self { reach, buffer: gpu.upload(&masked.planes.data) }
    }

    pub fn floats(&self) -> u32 {
        let [across, down] = self.reach;
        (mask::COEFFICIENTS * across.cells * down.cells) as u32
    }
}

/// Solves edits, and keeps what the next one can use again.
#[derive(Debug, Default)]
pub struct GpuSolver {
    kept: Vec<Kept>,
    /// Solves what the GPU does not: stacks, whose later filters see what the earlier ones render,
    /// and filters with a base, whose local values and fold are quick and want f64.
    twin: Solver,
}

/// Graphics memory for what is kept; what was used longest ago goes first.
const KEPT_BYTES_MAX: usize = 128 << 20;

#[derive(Debug)]
struct Kept {
    photo: u64,
    operator: Arc<Operator>,
    short_side: usize,
    low: Low,
    guide: Option<Arc<Folded>>,
    solved: Option<(Settings, wgpu::Buffer)>,
    masker: Option<Masker>,
}

/// What does not depend on r and ε.
#[derive(Debug)]
struct Low {
    size: [u32; 2],
    /// Il, 3 planes; tone and detail ask how Ol differs from it.
    il: wgpu::Buffer,
    /// Gl, 3 planes.
    gl: wgpu::Buffer,
    goal: Goal,
}

/// Ol, as far as it is known before the layer.
#[derive(Debug)]
enum Goal {
    /// For a plain layer, 3 planes.
    Known(wgpu::Buffer),
    /// For a convolutional layer, which makes it of these.
    Sums(Box<Sums>, Conv),
}

impl Kept {
    /// Il, Gl, what Ol is made of, A and b.
    fn bytes(&self) -> usize {
        let [width, height] = self.low.size;
        let goal = match &self.low.goal {
            Goal::Known(_) => 3,
            Goal::Sums(sums, _) => sums.channels(),
        };
        4 * (6 + goal + 6) * (width * height) as usize
    }
}

impl GpuSolver {
    /// Graphics memory that is kept, in bytes.
    pub fn graphics_bytes(&self) -> usize {
        self.kept.iter().map(Kept::bytes).sum()
    }

    /// Memory that is kept besides, in bytes.
    pub fn bytes(&self) -> usize {
        let maskers = self.kept.iter().filter_map(|kept| kept.masker.as_ref());
        self.twin.bytes() + maskers.map(Masker::bytes).sum::<usize>()
    }

    /// The stages of an edit, first filter first.
    ///
    /// # Errors
    /// A sentence for a tuning that a filter does not have, or what the driver said.
    pub fn solve(
        &mut self,
        gpu: &Gpu,
        source: &Source,
        photo: &mut GpuPhoto,
        edit: &Edit,
    ) -> Result<Vec<GpuStage>, String> {
        match edit.layers.as_slice() {
            [] => Ok(Vec::new()),
            [layer] if is_solved_here(&layer.operator) => {
                Ok(vec![self.stage(gpu, source, photo, layer)?])
            }
            _ => {
                let stages = self.twin.solve(source, edit).map_err(|error| error.to_string())?;
                Ok(stages.iter().map(|stage| GpuStage::from_cpu(gpu, stage)).collect())
            }
        }
    }

    fn stage(
        &mut self,
        gpu: &Gpu,
        source: &Source,
        photo: &mut GpuPhoto,
        layer: &Layer,
    ) -> Result<GpuStage, String> {
        let operator = &layer.operator;
        let settings = operator.settings(&layer.tuning).map_err(|error| error.to_string())?;
        let same = |kept: &Kept| {
            kept.photo == source.id()
                && Arc::ptr_eq(&kept.operator, operator)
                && kept.short_side == settings.short_side
        };
        let mut kept = match self.kept.iter().position(same) {
            Some(index) => self.kept.remove(index),
            None => analyse(gpu, source, photo, operator, settings.short_side)?,
        };
        let grids = match &kept.solved {
            Some((solved, grids)) if *solved == settings => grids.clone(),
            _ => kept.low.grids(gpu, operator, &settings)?,
        };
        kept.solved = Some((settings, grids.clone()));
        let (grids, own) = match layer.balance {
            Balance::EVEN => (grids, 0.0),
            other => (
                kept.low.balanced(gpu, operator, &settings, &grids, other),
                balance::own(other, operator.photo_guides()),
            ),
        };
        let stage = GpuStage {
            base: None,
            guide: kept.guide.clone(),
            grids: Some(GpuGrids { size: kept.low.size, planes: 6, buffer: grids }),
            own,
            clamp: operator.clamp,
            strength: layer.strength,
            mask: layer.mask.as_ref().map(|mask| {
                let masker = kept.masker.get_or_insert_with(|| Masker::new(source, &[]));
                GpuMask::new(gpu, &masker.solve(mask))
            }),
        };
        self.kept.push(kept);
        while self.kept.len() > 1 && self.graphics_bytes() > KEPT_BYTES_MAX {
            self.kept.remove(0);
        }
        Ok(stage)
    }
}

impl GpuStage {
    /// A stage that was solved on the CPU.
    pub fn from_cpu(gpu: &Gpu, stage: &Stage) -> Self {
        let grids = stage.grids.as_ref().map(|grids| GpuGrids {
            size: [grids.a.width as u32, grids.a.height as u32],
            planes: (grids.a.channels + grids.b.channels) as u32,
            buffer: gpu.upload(&[grids.a.data.as_slice(), &grids.b.data].concat()),
        });
        Self {
            base: stage.base.as_ref().map(|based| GpuBase::new(gpu, based)),
            guide: stage.guide.clone(),
            grids,
            own: stage.own,
            clamp: stage.clamp,
            strength: stage.strength,
            mask: stage.mask.as_ref().map(|masked| GpuMask::new(gpu, masked)),
        }
    }
}

/// Whether the GPU solves a filter.
fn is_solved_here(operator: &Operator) -> bool {
    let runs_layer = match &operator.layer {
        GuidedLayer::Plain { .. } => true,
        GuidedLayer::Convolutional { pointwise, .. } => runs(pointwise),
        GuidedLayer::None | GuidedLayer::Residual { .. } => false,
    };
    operator.base.is_none() && runs(&operator.network) && runs_layer
}

fn analyse(
    gpu: &Gpu,
    source: &Source,
    photo: &mut GpuPhoto,
    operator: &Arc<Operator>,
    short_side: usize,
) -> Result<Kept, String> {
    if operator.guide.is_some() && source.known_moments().is_none() {
        let sums = photo.code_sums(gpu, source)?;
        source.set_moments(sums.moments(source.image().coding));
    }
    let fold = |moments: &Moments| {
        operator.guide.as_ref().map(|guide| guide::fold(guide, moments, operator.statistics))
    };
    // Il and Gl are few pixels: they are there before the graphics card could begin.
    let image = source.image();
    let il = sample(image, &Sites::new(image.width, image.height, short_side));
    let gl = fold(&moments::of_planes(&il)).map(|folded| folded.planes(&il));
    let mut work = Work::new(gpu);
    let sums = Sums::of_planes(gpu, &il);
    let goal = match operator.layer {
        GuidedLayer::Convolutional { .. } => {
            let (sums, last) = sums.run_but_last(&mut work, &operator.network, operator.statistics);
            Goal::Sums(Box::new(sums), last)
        }
        _ => {
            let sums = sums.run(&mut work, &operator.network, operator.statistics);
            Goal::Known(sums.plain(&mut work).buffer)
        }
    };
    work.submit();
    let size = [il.width as u32, il.height as u32];
    let il_buffer = gpu.upload(&il.data);
    let gl = gl.map_or_else(|| il_buffer.clone(), |gl| gpu.upload(&gl.data));
    let low = Low { size, il: il_buffer, gl, goal };
    // Only F needs the whole photo's statistics.
    let guide = operator.guide.as_ref().and_then(|_| fold(source.moments())).map(Arc::new);
    Ok(Kept {
        photo: source.id(),
        operator: Arc::clone(operator),
        short_side,
        low,
        guide,
        solved: None,
        masker: None,
    })
}

impl Low {
    /// A and b, by `plain.wgsl` or `convolutional.wgsl`.
    fn grids(
        &self,
        gpu: &Gpu,
        operator: &Operator,
        settings: &Settings,
    ) -> Result<wgpu::Buffer, String> {
        let mut work = Work::new(gpu);
        let grids = match (&operator.layer, &self.goal) {
            (GuidedLayer::Plain { .. }, Goal::Known(goal)) => self.plain(&mut work, goal, settings),
            (GuidedLayer::Convolutional { mean, pointwise, .. }, Goal::Sums(sums, last)) => {
                let (guide, dilation) = (&self.gl, settings.radius);
                let windows = Windows { guide, dilation, mean, pointwise };
                let sums = Sums::clone(sums);
                sums.solve_convolutional(&mut work, last, &windows, operator.statistics)
            }
            // These have a base, and are the twin's.
            _ => return Err("the graphics card cannot solve this filter".to_owned()),
        };
        work.submit();
        Ok(grids)
    }

    /// A' and b', by `balance.wgsl`.
    fn balanced(
        &self,
        gpu: &Gpu,
        operator: &Operator,
        settings: &Settings,
        solved: &wgpu::Buffer,
        balance: Balance,
    ) -> wgpu::Buffer {
        let mut work = Work::new(gpu);
        let goal = match &self.goal {
            Goal::Known(goal) => goal.clone(),
            Goal::Sums(sums, last) => Sums::clone(sums).planes(&mut work, last).buffer,
        };
        let [width, height] = self.size;
        let radius = settings.radius as u32;
        let (step, kernel) = match &operator.layer {
            GuidedLayer::Convolutional { mean, .. } => (radius, mean.as_slice()),
            _ => (1, [0.0].as_slice()),
        };
        let params = gpu.uniform(&[
            height,
            width,
            radius,
            step,
            u32::from(kernel.len() > 1),
            u32::from(operator.photo_guides()),
            balance.tone.to_bits(),
            balance.detail.to_bits(),
        ]);
        let kernel = gpu.upload(kernel);
        let area = (width * height) as usize;
        let grids = gpu.empty(6 * area);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, self.il.as_entire_binding()),
            (2, goal.as_entire_binding()),
            (3, kernel.as_entire_binding()),
            (4, solved.as_entire_binding()),
            (5, grids.as_entire_binding()),
        ];
        let taps = 2 * u64::from(radius / step) + 1;
        let operations = 3 * area as u64 * taps * taps;
        work.dispatch(&gpu.kernels.balance, &bindings, groups(self.size, 3), operations);
        work.submit();
        grids
    }

    fn plain(&self, work: &mut Work<'_>, goal: &wgpu::Buffer, settings: &Settings) -> wgpu::Buffer {
        let gpu = work.gpu();
        let [width, height] = self.size;
        let epsilon = (settings.epsilon as f32).to_bits();
        let params = gpu.uniform(&[height, width, settings.radius as u32, epsilon]);
        let area = (width * height) as usize;
        let grids = gpu.empty(6 * area);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, self.gl.as_entire_binding()),
            (2, goal.as_entire_binding()),
            (3, grids.as_entire_binding()),
        ];
        let side = 2 * settings.radius as u64 + 1;
        let operations = 12 * area as u64 * side * side;
        work.dispatch(&gpu.kernels.plain, &bindings, groups(self.size, 3), operations);
        grids
    }
}
