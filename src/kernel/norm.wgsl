// Adaptive normalisation and leaky ReLU. Twin of norm.rs; the first part of conv.wgsl and
// convolutional.wgsl. Convolutions write sums as they are, and the statistics of each tile of 8x8 pixels;
// whoever reads the sums merges the tiles' statistics and normalises.

struct Norm {
    channels: u32,
    // tiles of which there are statistics; none takes what is stored
    tiles: u32,
    // where in `constants` scale, shift, mean, variance of each channel begin
    start: u32,
    slope: f32,
    w0: f32,
    w1: f32,
    unused_0: u32,
    unused_1: u32,
}

struct Params {
    width: u32,
    height: u32,
    // of the convolution
    outputs: u32,
    kernel: u32,
    dilation: u32,
    // where in `constants` its weights and biases begin
    weights: u32,
    bias: u32,
    // of the guided layer: dilation of its means, where their kernels and what makes Ol begin
    radius: u32,
    means: u32,
    goal_weights: u32,
    goal_bias: u32,
    // the row of tiles that a dispatch begins with
    first_row: u32,
    input: Norm,
}

const SIDE: u32 = 8u;
const THREADS: u32 = 64u;
// the most that a filter may have
const CHANNELS: u32 = 128u;
// channels that one invocation sums at once
const OUTPUTS: u32 = 12u;
const EPSILON: f32 = 1e-3;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> constants: array<vec4<f32>>;
// [channels][height][width]
@group(0) @binding(2) var<storage, read> input: array<f32>;
// [channels][tiles]: number of pixels, their mean, the sum of squares around it
@group(0) @binding(3) var<storage, read> tiles: array<vec4<f32>>;
// [outputs][height][width]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;
// [outputs][tiles]
@group(0) @binding(5) var<storage, read_write> output_tiles: array<vec4<f32>>;

// mean, factor, term of each channel of the input
var<workgroup> maps: array<vec3<f32>, CHANNELS>;
var<workgroup> tile_sums: array<array<f32, OUTPUTS>, THREADS>;

// Statistics of two sets of pixels together.
fn merged(one: vec3<f32>, other: vec3<f32>) -> vec3<f32> {
    let count = one.x + other.x;
    let off = other.y - one.y;
    let share = other.x / count;
    return vec3(count, one.y + off * share, one.z + other.z + off * off * one.x * share);
}

// To be called by all invocations before `normed`.
fn prepare(thread: u32) {
    let norm = params.input;
    for (var channel = thread; channel < norm.channels; channel += THREADS) {
        let stored = constants[norm.start + channel];
        var mean = stored.z;
        var variance = stored.w;
        if norm.tiles > 0u {
            var all = vec3(0.0);
            for (var tile = 0u; tile < norm.tiles; tile++) {
                all = merged(all, tiles[channel * norm.tiles + tile].xyz);
            }
            mean = all.y;
            variance = all.z / all.x;
        }
        let gain = stored.x / sqrt(variance + EPSILON);
        maps[channel] = vec3(mean, norm.w0 + norm.w1 * gain, norm.w0 * mean + norm.w1 * stored.y);
    }
    workgroupBarrier();
}

// A value of the input.
fn normed(channel: u32, place: u32) -> f32 {
    let map = maps[channel];
    let value = (input[channel * params.width * params.height + place] - map.x) * map.y + map.z;
    return max(value, params.input.slope * value);
}

fn is_inside(at: vec2<u32>) -> bool {
    return at.x < params.width && at.y < params.height;
}

// Writes channels `first`.. of every pixel of a tile, and their statistics. To be called by all
// invocations.
fn put(sums: array<vec4<f32>, 3>, first: u32, group: vec2<u32>, thread: u32) {
    let at = group * SIDE + vec2(thread % SIDE, thread / SIDE);
    let area = params.width * params.height;
    var lanes = sums;
    for (var lane = 0u; lane < OUTPUTS; lane++) {
        let value = lanes[lane / 4u][lane % 4u];
        tile_sums[thread][lane] = value;
        if first + lane < params.outputs && is_inside(at) {
            output[(first + lane) * area + at.y * params.width + at.x] = value;
        }
    }
    workgroupBarrier();
    if thread < OUTPUTS && first + thread < params.outputs {
        let size = min(vec2(SIDE), vec2(params.width, params.height) - group * SIDE);
        let count = f32(size.x * size.y);
        let pivot = tile_sums[0][thread];
        var off = 0.0;
        for (var y = 0u; y < size.y; y++) {
            for (var x = 0u; x < size.x; x++) {
                off += tile_sums[y * SIDE + x][thread] - pivot;
            }
        }
        let mean = pivot + off / count;
        var squares = 0.0;
        for (var y = 0u; y < size.y; y++) {
            for (var x = 0u; x < size.x; x++) {
                let value = tile_sums[y * SIDE + x][thread] - mean;
                squares += value * value;
            }
        }
        let across = (params.width + SIDE - 1u) / SIDE;
        let down = (params.height + SIDE - 1u) / SIDE;
        let place = (first + thread) * across * down + group.y * across + group.x;
        output_tiles[place] = vec4(count, mean, squares, 0.0);
    }
    workgroupBarrier();
}
