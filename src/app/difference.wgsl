// How far two pictures are apart, pixel by pixel, multiplied so that the eye sees it. Twin of
// difference.rs.

fn combined(a: vec4<f32>, b: vec4<f32>, at: vec2<i32>) -> vec4<f32> {
    let alpha = max(a.a, b.a);
    let apart = abs(a.rgb - b.rgb) * parameters.x;
    return vec4<f32>(min(apart, vec3<f32>(alpha)), alpha);
}
