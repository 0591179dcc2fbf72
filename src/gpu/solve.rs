//! The solve on the GPU: Il, network, guidance, guided layer, all in graphics memory.

use std::sync::Arc;

use super::{Gpu, GpuPhoto};
use crate::edit::{Balance, Edit, Layer};
use crate::kernel::balance;
use crate::kernel::guide::{self, Folded};
use crate::kernel::render::{Based, Reach, Stage};
use crate::kernel::sample::Sites;
use crate::operator::{AdaptiveNorm, Conv, GuidedLayer, Network, Operator, Settings, Statistics};
use crate::render::{Solver, Source};

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
}

impl Kept {
    /// Il, Gl, Ol, A and b.
    fn bytes(&self) -> usize {
        let [width, height] = self.low.gl.size;
        60 * (width * height) as usize
    }
}

/// Planes in graphics memory.
#[derive(Clone, Debug)]
struct Planes {
    buffer: wgpu::Buffer,
    size: [u32; 2],
}

#[derive(Debug)]
struct Low {
    il: Planes,
    gl: Planes,
    ol: Planes,
}

impl GpuSolver {
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
            [layer] if layer.operator.base.is_none() => {
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
            grids: Some(GpuGrids { size: kept.low.gl.size, planes: 6, buffer: grids }),
            own,
            clamp: operator.clamp,
            strength: layer.strength,
        };
        self.kept.push(kept);
        while self.kept.len() > 1
            && self.kept.iter().map(Kept::bytes).sum::<usize>() > KEPT_BYTES_MAX
        {
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
        }
    }
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
    let guide = operator
        .guide
        .as_ref()
        .map(|guide| Arc::new(guide::fold(guide, source.moments(), operator.statistics)));
    let il = sample(gpu, source, photo, short_side);
    let ol = run(gpu, &operator.network, &il, operator.statistics);
    let gl = match &operator.guide {
        Some(guide) => run(gpu, guide, &il, operator.statistics),
        None => il.clone(),
    };
    Ok(Kept {
        photo: source.id(),
        operator: Arc::clone(operator),
        short_side,
        low: Low { il, gl, ol },
        guide,
        solved: None,
    })
}

/// Runs `sample.wgsl`.
fn sample(gpu: &Gpu, source: &Source, photo: &mut GpuPhoto, short_side: usize) -> Planes {
    let image = source.image();
    let sites = Sites::new(image.width, image.height, short_side);
    let size = [sites.columns.len() as u32, sites.rows.len() as u32];
    let params = gpu.uniform(&[
        size[0],
        size[1],
        image.coding.scale.to_bits(),
        image.coding.offset.to_bits(),
    ]);
    let texture = photo.level(gpu, source, 0);
    let (columns, rows) = (gpu.upload(&sites.columns), gpu.upload(&sites.rows));
    let il = Planes::new(gpu, 3, size);
    let bindings = [
        (0, params.as_entire_binding()),
        (1, wgpu::BindingResource::TextureView(&texture)),
        (2, columns.as_entire_binding()),
        (3, rows.as_entire_binding()),
        (4, il.buffer.as_entire_binding()),
    ];
    gpu.submit(|pass| gpu.dispatch(pass, &gpu.kernels.sample, &bindings, il.groups(1)));
    il
}

/// Runs a network by `conv.wgsl` and `norm.wgsl`. Twin of [`crate::kernel::network::run`].
fn run(gpu: &Gpu, network: &Network, input: &Planes, statistics: Statistics) -> Planes {
    let blocks = network.blocks().expect("a network is a list of blocks");
    let mut planes = input.clone();
    for block in blocks {
        gpu.submit(|pass| {
            planes = conv(gpu, pass, block.conv, &planes);
            match block.norm {
                Some(layer) => norm(gpu, pass, layer, &planes, statistics, block.slope),
                None if block.slope != 1.0 => {
                    // The activation alone is a normalisation that changes nothing.
                    let none = AdaptiveNorm::none(block.conv.outputs);
                    norm(gpu, pass, &none, &planes, Statistics::Frozen, block.slope);
                }
                None => {}
            }
        });
    }
    planes
}

fn conv(gpu: &Gpu, pass: &mut wgpu::ComputePass<'_>, conv: &Conv, input: &Planes) -> Planes {
    let taps = conv.kernel * conv.kernel;
    let blocks = conv.outputs.div_ceil(4);
    let lane = |at: usize, lane: usize| {
        let (block, rest) = (at / (conv.inputs * taps), at % (conv.inputs * taps));
        let output = 4 * block + lane;
        if output < conv.outputs { conv.weight[output * conv.inputs * taps + rest] } else { 0.0 }
    };
    let weights: Vec<[f32; 4]> =
        (0..blocks * conv.inputs * taps).map(|at| std::array::from_fn(|i| lane(at, i))).collect();
    let bias: Vec<f32> = (0..4 * blocks)
        .map(|output| conv.bias.as_ref().and_then(|bias| bias.get(output)).copied().unwrap_or(0.0))
        .collect();
    let params = gpu.uniform(&[
        conv.inputs as u32,
        conv.outputs as u32,
        input.size[1],
        input.size[0],
        conv.kernel as u32,
        conv.dilation as u32,
        0,
        0,
    ]);
    let (weights, bias) = (gpu.upload(&weights), gpu.upload(&bias));
    let output = Planes::new(gpu, conv.outputs, input.size);
    let bindings = [
        (0, params.as_entire_binding()),
        (1, weights.as_entire_binding()),
        (2, bias.as_entire_binding()),
        (3, input.buffer.as_entire_binding()),
        (4, output.buffer.as_entire_binding()),
    ];
    gpu.dispatch(pass, &gpu.kernels.conv, &bindings, input.groups(blocks as u32));
    output
}

