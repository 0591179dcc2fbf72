// The convolutional guided filtering layer. Twin of convolutional.rs. norm.wgsl stands before it.
// `windows` makes Ol, what the pointwise network looks at, and the first convolution of that network;
// `terms` makes its last one, which is A, and b. What is between them is conv.wgsl's.

// Gl, [3][height][width]
@group(0) @binding(6) var<storage, read> guide: array<f32>;
// means of Gl then of Ol, [6][height][width]
@group(0) @binding(7) var<storage, read_write> means: array<f32>;

fn guide_at(place: u32) -> vec3<f32> {
    let area = params.width * params.height;
    return vec3(guide[place], guide[area + place], guide[2u * area + place]);
}

// Ol, the last convolution of the network before the layer.
fn goal_at(place: u32) -> vec3<f32> {
    var sum = constants[params.goal_bias].xyz;
    for (var channel = 0u; channel < params.input.channels; channel++) {
        sum += normed(channel, place) * constants[params.goal_weights + channel].xyz;
    }
    return sum;
}

fn put_means(start: u32, place: u32, value: vec3<f32>) {
    let area = params.width * params.height;
    for (var channel = 0u; channel < 3u; channel++) {
        means[(start + channel) * area + place] = value[channel];
    }
}

@compute @workgroup_size(8, 8)
fn windows(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    prepare(thread);
    let at = group.xy * SIDE + vec2(thread % SIDE, thread / SIDE);
    let size = vec2(i32(params.width), i32(params.height));
    var covariance = vec3(0.0);
    var variance = vec3(0.0);
    if is_inside(at) {
        let here = at.y * params.width + at.x;
        let guide_pivot = guide_at(here);
        let goal_pivot = goal_at(here);
        var guides: array<vec3<f32>, 9>;
        var goals: array<vec3<f32>, 9>;
        var weights: array<vec3<f32>, 9>;
        var norm = vec3(0.0);
        var guide_off = vec3(0.0);
        var goal_off = vec3(0.0);
        for (var tap = 0u; tap < 9u; tap++) {
            let step = vec2(i32(tap % 3u), i32(tap / 3u)) - 1;
            let spot = vec2<i32>(at) + step * i32(params.radius);
            if any(spot < vec2(0)) || any(spot >= size) {
                continue;
            }
            let place = u32(spot.y) * params.width + u32(spot.x);
            weights[tap] = constants[params.means + tap].xyz;
            guides[tap] = guide_at(place) - guide_pivot;
            goals[tap] = goal_at(place) - goal_pivot;
            norm += weights[tap];
            guide_off += weights[tap] * guides[tap];
            goal_off += weights[tap] * goals[tap];
        }
        guide_off /= norm;
        goal_off /= norm;
        // Products are taken around the means, so that flat windows keep all their digits. What is
        // beside the picture has no weight.
        for (var tap = 0u; tap < 9u; tap++) {
            let value = guides[tap] - guide_off;
            covariance += weights[tap] * value * (goals[tap] - goal_off);
            variance += weights[tap] * value * value;
        }
        covariance /= norm;
        variance /= norm;
        put_means(0u, here, guide_pivot + guide_off);
        put_means(3u, here, goal_pivot + goal_off);
    }
    for (var first = 0u; first < params.outputs; first += OUTPUTS) {
        let block = first / OUTPUTS;
        var sums: array<vec4<f32>, 3>;
        for (var i = 0u; i < 3u; i++) {
            let weights = params.weights + block * 18u + i;
            var sum = constants[params.bias + 3u * block + i];
            sum += covariance.x * constants[weights] + covariance.y * constants[weights + 3u];
            sum += covariance.z * constants[weights + 6u] + variance.x * constants[weights + 9u];
            sum += variance.y * constants[weights + 12u] + variance.z * constants[weights + 15u];
            sums[i] = sum;
        }
        put(sums, first, group.xy, thread);
    }
}

// A then b, [6][height][width].
@compute @workgroup_size(8, 8)
fn terms(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    prepare(thread);
    let at = group.xy * SIDE + vec2(thread % SIDE, thread / SIDE);
    if !is_inside(at) {
        return;
    }
    let area = params.width * params.height;
    let here = at.y * params.width + at.x;
    let a = goal_at(here);
    for (var channel = 0u; channel < 3u; channel++) {
        let term = means[(3u + channel) * area + here] - a[channel] * means[channel * area + here];
        output[channel * area + here] = a[channel];
        output[(3u + channel) * area + here] = term;
    }
}
