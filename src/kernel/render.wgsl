// The render: O = A * G + b, the line `shade` below (equation 4). Twin of render.rs and guide.rs.
// `base` is in base/shade.wgsl, `codes` in photo.wgsl, which are parts of this shader.
// One invocation renders one pixel of a lattice, through all stages of the edit.

struct Params {
    // of the lattice
    width: u32,
    height: u32,
    // value = code * scale + offset
    scale: f32,
    offset: f32,
    stages: u32,
    // 1 where the photo has an alpha channel
    has_alpha: u32,
    // largest code of the photo: 255 or 65535
    code_max: f32,
    // first row of the lattice that this dispatch renders
    first_row: u32,
    // of the photo's level, as `codes` takes them
    row: u32,
    fold: u32,
    unused_0: u32,
    unused_1: u32,
}

struct Tap {
    position: f32,
    first: u32,
    count: u32,
    padding: u32,
    weights: vec4<f32>,
}

struct Stage {
    grid_width: u32,
    grid_height: u32,
    // where in `grids` its planes begin
    grids: u32,
    // how many there are: 3 of A, or 9 where A is a matrix, and 3 of b; none where O is G
    grid_planes: u32,
    // where in `hidden` its channels begin, and how many there are; none guides with the photo
    hidden: u32,
    hidden_count: u32,
    is_clamped: u32,
    strength: f32,
    // where in `bases` its base begins
    base: u32,
    base_width: u32,
    base_height: u32,
    // 1 where there is a base
    has_base: u32,
    // from a position to a place on the base's cells: factor and term
    base_across: vec2<f32>,
    base_down: vec2<f32>,
    // how much of the photo itself is added to A * G + b
    own: f32,
    // where in `grids` the four planes of its mask begin, and their size; none is everywhere
    mask: u32,
    mask_width: u32,
    mask_height: u32,
    // from a position to a place on the mask's cells: factor and term
    mask_across: vec2<f32>,
    mask_down: vec2<f32>,
    // of F: weights of red, green, blue and what is added, for each output
    red: vec4<f32>,
    green: vec4<f32>,
    blue: vec4<f32>,
}

