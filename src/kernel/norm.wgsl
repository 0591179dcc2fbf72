// Adaptive normalisation and leaky ReLU, in place. Twin of norm.rs.
// One workgroup does one channel: the mean, then the variance around it, then the values.

struct Params {
    area: u32,
    // 1 where stored statistics are used
    is_frozen: u32,
    w0: f32,
    w1: f32,
    slope: f32,
    unused_0: u32,
    unused_1: u32,
    unused_2: u32,
}

const THREADS: u32 = 256u;
const EPSILON: f32 = 1e-3;

@group(0) @binding(0) var<uniform> params: Params;
// scale, shift, mean, variance of each channel
@group(0) @binding(1) var<storage, read> channels: array<vec4<f32>>;
// [channels][area]
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;

var<workgroup> partial: array<f32, THREADS>;

fn total(thread: u32, value: f32) -> f32 {
    workgroupBarrier();
    partial[thread] = value;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            partial[thread] += partial[thread + half];
        }
    }
    workgroupBarrier();
    return partial[0];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let channel = channels[group.x];
    let start = group.x * params.area;
    var mean = channel.z;
    var variance = channel.w;
    if params.is_frozen == 0u {
        let pivot = planes[start];
        var sum = 0.0;
        for (var i = thread; i < params.area; i += THREADS) {
            sum += planes[start + i] - pivot;
        }
        mean = pivot + total(thread, sum) / f32(params.area);
        var squares = 0.0;
        for (var i = thread; i < params.area; i += THREADS) {
            let off = planes[start + i] - mean;
            squares += off * off;
        }
        variance = total(thread, squares) / f32(params.area);
    }
    let gain = channel.x / sqrt(variance + EPSILON);
    for (var i = thread; i < params.area; i += THREADS) {
        let value = planes[start + i];
        let normed = params.w0 * value + params.w1 * (gain * (value - mean) + channel.y);
        planes[start + i] = max(normed, params.slope * normed);
    }
}
