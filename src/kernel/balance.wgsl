// Tone and detail: A' and b' from A, b and the mean of Ol - Il. Twin of balance.rs.

struct Params {
    height: u32,
    width: u32,
    // cells from the middle of the window to its last tap, and from one tap to the next
    reach: u32,
    step: u32,
    // 1 where the taps have learnt weights, 3x3 of them
    is_learned: u32,
    // 1 where the photo itself is the guide
    photo_guides: u32,
    tone: f32,
    detail: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Il, [3][height][width]
@group(0) @binding(1) var<storage, read> il: array<f32>;
// Ol, [3][height][width]
@group(0) @binding(2) var<storage, read> goal: array<f32>;
// the learnt mean, [3][3][3]
@group(0) @binding(3) var<storage, read> mean_kernel: array<f32>;
// A then b, [6][height][width]
@group(0) @binding(4) var<storage, read> solved: array<f32>;
// A' then b', [6][height][width]
@group(0) @binding(5) var<storage, read_write> balanced: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let area = params.width * params.height;
    let start = id.z * area;
    let size = vec2<i32>(i32(params.width), i32(params.height));
    let taps = 2u * (params.reach / params.step) + 1u;
    var norm = 0.0;
    var sum = 0.0;
    for (var tap = 0u; tap < taps * taps; tap++) {
        let off = vec2<i32>(i32(tap % taps), i32(tap / taps)) * i32(params.step);
        let at = vec2<i32>(id.xy) + off - i32(params.reach);
        if any(at < vec2(0)) || any(at >= size) {
            continue;
        }
        let place = start + u32(at.y) * params.width + u32(at.x);
        var weight = 1.0;
        if params.is_learned == 1u {
            weight = mean_kernel[id.z * 9u + tap];
        }
        norm += weight;
        sum += weight * (goal[place] - il[place]);
    }
    let here = start + id.y * params.width + id.x;
    let photo = select(0.0, 1.0 - params.detail, params.photo_guides == 1u);
    balanced[here] = params.detail * solved[here] + photo;
    balanced[3u * area + here] =
        params.detail * solved[3u * area + here] + (params.tone - params.detail) * sum / norm;
}