fn norm(
    gpu: &Gpu,
    pass: &mut wgpu::ComputePass<'_>,
    norm: &AdaptiveNorm,
    planes: &Planes,
    statistics: Statistics,
    slope: f32,
) {
    let channels: Vec<[f32; 4]> = (0..norm.scale.len())
        .map(|i| [norm.scale[i], norm.shift[i], norm.mean[i], norm.variance[i]])
        .collect();
    let params = gpu.uniform(&[
        planes.size[0] * planes.size[1],
        u32::from(statistics == Statistics::Frozen),
        norm.w0.to_bits(),
        norm.w1.to_bits(),
        slope.to_bits(),
        0,
        0,
        0,
    ]);
    let uploaded = gpu.upload(&channels);
    let bindings = [
        (0, params.as_entire_binding()),
        (1, uploaded.as_entire_binding()),
        (2, planes.buffer.as_entire_binding()),
    ];
    gpu.dispatch(pass, &gpu.kernels.norm, &bindings, [channels.len() as u32, 1, 1]);
}

impl Low {
    /// A and b, by `plain.wgsl` or `convolutional.wgsl`.
    fn grids(
        &self,
        gpu: &Gpu,
        operator: &Operator,
        settings: &Settings,
    ) -> Result<wgpu::Buffer, String> {
        match &operator.layer {
            GuidedLayer::Plain { .. } => Ok(self.plain(gpu, settings)),
            GuidedLayer::Convolutional { mean, pointwise, .. } => {
                Ok(self.convolutional(gpu, settings, mean, pointwise, operator.statistics))
            }
            // These have a base, and are the twin's.
            GuidedLayer::None | GuidedLayer::Residual { .. } => {
                Err("the graphics card cannot solve this filter".to_owned())
            }
        }
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
        let [width, height] = self.gl.size;
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
        let grids = Planes::new(gpu, 6, self.gl.size);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, self.il.buffer.as_entire_binding()),
            (2, self.ol.buffer.as_entire_binding()),
            (3, kernel.as_entire_binding()),
            (4, solved.as_entire_binding()),
            (5, grids.buffer.as_entire_binding()),
        ];
        gpu.submit(|pass| gpu.dispatch(pass, &gpu.kernels.balance, &bindings, grids.groups(3)));
        grids.buffer
    }

    fn plain(&self, gpu: &Gpu, settings: &Settings) -> wgpu::Buffer {
        let [width, height] = self.gl.size;
        let epsilon = (settings.epsilon as f32).to_bits();
        let params = gpu.uniform(&[height, width, settings.radius as u32, epsilon]);
        let grids = Planes::new(gpu, 6, self.gl.size);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, self.gl.buffer.as_entire_binding()),
            (2, self.ol.buffer.as_entire_binding()),
            (3, grids.buffer.as_entire_binding()),
        ];
        gpu.submit(|pass| gpu.dispatch(pass, &gpu.kernels.plain, &bindings, grids.groups(3)));
        grids.buffer
    }

    fn convolutional(
        &self,
        gpu: &Gpu,
        settings: &Settings,
        mean: &[f32],
        pointwise: &Network,
        statistics: Statistics,
    ) -> wgpu::Buffer {
        let [width, height] = self.gl.size;
        let params = gpu.uniform(&[height, width, settings.radius as u32, 0]);
        let kernel = gpu.upload(mean);
        let (covariances, means, grids) = (
            Planes::new(gpu, 6, self.gl.size),
            Planes::new(gpu, 6, self.gl.size),
            Planes::new(gpu, 6, self.gl.size),
        );
        let windows = [
            (0, params.as_entire_binding()),
            (1, self.gl.buffer.as_entire_binding()),
            (2, self.ol.buffer.as_entire_binding()),
            (3, kernel.as_entire_binding()),
            (4, covariances.buffer.as_entire_binding()),
            (5, means.buffer.as_entire_binding()),
        ];
        gpu.submit(|pass| gpu.dispatch(pass, &gpu.kernels.windows, &windows, grids.groups(3)));
        let a = run(gpu, pointwise, &covariances, statistics);
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let bytes = 12 * u64::from(width) * u64::from(height);
        encoder.copy_buffer_to_buffer(&a.buffer, 0, &grids.buffer, 0, bytes);
        gpu.queue.submit([encoder.finish()]);
        let terms = [
            (0, params.as_entire_binding()),
            (5, means.buffer.as_entire_binding()),
            (6, grids.buffer.as_entire_binding()),
        ];
        gpu.submit(|pass| gpu.dispatch(pass, &gpu.kernels.terms, &terms, grids.groups(3)));
        grids.buffer
    }
}

impl Planes {
    fn new(gpu: &Gpu, channels: usize, size: [u32; 2]) -> Self {
        Self { buffer: gpu.empty(channels * (size[0] * size[1]) as usize), size }
    }

    /// Workgroups of 8x8 over one plane, `depth` times.
    fn groups(&self, depth: u32) -> [u32; 3] {
        [self.size[0].div_ceil(8), self.size[1].div_ceil(8), depth]
    }
}
