// The convolutional guided filtering layer. Twin of convolutional.rs.
// `windows` makes what the pointwise network looks at; A comes from that network by conv.wgsl and
// norm.wgsl; `terms` makes b.

struct Params {
    height: u32,
    width: u32,
    dilation: u32,
    unused_0: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Gl, [3][height][width]
@group(0) @binding(1) var<storage, read> guide: array<f32>;
// Ol, [3][height][width]
@group(0) @binding(2) var<storage, read> goal: array<f32>;
// the learnt mean, [3][3][3]
@group(0) @binding(3) var<storage, read> mean_kernel: array<f32>;
// cov then var, [6][height][width]
@group(0) @binding(4) var<storage, read_write> covariances: array<f32>;
// means of Gl then of Ol, [6][height][width]
@group(0) @binding(5) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(8, 8)
fn windows(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let area = params.width * params.height;
    let start = id.z * area;
    let here = start + id.y * params.width + id.x;
    let pivot = vec2(guide[here], goal[here]);
    let size = vec2<i32>(i32(params.width), i32(params.height));
    var norm = 0.0;
    var sum = vec2(0.0);
    var covariance = 0.0;
    var variance = 0.0;
    var off = vec2(0.0);
    // The first round finds the means, the second the products around them.
    for (var round = 0u; round < 2u; round++) {
        for (var tap = 0u; tap < 9u; tap++) {
            let step = vec2<i32>(i32(tap % 3u), i32(tap / 3u)) - 1;
            let at = vec2<i32>(id.xy) + step * i32(params.dilation);
            if any(at < vec2(0)) || any(at >= size) {
                continue;
            }
            let place = start + u32(at.y) * params.width + u32(at.x);
            let weight = mean_kernel[id.z * 9u + tap];
            let value = vec2(guide[place], goal[place]) - pivot - off;
            if round == 0u {
                norm += weight;
                sum += weight * value;
            } else {
                covariance += weight * value.x * value.y;
                variance += weight * value.x * value.x;
            }
        }
        off = sum / norm;
    }
    covariances[here] = covariance / norm;
    covariances[3u * area + here] = variance / norm;
    means[here] = pivot.x + off.x;
    means[3u * area + here] = pivot.y + off.y;
}

// A then b, [6][height][width]; A is there already
@group(0) @binding(6) var<storage, read_write> grids: array<f32>;

@compute @workgroup_size(8, 8)
fn terms(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let area = params.width * params.height;
    let here = id.z * area + id.y * params.width + id.x;
    grids[3u * area + here] = means[3u * area + here] - grids[here] * means[here];
}
