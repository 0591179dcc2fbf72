//! The GPU against the CPU twins, on whatever adapter there is (lavapipe on a machine without one).

use std::sync::{Arc, LazyLock};

use understudy::edit::mask::{Part, Shape, Stroke};
use understudy::edit::{Balance, Edit, Layer, Mask, View};
use understudy::gpu::{Gpu, GpuPhoto, GpuSolver, StripRenderer};
use understudy::kernel::moments::code_sums;
use understudy::operator::{self, Operator, Statistics, Tuning, Variant};
use understudy::photo::{Coding, Image, Photo, Pixels};
use understudy::render::{self, Lattice, Solver, Source};

use crate::operators::{own_operators, random_operators};
use crate::shared::{shared, skipped};

static GPU: LazyLock<Arc<Gpu>> = LazyLock::new(|| {
    Gpu::headless()
        .map(Arc::new)
        .expect("the tests need a Vulkan driver; `make test` installs Mesa's lavapipe")
});

/// A made-up photo: ramps, texture, flat and clipped parts.
fn picture(width: usize, height: usize) -> Vec<[u8; 4]> {
    let pixel = |i: usize| {
        let (x, y) = (i % width, i / width);
        let noise = (x * 7919 + y * 104_729 + x * y * 31) % 61;
        let wave = (90.0 * ((x as f32 / 17.0).sin() + (y as f32 / 29.0).cos())) as i32;
        let base = (x * 255 / width) as i32;
        match (4 * x / width, 4 * y / height) {
            (3, 0) => [255, 255, 255, 255],
            (3, 1) => [20, 20, 25, 255],
            _ => [base + wave, 128 + wave + noise as i32, 255 - base + noise as i32, 255]
                .map(|v| v.clamp(0, 255) as u8),
        }
    };
    (0..width * height).map(pixel).collect()
}

fn source(image: Image) -> Source {
    Source::new(Arc::new(Photo::from_image(image)))
}

fn codes(image: &Image) -> (Vec<f32>, f32) {
    match &image.pixels {
        Pixels::Eight(p) => (p.iter().flatten().map(|v| f32::from(*v)).collect(), 255.0),
        Pixels::Sixteen(p) => (p.iter().flatten().map(|v| f32::from(*v)).collect(), 65535.0),
    }
}

/// Within 1/255 on every value and 1e-4 on average.
#[track_caller]
fn assert_same_picture(what: &str, gpu: &Image, cpu: &Image) {
    let ((gpu, max), (cpu, _)) = (codes(gpu), codes(cpu));
    assert_eq!(gpu.len(), cpu.len(), "{what}");
    let off: Vec<f32> = gpu.iter().zip(&cpu).map(|(g, c)| (g - c).abs() / max).collect();
    let worst = off.iter().copied().fold(0.0, f32::max);
    let mean = off.iter().sum::<f32>() / off.len() as f32;
    assert!(off.iter().all(|off| off.is_finite()), "{what}: what is no number");
    assert!(worst <= 1.0 / 255.0 + 1e-6, "{what}: {} levels off", worst * 255.0);
    assert!(mean <= 1e-4, "{what}: {mean:e} off on average");
}

fn both(operator: &Arc<Operator>, tuning: Tuning, source: &Source) -> (Image, Image) {
    both_of_layer(Layer { tuning, ..Layer::new(Arc::clone(operator)) }, source)
}

fn both_of_layer(layer: Layer, source: &Source) -> (Image, Image) {
    let edit = Edit { layers: vec![layer] };
    let height = source.image().height;
    let mut photo = GpuPhoto::new(&GPU, source).unwrap();
    let stages = GpuSolver::default().solve(&GPU, source, &mut photo, &edit).unwrap();
    let gpu =
        StripRenderer::new(Arc::clone(&GPU), source, &mut photo, &stages).strip(0..height).unwrap();
    let stages = Solver::default().solve(source, &edit).unwrap();
    (gpu, render::strip(source, &stages, 0..height))
}

