// The base: G = I + f(clamp(I, 0, 1)) from its folded coefficients. Twin of shade.rs; a part of
// render.wgsl, which has `Stage`, `bases` and `between`.

const CUBIC_TERMS: u32 = 10u;
const BENDS: u32 = 7u;
const CELL_TERMS: u32 = 10u;

// What a curve's bends add.
fn bent(start: u32, value: f32) -> vec3<f32> {
    var sum = vec3(0.0);
    for (var k = 0u; k < BENDS; k++) {
        sum += bases[start + k].rgb * max(value, f32(k + 1u) / 8.0);
    }
    return sum;
}

fn base(stage: Stage, position: vec2<f32>, rgb: vec3<f32>) -> vec3<f32> {
    let x = clamp(rgb, vec3(0.0), vec3(1.0));
    let squares = x * x;
    // The terms: 1, r, g, b, rr, gg, bb, rg, rb, gb.
    var terms = array<f32, 10>(
        1.0, x.r, x.g, x.b, squares.r, squares.g, squares.b, x.r * x.g, x.r * x.b, x.g * x.b,
    );
    let across = stage.base_across;
    let down = stage.base_down;
    let column = between(position.x * across.x + across.y, stage.base_width);
    let row = between(position.y * down.x + down.y, stage.base_height);
    let right = min(u32(column.x) + 1u, stage.base_width - 1u);
    let top = u32(row.x) * stage.base_width;
    let bottom = min(u32(row.x) + 1u, stage.base_height - 1u) * stage.base_width;
    let cells = stage.base + CUBIC_TERMS + 4u * BENDS;
    let places = cells + CELL_TERMS
        * vec4(top + u32(column.x), top + right, bottom + u32(column.x), bottom + right);
    var sum = rgb;
    for (var i = 0u; i < CELL_TERMS; i++) {
        let left = mix(bases[places.x + i].rgb, bases[places.z + i].rgb, row.y);
        let other = mix(bases[places.y + i].rgb, bases[places.w + i].rgb, row.y);
        sum += terms[i] * (left + column.y * (other - left));
    }
    // Of third degree: rrr, ggg, bbb, rrg, rrb, ggr, ggb, bbr, bbg, rgb.
    var cubes = array<f32, 10>(
        squares.r * x.r, squares.g * x.g, squares.b * x.b,
        squares.r * x.g, squares.r * x.b, squares.g * x.r, squares.g * x.b,
        squares.b * x.r, squares.b * x.g, x.r * x.g * x.b,
    );
    for (var i = 0u; i < CUBIC_TERMS; i++) {
        sum += bases[stage.base + i].rgb * cubes[i];
    }
    let curves = stage.base + CUBIC_TERMS;
    sum += bent(curves, x.r) + bent(curves + BENDS, x.g) + bent(curves + 2u * BENDS, x.b);
    return sum + bent(curves + 3u * BENDS, dot(vec3(0.2126, 0.7152, 0.0722), x));
}
