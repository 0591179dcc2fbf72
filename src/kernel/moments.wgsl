// Sums of codes and of their products, exact in 32-bit integers. Twin of moments.rs.
// A code is split into two bytes; one workgroup does a tile of TILE * TILE texels, so that even the
// mixed products of 16-bit codes (2 * 255 * 255 a texel) cannot overflow. photo.wgsl stands before it.

struct Params {
    width: u32,
    height: u32,
    tiles_across: u32,
    // as `codes` takes it
    fold: u32,
}

const TILE: u32 = 128u;
const THREADS: u32 = 64u;
// lo and hi sums of 3 channels; lo*lo, mixed, hi*hi products of 6 pairs
const SUMS: u32 = 24u;

@group(0) @binding(0) var<uniform> params: Params;
// [tiles][SUMS]
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;

var<workgroup> partial: array<array<u32, SUMS>, THREADS>;

fn add_pair(sums: ptr<function, array<u32, SUMS>>, pair: u32, low: vec3<u32>, high: vec3<u32>, i: u32, j: u32) {
    (*sums)[6u + 3u * pair] += low[i] * low[j];
    (*sums)[7u + 3u * pair] += low[i] * high[j] + high[i] * low[j];
    (*sums)[8u + 3u * pair] += high[i] * high[j];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let start = group.xy * TILE;
    var own = array<u32, SUMS>();
    for (var i = thread; i < TILE * TILE; i += THREADS) {
        let at = start + vec2(i % TILE, i / TILE);
        if at.x < params.width && at.y < params.height {
            let code = codes(at, params.width, params.fold).rgb;
            let low = code & vec3(255u);
            let high = code >> vec3(8u);
            for (var channel = 0u; channel < 3u; channel++) {
                own[channel] += low[channel];
                own[3u + channel] += high[channel];
            }
            add_pair(&own, 0u, low, high, 0u, 0u);
            add_pair(&own, 1u, low, high, 0u, 1u);
            add_pair(&own, 2u, low, high, 0u, 2u);
            add_pair(&own, 3u, low, high, 1u, 1u);
            add_pair(&own, 4u, low, high, 1u, 2u);
            add_pair(&own, 5u, low, high, 2u, 2u);
        }
    }
    partial[thread] = own;
    workgroupBarrier();
    if thread < SUMS {
        var sum = 0u;
        for (var i = 0u; i < THREADS; i++) {
            sum += partial[i][thread];
        }
        sums[(group.y * params.tiles_across + group.x) * SUMS + thread] = sum;
    }
}