#[test]
fn checkpoints_render_the_same_on_both() {
    let Some(weights) = shared("reference/weights") else { return skipped(25, "checkpoints") };
    let photo = shared("pairs/before/holdout/immich-japanese-shop.jpg").unwrap();
    let photo = Source::new(Arc::new(understudy::photo::open(&photo).unwrap()));
    let mut count = 0;
    for task in std::fs::read_dir(weights).unwrap().filter_map(|task| Some(task.ok()?.path())) {
        let Ok(files) = std::fs::read_dir(&task) else { continue };
        for file in files.map(|file| file.unwrap().path()) {
            let operator = Arc::new(operator::import(&file).unwrap());
            let (gpu, cpu) = both(&operator, Tuning::default(), &photo);
            assert_same_picture(&file.display().to_string(), &gpu, &cpu);
            count += 1;
        }
    }
    assert_eq!(count, 25);
}

#[test]
fn every_variant_mode_and_depth_renders_the_same_on_both() {
    let pixels = picture(333, 217);
    let sixteen = pixels.iter().map(|p| p.map(|v| u16::from(v) * 257)).collect();
    let wide = Coding { scale: 1.4 / 65535.0, offset: -0.2 };
    let sources =
        [source(Image::eight(333, 217, pixels)), source(Image::sixteen(333, 217, sixteen, wide))];
    for mut operator in random_operators().into_iter().chain(own_operators()) {
        for statistics in [Statistics::PerImage, Statistics::Frozen] {
            operator.statistics = statistics;
            let operator = Arc::new(operator.clone());
            for (source, depth) in sources.iter().zip([8, 16]) {
                let (gpu, cpu) = both(&operator, Tuning::default(), source);
                let what = format!("{:?} {statistics:?} {depth} bits", operator.variant);
                assert_same_picture(&what, &gpu, &cpu);
            }
        }
    }
}

#[test]
fn a_filter_takes_few_dispatches() {
    // A device of its own: the others' dispatches are counted too.
    let gpu = Arc::new(Gpu::headless().unwrap());
    let source = source(Image::eight(640, 480, picture(640, 480)));
    // The photo's statistics are computed once a photo, in one dispatch.
    source.moments();
    for (variant, dispatches) in [
        (Variant::DgfS, 9),
        (Variant::DgfB, 9),
        (Variant::Dgf, 9),
        (Variant::DgfCb, 10),
        (Variant::DgfC, 10),
        (Variant::Base, 1),
        (Variant::DgfX, 1),
    ] {
        let layer = Layer::new(Arc::new(Operator::untrained(variant, 1)));
        let mut edit = Edit { layers: vec![layer] };
        let mut photo = GpuPhoto::new(&gpu, &source).unwrap();
        let mut solver = GpuSolver::default();
        let lattice = Lattice::view(&View::fit([320, 240], 640, 480), 640, 480, source.levels());
        let mut count = |edit: &Edit| {
            let before = gpu.dispatches();
            let stages = solver.solve(&gpu, &source, &mut photo, edit).unwrap();
            gpu.view(&source, &mut photo, &stages, &lattice);
            gpu.dispatches() - before
        };
        assert_eq!(count(&edit), dispatches, "{variant:?}");
        edit.layers[0].strength = 0.5;
        assert_eq!(count(&edit), 1, "{variant:?}: only rendered");
    }
}

#[test]
fn tunings_render_the_same_on_both() {
    let source = source(Image::eight(150, 90, picture(150, 90)));
    for operator in random_operators().into_iter().chain(own_operators()).map(Arc::new) {
        use operator::GuidedLayer;
        let has_epsilon =
            matches!(operator.layer, GuidedLayer::Plain { .. } | GuidedLayer::Residual { .. });
        let has_layer = operator.layer != GuidedLayer::None;
        let has_locals = operator.base.as_ref().is_some_and(|base| base.local);
        let tuning = Tuning {
            radius: has_layer.then_some(3),
            epsilon: has_epsilon.then_some(1e-2),
            short_side: has_layer.then_some(48),
            scale: has_locals.then_some(1.7),
        };
        let (gpu, cpu) = both(&operator, tuning, &source);
        assert_same_picture(&format!("{:?} tuned", operator.variant), &gpu, &cpu);
    }
}

#[test]
fn a_large_analysis_is_submitted_in_pieces_and_renders_the_same_on_both() {
    let gpu = Arc::new(Gpu::headless().unwrap());
    let source = source(Image::eight(400, 300, picture(400, 300)));
    source.moments();
    let operator = Arc::new(Operator::untrained(Variant::DgfC, 1));
    let tuning = Tuning { short_side: Some(300), ..Tuning::default() };
    let edit = Edit { layers: vec![Layer { tuning, ..Layer::new(Arc::clone(&operator)) }] };
    let mut photo = GpuPhoto::new(&gpu, &source).unwrap();
    let before = gpu.dispatches();
    let stages = GpuSolver::default().solve(&gpu, &source, &mut photo, &edit).unwrap();
    let few = 9;
    assert!(gpu.dispatches() - before > few + 3, "{}", gpu.dispatches() - before);
    let rendered = StripRenderer::new(gpu, &source, &mut photo, &stages).strip(0..300).unwrap();
    let stages = Solver::default().solve(&source, &edit).unwrap();
    assert_same_picture("300 pixels", &rendered, &render::strip(&source, &stages, 0..300));
}

