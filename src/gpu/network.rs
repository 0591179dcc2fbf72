//! Networks on the GPU: one dispatch a convolution. Their twins are in [`crate::kernel`].
//!
//! A normalisation needs the statistics of all pixels, which are there once the convolution before it
//! is done. So convolutions write plain sums, with the statistics of each tile, and what comes next
//! normalises as it reads (`norm.wgsl`).

use super::Gpu;
use super::work::{OPERATIONS_MAX, Work};
use crate::kernel::Planes;
use crate::operator::{AdaptiveNorm, Block, Conv, Network, Statistics};

/// What a convolution wrote, and how it is to be read.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub size: [u32; 2],
    pub buffer: wgpu::Buffer,
    channels: u32,
    norm: Norm,
    /// The statistics of how many tiles these are.
    tiles: (wgpu::Buffer, u32),
}

/// A normalisation and the activation behind it.
#[derive(Clone, Debug, PartialEq)]
struct Norm {
    layer: Option<AdaptiveNorm>,
    slope: f32,
}

/// Channels that one invocation sums, as `OUTPUTS` in `norm.wgsl`.
const OUTPUTS: usize = 12;
/// More tiles than these are merged before they are read.
const TILES_MAX: u32 = 256;

#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct NormHeader {
    channels: u32,
    tiles: u32,
    start: u32,
    slope: f32,
    w0: f32,
    w1: f32,
    unused: [u32; 2],
}

#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Params {
    size: [u32; 2],
    outputs: u32,
    kernel: u32,
    dilation: u32,
    weights: u32,
    bias: u32,
    radius: u32,
    means: u32,
    goal_weights: u32,
    goal_bias: u32,
    first_row: u32,
    input: NormHeader,
}

/// What a dispatch reads besides its input.
#[derive(Debug, Default)]
struct Constants {
    params: Params,
    values: Vec<[f32; 4]>,
}

/// Whether the GPU runs a network.
pub(super) fn runs(network: &Network) -> bool {
    network.blocks().is_some_and(|blocks| blocks.iter().all(|block| block.whole.is_none()))
}

/// The layer's windows and what comes of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows<'a> {
    /// Gl.
    pub guide: &'a wgpu::Buffer,
    /// Of the means.
    pub dilation: usize,
    /// `[3][3][3]`.
    pub mean: &'a [f32],
    pub pointwise: &'a Network,
}

impl Sums {
    /// How many planes these are.
    pub fn channels(&self) -> usize {
        self.channels as usize
    }

    /// Planes that are read as they are.
    pub fn of_planes(gpu: &Gpu, planes: &Planes) -> Self {
        Self {
            size: [planes.width as u32, planes.height as u32],
            buffer: gpu.upload(&planes.data),
            channels: planes.channels as u32,
            norm: Norm::NONE,
            tiles: (gpu.empty(4), 0),
        }
    }

    /// What a network makes of them; its last normalisation is still to come.
    pub fn run(self, work: &mut Work<'_>, network: &Network, statistics: Statistics) -> Self {
        let blocks = network.blocks().expect("a network is a list of blocks");
        blocks.iter().fold(self, |sums, block| sums.block(work, block, statistics))
    }

