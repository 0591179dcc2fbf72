// Convolution: kernel of 1 or 3, dilated, zero padded, stride 1. Twin of conv.rs. norm.wgsl stands
// before it. One invocation sums OUTPUTS channels of one pixel.

@compute @workgroup_size(8, 8)
fn main(
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    prepare(thread);
    let group = id + vec3(0u, params.first_row, 0u);
    let at = group.xy * SIDE + vec2(thread % SIDE, thread / SIDE);
    let size = vec2(i32(params.width), i32(params.height));
    let taps = params.kernel * params.kernel;
    let half = i32(params.kernel / 2u) * i32(params.dilation);
    let start = params.weights + group.z * params.input.channels * taps * 3u;
    let bias = params.bias + group.z * 3u;
    var first = constants[bias];
    var second = constants[bias + 1u];
    var third = constants[bias + 2u];
    for (var tap = 0u; tap < taps; tap++) {
        let step = vec2(i32(tap % params.kernel), i32(tap / params.kernel)) * i32(params.dilation);
        let spot = vec2<i32>(at) + step - half;
        if !is_inside(at) || any(spot < vec2(0)) || any(spot >= size) {
            continue;
        }
        let place = u32(spot.y) * params.width + u32(spot.x);
        for (var channel = 0u; channel < params.input.channels; channel++) {
            let value = normed(channel, place);
            let weights = start + (tap * params.input.channels + channel) * 3u;
            first += value * constants[weights];
            second += value * constants[weights + 1u];
            third += value * constants[weights + 2u];
        }
    }
    put(array(first, second, third), group.z * OUTPUTS, group.xy, thread);
}

var<workgroup> shares: array<vec3<f32>, THREADS>;

// Merges the statistics of many tiles into those of one, a channel a workgroup, so that not every
// workgroup of what follows has to.
@compute @workgroup_size(64)
fn merge(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    var share = vec3(0.0);
    let start = group.x * params.input.tiles;
    for (var tile = thread; tile < params.input.tiles; tile += THREADS) {
        share = merged(share, tiles[start + tile].xyz);
    }
    shares[thread] = share;
    workgroupBarrier();
    if thread == 0u {
        for (var i = 1u; i < min(THREADS, params.input.tiles); i++) {
            share = merged(share, shares[i]);
        }
        output_tiles[group.x] = vec4(share, 0.0);
    }
}