#[test]
fn balances_render_the_same_on_both() {
    let source = source(Image::eight(150, 90, picture(150, 90)));
    for operator in random_operators().into_iter().chain(own_operators()).map(Arc::new) {
        let has_layer = operator.layer != operator::GuidedLayer::None;
        let tuning = Tuning { radius: has_layer.then_some(2), ..Tuning::default() };
        for (tone, detail) in [(0.3, 1.4), (1.0, 0.0), (0.0, 0.6)] {
            let balance = Balance { tone, detail };
            let layer = Layer { balance, tuning, ..Layer::new(Arc::clone(&operator)) };
            let (gpu, cpu) = both_of_layer(layer, &source);
            assert_same_picture(&format!("{:?} {balance:?}", operator.variant), &gpu, &cpu);
        }
    }
}

#[test]
fn views_show_the_same_on_both_and_at_100_percent_the_export() {
    let photo = source(Image::eight(700, 500, picture(700, 500)));
    for operator in
        [random_operators().pop(), own_operators().pop(), own_operators().into_iter().next()]
    {
        views_show_the_same(&photo, operator.unwrap());
    }
}

fn views_show_the_same(photo: &Source, operator: Operator) {
    let edit = Edit { layers: vec![Layer::new(Arc::new(operator))] };
    let mut on_gpu = GpuPhoto::new(&GPU, photo).unwrap();
    let gpu_stages = GpuSolver::default().solve(&GPU, photo, &mut on_gpu, &edit).unwrap();
    let stages = Solver::default().solve(photo, &edit).unwrap();
    for (zoom, center) in [
        (0.31, [350.0, 250.0]),
        (0.8, [10.0, 490.0]),
        (1.0, [350.0, 250.0]),
        (2.5, [300.0, 200.0]),
        (8.0, [5.0, 5.0]),
    ] {
        let view = View { size: [301, 203], center, zoom };
        let lattice = Lattice::view(&view, 700, 500, photo.levels());
        let texture = GPU.view(photo, &mut on_gpu, &gpu_stages, &lattice);
        let gpu = Image::eight(301, 203, GPU.read_view(&texture).unwrap());
        let cpu = Image::eight(301, 203, render::view(photo, &stages, &lattice));
        assert_same_picture(&format!("zoom {zoom}"), &gpu, &cpu);
        if zoom == 1.0 {
            let export = render::strip(photo, &stages, 0..500);
            assert_is_part_of(&cpu, &export, &view);
        }
    }
}

/// 0 levels apart: the picture on screen at 100 % is cut out of the export.
fn assert_is_part_of(seen: &Image, export: &Image, view: &View) {
    let (Pixels::Eight(seen_pixels), Pixels::Eight(pixels)) = (&seen.pixels, &export.pixels) else {
        panic!("both are 8 bits")
    };
    let [x, y] = view.photo_from_screen([0.0, 0.0]).map(|at| at.round() as usize);
    for (row, line) in seen_pixels.chunks_exact(seen.width).enumerate() {
        let start = (y + row) * export.width + x;
        assert_eq!(line, &pixels[start..start + seen.width], "row {row}");
    }
}

#[test]
fn stacks_render_the_same_on_both() {
    let source = source(Image::eight(200, 140, picture(200, 140)));
    let operators: Vec<_> = random_operators().into_iter().map(Arc::new).collect();
    let operators = [operators, own_operators().into_iter().map(Arc::new).collect()].concat();
    for stack in [vec![(1, 0.7), (4, 1.0)], vec![(5, 0.8), (4, 1.0), (7, 0.6), (6, 1.0)]] {
        let layer = |(at, strength): (usize, f32)| Layer {
            strength,
            balance: Balance { tone: strength, detail: 1.0 },
            ..Layer::new(Arc::clone(&operators[at]))
        };
        stacks_render_the_same(&source, stack.into_iter().map(layer).collect());
    }
}