struct Hidden {
    // weights of red, green, blue; the term
    input: vec4<f32>,
    // weights in the outputs
    output: vec4<f32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> columns: array<Tap>;
@group(0) @binding(3) var<storage, read> rows: array<Tap>;
@group(0) @binding(4) var<storage, read> stages: array<Stage>;
@group(0) @binding(5) var<storage, read> grids: array<f32>;
@group(0) @binding(6) var<storage, read> hidden: array<Hidden>;
@group(0) @binding(7) var shown: texture_storage_2d<rgba8unorm, write>;
@group(0) @binding(8) var<storage, read_write> packed: array<u32>;
// of each base: the cubic terms, the bends of four curves, the cells' terms; three outputs each
@group(0) @binding(9) var<storage, read> bases: array<vec4<f32>>;

fn guide(stage: Stage, rgb: vec3<f32>) -> vec3<f32> {
    let one = vec4(rgb, 1.0);
    var g = vec3(dot(stage.red, one), dot(stage.green, one), dot(stage.blue, one));
    for (var i = 0u; i < stage.hidden_count; i++) {
        let unit = hidden[stage.hidden + i];
        g += unit.output.rgb * abs(dot(unit.input, one));
    }
    return g;
}

// Cell and fraction of a place on a grid.
fn between(place: f32, cells: u32) -> vec2<f32> {
    let inside = clamp(place, 0.0, f32(cells - 1u));
    let first = min(floor(inside), f32(max(cells, 2u) - 2u));
    return vec2(first, inside - first);
}

fn grid_at(start: u32, area: u32, places: vec4<u32>, fraction: vec2<f32>) -> vec3<f32> {
    var value = vec3(0.0);
    for (var channel = 0u; channel < 3u; channel++) {
        let plane = start + channel * area;
        let left = mix(grids[plane + places.x], grids[plane + places.z], fraction.y);
        let right = mix(grids[plane + places.y], grids[plane + places.w], fraction.y);
        value[channel] = left + fraction.x * (right - left);
    }
    return value;
}

// A * G + b, corners aligned.
fn layer(stage: Stage, position: vec2<f32>, g: vec3<f32>) -> vec3<f32> {
    let column = between(position.x * f32(stage.grid_width - 1u), stage.grid_width);
    let row = between(position.y * f32(stage.grid_height - 1u), stage.grid_height);
    let right = min(u32(column.x) + 1u, stage.grid_width - 1u);
    let top = u32(row.x) * stage.grid_width;
    let bottom = min(u32(row.x) + 1u, stage.grid_height - 1u) * stage.grid_width;
    let places = vec4(top + u32(column.x), top + right, bottom + u32(column.x), bottom + right);
    let area = stage.grid_width * stage.grid_height;
    let fraction = vec2(column.y, row.y);
    let a = grid_at(stage.grids, area, places, fraction);
    let second = grid_at(stage.grids + 3u * area, area, places, fraction);
    if stage.grid_planes == 6u {
        return a * g + second;
    }
    let third = grid_at(stage.grids + 6u * area, area, places, fraction);
    let b = grid_at(stage.grids + 9u * area, area, places, fraction);
    return vec3(dot(a, g), dot(second, g), dot(third, g)) + b;
}

// How much of the filter the mask leaves at a pixel, 0..1. Twin of mask.rs.
fn cover(stage: Stage, position: vec2<f32>, rgb: vec3<f32>) -> f32 {
    let across = position.x * stage.mask_across.x + stage.mask_across.y;
    let down = position.y * stage.mask_down.x + stage.mask_down.y;
    let column = between(across, stage.mask_width);
    let row = between(down, stage.mask_height);
    let right = min(u32(column.x) + 1u, stage.mask_width - 1u);
    let top = u32(row.x) * stage.mask_width;
    let bottom = min(u32(row.x) + 1u, stage.mask_height - 1u) * stage.mask_width;
    let places = vec4(top + u32(column.x), top + right, bottom + u32(column.x), bottom + right);
    let area = stage.mask_width * stage.mask_height;
    let fraction = vec2(column.y, row.y);
    let factors = grid_at(stage.mask, area, places, fraction);
    let start = stage.mask + 3u * area;
    let left = mix(grids[start + places.x], grids[start + places.z], fraction.y);
    let more = mix(grids[start + places.y], grids[start + places.w], fraction.y) - left;
    return clamp(dot(factors, rgb) + left + fraction.x * more, 0.0, 1.0);
}

fn shade(stage: Stage, position: vec2<f32>, rgb: vec3<f32>) -> vec3<f32> {
    var g = rgb;
    if stage.has_base == 1u {
        g = base(stage, position, rgb);
    } else if stage.hidden_count > 0u {
        g = guide(stage, rgb);
    }
    var o = g;
    if stage.grid_planes > 0u {
        o = stage.own * rgb + layer(stage, position, g);
    }
    if stage.is_clamped == 1u {
        o = clamp(o, vec3(0.0), vec3(1.0));
    }
    var strength = stage.strength;
    if stage.mask_width > 0u {
        strength *= cover(stage, position, rgb);
    }
    return rgb + strength * (o - rgb);
}

// O, and the photo's alpha of 0..1.
fn rendered(column: Tap, row: Tap) -> vec4<f32> {
    var rgb = vec3(0.0);
    var alpha = 0.0;
    for (var y = 0u; y < row.count; y++) {
        for (var x = 0u; x < column.count; x++) {
            let code = codes(vec2(column.first + x, row.first + y), params.row, params.fold);
            let value = vec3<f32>(code.rgb) * params.scale + params.offset;
            let weight = row.weights[y] * column.weights[x];
            rgb += weight * value;
            alpha += weight * f32(code.a) / params.code_max;
        }
    }
    for (var i = 0u; i < params.stages; i++) {
        rgb = shade(stages[i], vec2(column.position, row.position), rgb);
    }
    return vec4(rgb, alpha);
}

// For the screen: premultiplied, transparent beside the photo.
@compute @workgroup_size(8, 8)
fn view(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let column = columns[id.x];
    let row = rows[id.y];
    var out = vec4(0.0);
    if column.count > 0u && row.count > 0u {
        let pixel = rendered(column, row);
        out = vec4(clamp(pixel.rgb, vec3(0.0), vec3(1.0)), 1.0);
        if params.has_alpha == 1u {
            out *= pixel.a;
        }
    }
    textureStore(shown, id.xy, out);
}

// For a file: codes as the photo's own, two or four to a word.
@compute @workgroup_size(8, 8)
fn strip(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= params.width || id.y >= params.height {
        return;
    }
    let column = columns[id.x];
    let row = rows[params.first_row + id.y];
    let rgb = (rendered(column, row).rgb - params.offset) / params.scale + 0.5;
    let code = vec3<u32>(clamp(rgb, vec3(0.0), vec3(params.code_max)));
    let alpha = codes(vec2(column.first, row.first), params.row, params.fold).a;
    let at = id.y * params.width + id.x;
    if params.code_max < 256.0 {
        packed[at] = code.r | (code.g << 8u) | (code.b << 16u) | (alpha << 24u);
    } else {
        packed[2u * at] = code.r | (code.g << 16u);
        packed[2u * at + 1u] = code.b | (alpha << 16u);
    }
}
