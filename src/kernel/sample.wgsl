// Sampling of Il: one texel of the photo for each of Il. Twin of sample.rs.

struct Params {
    width: u32,
    height: u32,
    // value = code * scale + offset
    scale: f32,
    offset: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var photo: texture_2d<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
// [3][height][width]
@group(0) @binding(4) var<storage, read_write> il: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let code = textureLoad(photo, vec2(columns[id.x], rows[id.y]), 0);
    let value = vec3<f32>(code.rgb) * params.scale + params.offset;
    let area = params.width * params.height;
    let at = id.y * params.width + id.x;
    il[at] = value.r;
    il[area + at] = value.g;
    il[2u * area + at] = value.b;
}