    /// The same without its last convolution where that is a plain pointwise one to three channels, and
    /// that; else one that changes nothing.
    pub fn run_but_last(
        self,
        work: &mut Work<'_>,
        network: &Network,
        statistics: Statistics,
    ) -> (Self, Conv) {
        let mut blocks = network.blocks().expect("a network is a list of blocks");
        let is_plain = |block: &Block<'_>| {
            let conv = block.conv;
            conv.kernel == 1 && conv.outputs == 3 && Norm::of(block) == Norm::NONE
        };
        let last = blocks.pop_if(|block| is_plain(block)).map(|block| block.conv.clone());
        let sums = blocks.iter().fold(self, |sums, block| sums.block(work, block, statistics));
        (sums, last.unwrap_or_else(|| unchanged(3)))
    }

    /// Planes that can be read as they are.
    pub fn plain(self, work: &mut Work<'_>) -> Self {
        if self.norm == Norm::NONE {
            return self;
        }
        let conv = unchanged(self.channels as usize);
        self.conv(work, &conv, Norm::NONE)
    }

    /// What a last convolution makes of them.
    pub fn planes(self, work: &mut Work<'_>, last: &Conv) -> Self {
        self.conv(work, last, Norm::NONE)
    }

    fn block(self, work: &mut Work<'_>, block: &Block<'_>, statistics: Statistics) -> Self {
        let next = self.conv(work, block.conv, Norm::of(block));
        match block.norm {
            Some(_) if statistics == Statistics::PerImage => next.merged(work),
            _ => Self { tiles: (next.tiles.0, 0), ..next },
        }
    }

    fn conv(self, work: &mut Work<'_>, conv: &Conv, norm: Norm) -> Self {
        let gpu = work.gpu();
        let mut constants = Constants::reading(&self);
        constants.conv(conv);
        let Constants { mut params, values } = constants;
        let values = gpu.upload(&values);
        let output = Sums::empty(gpu, self.size, conv.outputs as u32, norm);
        let [across, down, depth] = groups(self.size, conv.outputs.div_ceil(OUTPUTS) as u32);
        let row = u64::from(self.size[0]) * 8 * conv.weight.len() as u64;
        // A large one in bands of rows: the window draws between them.
        let rows = (OPERATIONS_MAX / row).clamp(1, u64::from(down)) as u32;
        for first in (0..down).step_by(rows as usize) {
            params.first_row = first;
            let params = gpu.uniform(&params);
            let bindings = [
                (0, params.as_entire_binding()),
                (1, values.as_entire_binding()),
                (2, self.buffer.as_entire_binding()),
                (3, self.tiles.0.as_entire_binding()),
                (4, output.buffer.as_entire_binding()),
                (5, output.tiles.0.as_entire_binding()),
            ];
            let rows = rows.min(down - first);
            let groups = [across, rows, depth];
            work.dispatch(&gpu.kernels.conv, &bindings, groups, row * u64::from(rows));
        }
        output
    }

    /// The statistics of few tiles.
    fn merged(self, work: &mut Work<'_>) -> Self {
        if self.tiles.1 <= TILES_MAX {
            return self;
        }
        let gpu = work.gpu();
        let (params, _) = Constants::reading(&self).upload(gpu);
        let merged = gpu.empty(4 * self.channels as usize);
        let bindings = [
            (0, params.as_entire_binding()),
            (3, self.tiles.0.as_entire_binding()),
            (5, merged.as_entire_binding()),
        ];
        work.dispatch(&gpu.kernels.merge, &bindings, [self.channels, 1, 1], 0);
        Self { tiles: (merged, 1), ..self }
    }

    /// A and b of a convolutional layer, `[6][height][width]`, where these are what `goal` makes Ol of.
    pub fn solve_convolutional(
        self,
        work: &mut Work<'_>,
        goal: &Conv,
        windows: &Windows<'_>,
        statistics: Statistics,
    ) -> wgpu::Buffer {
        let gpu = work.gpu();
        let blocks = windows.pointwise.blocks().expect("a network is a list of blocks");
        let (first, rest) = blocks.split_first().expect("a network has a block");
        let (middle, last) = match rest.split_last() {
            Some((last, middle)) if Norm::of(last) == Norm::NONE => (middle, last.conv.clone()),
            _ => (rest, unchanged(3)),
        };

        let mut constants = Constants::reading(&self);
        constants.goal(goal);
        constants.conv(first.conv);
        constants.params.radius = windows.dilation as u32;
        constants.params.means = constants.start();
        let tap = |tap: usize| [0, 1, 2].map(|channel| windows.mean[9 * channel + tap]);
        constants.values.extend((0..9).map(|at| four(tap(at))));
        let (params, values) = constants.upload(gpu);
        let area = (self.size[0] * self.size[1]) as usize;
        let means = gpu.empty(6 * area);
        let sums = Sums::empty(gpu, self.size, first.conv.outputs as u32, Norm::of(first));
        let bindings = [
            (0, params.as_entire_binding()),
            (1, values.as_entire_binding()),
            (2, self.buffer.as_entire_binding()),
            (3, self.tiles.0.as_entire_binding()),
            (4, sums.buffer.as_entire_binding()),
            (5, sums.tiles.0.as_entire_binding()),
            (6, windows.guide.as_entire_binding()),
            (7, means.as_entire_binding()),
        ];
        let groups = groups(self.size, 1);
        let operations = (10 * goal.weight.len() + first.conv.weight.len()) as u64;
        work.dispatch(&gpu.kernels.windows, &bindings, groups, area as u64 * operations);

        let sums = match first.norm {
            Some(_) if statistics == Statistics::PerImage => sums.merged(work),
            _ => Self { tiles: (sums.tiles.0, 0), ..sums },
        };
        let sums = middle.iter().fold(sums, |sums, block| sums.block(work, block, statistics));
        let mut constants = Constants::reading(&sums);
        constants.goal(&last);
        let (params, values) = constants.upload(gpu);
        let grids = gpu.empty(6 * area);
        let bindings = [
            (0, params.as_entire_binding()),
            (1, values.as_entire_binding()),
            (2, sums.buffer.as_entire_binding()),
            (3, sums.tiles.0.as_entire_binding()),
            (4, grids.as_entire_binding()),
            (7, means.as_entire_binding()),
        ];
        work.dispatch(&gpu.kernels.terms, &bindings, groups, (area * last.weight.len()) as u64);
        grids
    }

    fn empty(gpu: &Gpu, size: [u32; 2], channels: u32, norm: Norm) -> Self {
        let [across, down, _] = groups(size, 1);
        let (area, tiles) = (size[0] * size[1], across * down);
        Self {
            size,
            buffer: gpu.empty((channels * area) as usize),
            channels,
            norm,
            tiles: (gpu.empty((4 * channels * tiles) as usize), tiles),
        }
    }
}

