//! Filters that act on a part of a photo.

use std::sync::Arc;

use understudy::edit::mask::{Part, Shape, Stroke};
use understudy::edit::{Balance, Edit, Layer, Mask};
use understudy::operator::{Library, Operator};
use understudy::photo::{Image, Photo, Pixels};
use understudy::render::{self, Solver, Source};

const SIZE: [usize; 2] = [300, 200];

fn photo(pixel: impl Fn(usize, usize) -> [u8; 4]) -> Source {
    let pixels = (0..SIZE[0] * SIZE[1]).map(|at| pixel(at % SIZE[0], at / SIZE[0])).collect();
    Source::new(Arc::new(Photo::from_image(Image::eight(SIZE[0], SIZE[1], pixels))))
}

/// Grain on a ramp.
fn grain(x: usize, y: usize) -> [u8; 4] {
    let noise = ((x * 7919 + y * 104_729 + x * y * 31) % 53) as u8;
    [60 + noise + (x / 3) as u8, 90 + noise, 40 + noise + (y / 2) as u8, 255]
}

fn filter() -> Arc<Operator> {
    let library = Library::load_from(None);
    let entry = library.entries.iter().find(|entry| entry.name == "cross-process");
    Arc::clone(&entry.expect("it is built in").operator)
}

fn layer(mask: Option<Mask>) -> Layer {
    Layer { mask: mask.map(Arc::new), ..Layer::whole(filter()) }
}

fn pixels(source: &Source, layers: &[Layer]) -> Vec<[u8; 4]> {
    let stages = Solver::default().solve(source, &Edit { layers: layers.to_vec() }).unwrap();
    match render::strip(source, &stages, 0..SIZE[1]).pixels {
        Pixels::Eight(pixels) => pixels.to_vec(),
        Pixels::Sixteen(_) => panic!("the photo has 8 bits"),
    }
}

fn disc(follows_edges: bool) -> Mask {
    let (center, radii) = ([0.5, 0.5], [0.3, 0.3]);
    let shape = Shape::Radial { center, radii, angle: 0.0, feather: 0.2 };
    Mask { follows_edges, ..Mask::of(shape) }
}

#[test]
fn outside_the_photo_is_untouched_and_inside_the_filter_is_whole() {
    let source = photo(grain);
    let (before, after) = (pixels(&source, &[]), pixels(&source, &[layer(None)]));
    for follows_edges in [false, true] {
        let masked = pixels(&source, &[layer(Some(disc(follows_edges)))]);
        let inverted = Mask { inverted: true, ..disc(follows_edges) };
        let inverted = pixels(&source, &[layer(Some(inverted))]);
        let mut counts = [0, 0];
        for at in 0..before.len() {
            let (x, y) = ((at % SIZE[0]) as f32, (at / SIZE[0]) as f32);
            // Beyond the soft rim, and the windows of what follows edges.
            let distance = (x - 150.0).hypot(y - 100.0);
            let near = |a: [u8; 4], b: [u8; 4]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 1);
            if distance > 80.0 {
                assert!(near(masked[at], before[at]), "{x} {y}");
                assert!(near(inverted[at], after[at]), "{x} {y}");
                counts[0] += 1;
            } else if distance < 30.0 {
                assert!(near(masked[at], after[at]), "{x} {y}");
                assert!(near(inverted[at], before[at]), "{x} {y}");
                counts[1] += 1;
            }
        }
        assert!(counts[0] > 30_000 && counts[1] > 2_000, "{counts:?}");
    }
    assert_ne!(before, after);
}

