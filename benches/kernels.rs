//! The kernels, one by one: `cargo bench`. `understudy bench` times what a user waits for.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use understudy::edit::{Edit, Layer};
use understudy::kernel::moments::code_sums;
use understudy::kernel::sample::{Sites, sample};
use understudy::operator::{Operator, Variant};
use understudy::photo::{Image, Photo};
use understudy::render::{self, Solver, Source};

const WIDTH: usize = 3000;
const HEIGHT: usize = 2000;
/// Rows of a strip.
const ROWS: usize = 256;
const VARIANTS: [&str; 7] = ["dgf-s", "dgf-b", "dgf", "dgf-cb", "dgf-c", "base", "dgf-x"];

fn main() {
    divan::main();
}

fn source() -> Source {
    let pixel = |i: usize| {
        let (x, y) = (i % WIDTH, i / WIDTH);
        [(x * 7 + y) as u8, (x / 12) as u8, (y / 8 + x % 5) as u8, 255]
    };
    let image = Image::eight(WIDTH, HEIGHT, (0..WIDTH * HEIGHT).map(pixel).collect());
    Source::new(Arc::new(Photo::from_image(image)))
}

fn edit(variant: &str) -> Edit {
    let variant = Variant::from_name(variant).expect("it is one of the variants");
    Edit { layers: vec![Layer::new(Arc::new(Operator::untrained(variant, 1)))] }
}

/// A strip of the photo, from packed pixels to packed pixels.
#[divan::bench(args = VARIANTS)]
fn render_strip(bencher: Bencher<'_, '_>, variant: &str) {
    let source = source();
    let stages = Solver::default().solve(&source, &edit(variant)).expect("it has no tuning");
    bencher
        .counter(ItemsCount::new(WIDTH * ROWS))
        .bench(|| render::strip(&source, &stages, 0..ROWS));
}

/// Everything at the size of Il, with nothing kept from before.
#[divan::bench(args = VARIANTS)]
fn solve(bencher: Bencher<'_, '_>, variant: &str) {
    let (source, edit) = (source(), edit(variant));
    // They belong to the photo, and are computed once.
    source.moments();
    bencher.bench(|| Solver::default().solve(&source, &edit).expect("it has no tuning"));
}

/// Mean and covariance of all pixels.
#[divan::bench]
fn moments(bencher: Bencher<'_, '_>) {
    let source = source();
    bencher.counter(ItemsCount::new(WIDTH * HEIGHT)).bench(|| code_sums(source.image()));
}

/// Il from the photo.
#[divan::bench(args = [64, 256])]
fn sample_il(bencher: Bencher<'_, '_>, short_side: usize) {
    let source = source();
    let sites = Sites::new(WIDTH, HEIGHT, short_side);
    bencher.bench(|| sample(source.image(), &sites));
}