impl Norm {
    const NONE: Self = Self { layer: None, slope: 1.0 };

    fn of(block: &Block<'_>) -> Self {
        Self { layer: block.norm.cloned(), slope: block.slope }
    }
}

impl Constants {
    /// For a dispatch that reads these.
    fn reading(sums: &Sums) -> Self {
        let none = AdaptiveNorm::none(sums.channels as usize);
        let layer = sums.norm.layer.as_ref().unwrap_or(&none);
        let channel = |i| [layer.scale[i], layer.shift[i], layer.mean[i], layer.variance[i]];
        let input = NormHeader {
            channels: sums.channels,
            tiles: sums.tiles.1,
            start: 0,
            slope: sums.norm.slope,
            w0: layer.w0,
            w1: layer.w1,
            unused: [0; 2],
        };
        Self {
            params: Params { size: sums.size, input, ..Params::default() },
            values: (0..sums.channels as usize).map(channel).collect(),
        }
    }

    /// Where the next values are.
    fn start(&self) -> u32 {
        self.values.len() as u32
    }

    /// The weights of a convolution, `[blocks of outputs][taps][inputs][outputs of a block]`.
    fn conv(&mut self, conv: &Conv) {
        let taps = conv.kernel * conv.kernel;
        let blocks = conv.outputs.div_ceil(OUTPUTS);
        self.params.outputs = conv.outputs as u32;
        self.params.kernel = conv.kernel as u32;
        self.params.dilation = conv.dilation as u32;
        self.params.weights = self.start();
        for block in 0..blocks {
            for tap in 0..taps {
                for input in 0..conv.inputs {
                    let weight = |output: usize| {
                        let at = (output * conv.inputs + input) * taps + tap;
                        if output < conv.outputs { conv.weight[at] } else { 0.0 }
                    };
                    self.block(block, weight);
                }
            }
        }
        self.params.bias = self.start();
        for block in 0..blocks {
            self.block(block, |output| bias(conv, output));
        }
    }

    /// The values of a block of outputs.
    fn block(&mut self, block: usize, value: impl Fn(usize) -> f32) {
        let four = |first: usize| std::array::from_fn(|lane| value(block * OUTPUTS + first + lane));
        self.values.extend((0..OUTPUTS).step_by(4).map(four));
    }

    /// The weights of a pointwise convolution to three channels.
    fn goal(&mut self, conv: &Conv) {
        self.params.goal_weights = self.start();
        let weight =
            |input: usize| [0, 1, 2].map(|output| conv.weight[output * conv.inputs + input]);
        self.values.extend((0..conv.inputs).map(|input| four(weight(input))));
        self.params.goal_bias = self.start();
        self.values.push(four([0, 1, 2].map(|output| bias(conv, output))));
    }

    fn upload(self, gpu: &Gpu) -> (wgpu::Buffer, wgpu::Buffer) {
        (gpu.uniform(&self.params), gpu.upload(&self.values))
    }
}

fn four([x, y, z]: [f32; 3]) -> [f32; 4] {
    [x, y, z, 0.0]
}

fn bias(conv: &Conv, output: usize) -> f32 {
    conv.bias.as_ref().and_then(|bias| bias.get(output)).copied().unwrap_or(0.0)
}

/// A convolution that passes its input on.
fn unchanged(channels: usize) -> Conv {
    let weight = |at: usize| if at.is_multiple_of(channels + 1) { 1.0 } else { 0.0 };
    Conv {
        inputs: channels,
        outputs: channels,
        kernel: 1,
        dilation: 1,
        weight: (0..channels * channels).map(weight).collect(),
        bias: None,
    }
}

/// Workgroups of 8x8 over one plane, `depth` times.
pub(super) fn groups(size: [u32; 2], depth: u32) -> [u32; 3] {
    [size[0].div_ceil(8), size[1].div_ceil(8), depth]
}