/// A brush that goes over the edge of a dark tower by a few pixels leaves the sky alone.
#[test]
fn a_mask_follows_the_edges_of_the_photo_at_full_resolution() {
    let tower = |x: usize, y: usize| {
        let grain = ((x * 31 + y * 17) % 5) as u8;
        if (100..200).contains(&x) {
            [40 + grain, 42, 45, 255]
        } else {
            [170, 190 + grain, 215, 255]
        }
    };
    let source = photo(tower);
    let points = vec![[0.5, 0.0], [0.5, 1.0]];
    let stroke = Stroke { points, radius: 0.275, feather: 0.05, erases: false };
    let mask = |follows_edges| Mask {
        follows_edges,
        ..Mask::of(Shape::Brush { strokes: vec![stroke.clone()] })
    };
    let before = pixels(&source, &[]);
    let after = pixels(&source, &[layer(None)]);
    let share = |pixels: &[[u8; 4]], x: usize| {
        let at = 100 * SIZE[0] + x;
        let way = |pixel: [u8; 4]| {
            f32::from(pixel[0].abs_diff(before[at][0]))
                + f32::from(pixel[2].abs_diff(before[at][2]))
        };
        way(pixels[at]) / way(after[at]).max(1.0)
    };
    let (plain, follows) =
        (pixels(&source, &[layer(Some(mask(false)))]), pixels(&source, &[layer(Some(mask(true)))]));
    assert!(share(&plain, 201) > 0.8, "the brush went over the edge: {}", share(&plain, 201));
    for x in [201, 202, 205, 208] {
        assert!(share(&follows, x) < 0.45, "{x}: {}", share(&follows, x));
    }
    for x in [120, 150, 190, 197] {
        assert!(share(&follows, x) > 0.7, "{x}: {}", share(&follows, x));
    }
}

#[test]
fn a_mask_in_a_stack_is_of_its_own_filter_and_strength_tone_and_detail_hold_in_it() {
    let source = photo(grain);
    let whole = |strength| Layer { strength, ..layer(None) };
    let nowhere = Mask { shapes: Vec::new(), inverted: false, follows_edges: true };
    let part = |mask: Mask| Part { shape: mask.shapes[0].shape.clone(), subtracts: false };
    let everywhere = Mask { inverted: true, ..nowhere.clone() };
    let two = [layer(Some(nowhere.clone())), whole(0.5)];
    assert_eq!(pixels(&source, &two), pixels(&source, &[whole(0.5)]));
    let two = [layer(Some(everywhere)), whole(0.5)];
    assert_eq!(pixels(&source, &two), pixels(&source, &[whole(1.0), whole(0.5)]));
    // A solver that keeps what it solved takes no mask for another.
    let mut solver = Solver::default();
    let balance = Balance { tone: 0.4, detail: 1.5 };
    for mask in [None, Some(disc(true)), Some(nowhere), Some(disc(false)), None] {
        let layers = vec![Layer { balance, strength: 0.7, ..layer(mask) }, whole(0.6)];
        let stages = solver.solve(&source, &Edit { layers: layers.clone() }).unwrap();
        let Pixels::Eight(kept) = render::strip(&source, &stages, 0..SIZE[1]).pixels else {
            panic!()
        };
        assert_eq!(kept.to_vec(), pixels(&source, &layers));
    }
    let more = Mask { shapes: vec![part(disc(true)), part(disc(true))], ..disc(true) };
    assert_eq!(
        pixels(&source, &[layer(Some(more))]),
        pixels(&source, &[layer(Some(disc(true)))]),
        "the same twice is no more"
    );
}

#[test]
fn what_covers_a_copy_of_the_photo_is_told() {
    let source = photo(grain);
    let mut solver = Solver::default();
    let edit = Edit { layers: vec![layer(None), layer(Some(disc(false)))] };
    assert!(solver.cover(&source, &edit, 0).unwrap().is_none());
    assert!(solver.cover(&source, &edit, 2).unwrap().is_none());
    let cover = solver.cover(&source, &edit, 1).unwrap().unwrap();
    assert_eq!(cover.size, [300, 200], "a small photo is its own copy");
    assert_eq!((cover.values[100 * 300 + 150], cover.values[0]), (1.0, 0.0));
}
