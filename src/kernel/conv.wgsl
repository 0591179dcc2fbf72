// Convolution: kernel of 1 or 3, dilated, zero padded, stride 1. Twin of conv.rs.
// One invocation sums four output channels of one pixel.

struct Params {
    inputs: u32,
    outputs: u32,
    height: u32,
    width: u32,
    kernel: u32,
    dilation: u32,
    unused_0: u32,
    unused_1: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [outputs / 4][inputs][kernel * kernel]
@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>;
// [outputs / 4]
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
// [inputs][height][width]
@group(0) @binding(3) var<storage, read> input: array<f32>;
// [outputs][height][width]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let area = params.width * params.height;
    let size = vec2<i32>(i32(params.width), i32(params.height));
    let taps = params.kernel * params.kernel;
    let half = i32(params.kernel / 2u) * i32(params.dilation);
    var sum = bias[id.z];
    for (var tap = 0u; tap < taps; tap++) {
        let step = vec2<i32>(i32(tap % params.kernel), i32(tap / params.kernel)) * i32(params.dilation);
        let at = vec2<i32>(id.xy) + step - half;
        if any(at < vec2(0)) || any(at >= size) {
            continue;
        }
        let place = u32(at.y) * params.width + u32(at.x);
        for (var channel = 0u; channel < params.inputs; channel++) {
            let weight = weights[(id.z * params.inputs + channel) * taps + tap];
            sum += weight * input[channel * area + place];
        }
    }
    let place = id.y * params.width + id.x;
    for (var lane = 0u; lane < 4u; lane++) {
        let channel = id.z * 4u + lane;
        if channel < params.outputs {
            output[channel * area + place] = sum[lane];
        }
    }
}
