// Where a picture has no more room at one end. Twin of clipping.rs.

const PERIOD: i32 = 6;

fn is_at(pixel: vec4<f32>, end: f32) -> vec3<bool> {
    return abs(pixel.rgb - vec3(end)) < vec3(0.5 / 255.0);
}

// The pattern of one end; transparent where nothing clips there.
fn at_end(
    was: vec3<bool>, is: vec3<bool>, place: vec2<i32>, along: i32, line: vec3<f32>, between: vec3<f32>,
) -> vec4<f32> {
    if !any(is) {
        return vec4(0.0);
    }
    if any(is & !was) {
        return vec4(select(line, between, along % PERIOD >= PERIOD / 2), 1.0);
    }
    if all(place % PERIOD < vec2(2)) {
        return vec4(line, 1.0);
    }
    return vec4(0.0);
}

fn combined(before: vec4<f32>, after: vec4<f32>, at: vec2<i32>) -> vec4<f32> {
    if after.a == 0.0 {
        return vec4(0.0);
    }
    let place = at / i32(parameters.z);
    var out = vec4(0.0);
    if parameters.y > 0.0 {
        out = at_end(
            is_at(before, before.a), is_at(after, after.a), place, place.x + place.y,
            vec3(255.0, 70.0, 30.0) / 255.0, vec3(30.0, 20.0, 20.0) / 255.0,
        );
    }
    if parameters.x > 0.0 && out.a == 0.0 {
        out = at_end(
            is_at(before, 0.0), is_at(after, 0.0), place, place.x + (PERIOD - 1) * place.y,
            vec3(40.0, 110.0, 255.0) / 255.0, vec3(235.0, 240.0, 250.0) / 255.0,
        );
    }
    return out;
}