/// A disc, and a line of the brush through it.
fn mask(follows_edges: bool) -> Arc<Mask> {
    let (center, radii) = ([0.4, 0.5], [0.4, 0.2]);
    let disc = Shape::Radial { center, radii, angle: 0.5, feather: 0.6 };
    let points = vec![[0.1, 0.2], [0.9, 0.8]];
    let stroke = Stroke { points, radius: 0.1, feather: 0.5, erases: false };
    let line = Part { shape: Shape::Brush { strokes: vec![stroke] }, subtracts: true };
    let mut mask = Mask { follows_edges, ..Mask::of(disc) };
    mask.shapes.push(line);
    Arc::new(mask)
}

#[test]
fn masked_filters_render_the_same_on_both_and_on_screen_as_in_the_file() {
    let pixels = picture(333, 217);
    let source = source(Image::eight(333, 217, pixels));
    for operator in random_operators().into_iter().chain(own_operators()).map(Arc::new) {
        for follows_edges in [false, true] {
            let mask = Some(mask(follows_edges));
            let layer = Layer { mask, strength: 0.8, ..Layer::new(Arc::clone(&operator)) };
            let (gpu, cpu) = both_of_layer(layer.clone(), &source);
            assert_same_picture(&format!("{:?} masked", operator.variant), &gpu, &cpu);
            let other = Layer { mask: None, ..Layer::new(Arc::clone(&operator)) };
            stacks_render_the_same(&source, vec![other, layer.clone()]);
            let view = View { size: [101, 83], center: [140.0, 100.0], zoom: 1.0 };
            let lattice = Lattice::view(&view, 333, 217, source.levels());
            let stages = Solver::default().solve(&source, &Edit { layers: vec![layer] }).unwrap();
            let seen = Image::eight(101, 83, render::view(&source, &stages, &lattice));
            assert_is_part_of(&seen, &cpu, &view);
        }
    }
}

fn stacks_render_the_same(source: &Source, layers: Vec<Layer>) {
    let edit = Edit { layers };
    let mut photo = GpuPhoto::new(&GPU, source).unwrap();
    let stages = GpuSolver::default().solve(&GPU, source, &mut photo, &edit).unwrap();
    let gpu =
        StripRenderer::new(Arc::clone(&GPU), source, &mut photo, &stages).strip(20..140).unwrap();
    let stages = Solver::default().solve(source, &edit).unwrap();
    assert_same_picture("stack", &gpu, &render::strip(source, &stages, 20..140));
}

#[test]
fn a_photo_wider_or_higher_than_a_texture_renders_the_same_on_both() {
    let [wide, high] = [[20_000, 21], [19, 20_001]];
    let mut operator = random_operators().pop().unwrap();
    operator.short_side = 16;
    let operator = Arc::new(operator);
    for [width, height] in [wide, high] {
        let source = source(Image::eight(width, height, picture(width, height)));
        let mut photo = GpuPhoto::new(&GPU, &source).unwrap();
        assert_eq!(photo.code_sums(&GPU, &source).unwrap(), code_sums(source.image()));
        let (gpu, cpu) = both(&operator, Tuning::default(), &source);
        assert_same_picture(&format!("{width}x{height}"), &gpu, &cpu);
        let view = View { size: [203, 101], center: [width as f64 / 3.0, 9.0], zoom: 0.7 };
        let lattice = Lattice::view(&view, width, height, source.levels());
        let texture = GPU.view(&source, &mut photo, &[], &lattice);
        let gpu = Image::eight(203, 101, GPU.read_view(&texture).unwrap());
        let cpu = Image::eight(203, 101, render::view(&source, &[], &lattice));
        assert_same_picture("view", &gpu, &cpu);
    }
}

#[test]
fn moments_are_exactly_equal() {
    let eight = source(Image::eight(401, 300, picture(401, 300)));
    let codes = picture(401, 300)
        .iter()
        .enumerate()
        .map(|(i, p)| p.map(|v| (u16::from(v) * 257) ^ (i % 251) as u16))
        .collect();
    let sixteen = source(Image::sixteen(401, 300, codes, Coding::SIXTEEN));
    for source in [eight, sixteen] {
        let mut photo = GpuPhoto::new(&GPU, &source).unwrap();
        assert_eq!(photo.code_sums(&GPU, &source).unwrap(), code_sums(source.image()));
    }
}
