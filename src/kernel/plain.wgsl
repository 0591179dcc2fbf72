// The guided filtering layer: A and b from box means. Twin of plain.rs.
// There is no f64 here: the window's mean is subtracted before products are summed, in a second
// pass over the window, so that variances far below the rounding of squares come out right.

struct Params {
    height: u32,
    width: u32,
    radius: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Gl, [3][height][width]
@group(0) @binding(1) var<storage, read> guide: array<f32>;
// Ol, [3][height][width]
@group(0) @binding(2) var<storage, read> goal: array<f32>;
// A then b, [6][height][width]
@group(0) @binding(3) var<storage, read_write> grids: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let area = params.width * params.height;
    let start = id.z * area;
    let top = id.y - min(id.y, params.radius);
    let bottom = min(id.y + params.radius, params.height - 1u);
    let left = id.x - min(id.x, params.radius);
    let right = min(id.x + params.radius, params.width - 1u);
    let count = f32((bottom - top + 1u) * (right - left + 1u));
    // Around the cell's own value, so that flat windows keep all their digits.
    let here = start + id.y * params.width + id.x;
    let pivot = vec2(guide[here], goal[here]);
    var sum = vec2(0.0);
    for (var y = top; y <= bottom; y++) {
        for (var x = left; x <= right; x++) {
            let at = start + y * params.width + x;
            sum += vec2(guide[at], goal[at]) - pivot;
        }
    }
    let off = sum / count;
    var covariance = 0.0;
    var variance = 0.0;
    for (var y = top; y <= bottom; y++) {
        for (var x = left; x <= right; x++) {
            let at = start + y * params.width + x;
            let value = vec2(guide[at], goal[at]) - pivot - off;
            covariance += value.x * value.y;
            variance += value.x * value.x;
        }
    }
    let a = (covariance / count) / (variance / count + params.epsilon);
    let mean = pivot + off;
    grids[here] = a;
    grids[3u * area + here] = mean.y - a * mean.x;
}
