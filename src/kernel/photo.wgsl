// The photo's codes; the first part of every shader that reads them.

@group(0) @binding(1) var photo: texture_2d<u32>;

// The codes of a pixel. Where the photo is larger than a texture may be, its pixels follow each other
// in reading order in rows of 2^fold texels; `row` is the photo's own width then. Else `fold` is 0.
fn codes(at: vec2<u32>, row: u32, fold: u32) -> vec4<u32> {
    if fold == 0u {
        return textureLoad(photo, at, 0);
    }
    let place = at.y * row + at.x;
    return textureLoad(photo, vec2(place & ((1u << fold) - 1u), place >> fold), 0);
}

