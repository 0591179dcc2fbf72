//! `base` and `dgf-x` against an implementation apart from the program's, in Python
//! (`tests/data/make_own_vectors.py`), which writes the filters' files too.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use safetensors::SafeTensors;
use understudy::edit::{Balance, Edit, Layer};
use understudy::kernel::Planes;
use understudy::kernel::base;
use understudy::kernel::reach::aligned;
use understudy::kernel::render::{Shader, Stage};
use understudy::kernel::sample::sample;
use understudy::operator::{self, Operator, Tuning, Variant};
use understudy::photo::{Image, Photo};
use understudy::render::{Lattice, Solver, Source};

use crate::operators::own_operators;

const SIZE: [usize; 2] = [421, 310];
/// Every so many-th row and column was computed.
const STEP: usize = 7;

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/vectors")
}

fn own() -> HashMap<String, Vec<f32>> {
    let bytes = fs::read(vectors().join("own.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let values = |data: &[u8]| {
        data.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    };
    file.tensors().into_iter().map(|(name, tensor)| (name, values(tensor.data()))).collect()
}

/// The picture of `make_own_vectors.py`.
fn picture() -> Image {
    let tri = |n: i64, p: i64| (n % (2 * p) - p).abs();
    let pixel = |at: usize| {
        let (x, y) = ((at % SIZE[0]) as i64, (at / SIZE[0]) as i64);
        let hash = (x as u32 * 7919) ^ (y as u32 * 104_729);
        let noise = i64::from((hash.wrapping_mul(2_654_435_761) >> 24) & 15);
        let rgb = if x < 50 && y < 40 {
            [255; 3]
        } else {
            let green = tri(2 * y + 40, 120) + tri(x, 61);
            [tri(x + y, 173), green, 230 - tri(x + 3 * y, 200)].map(|value| value + noise)
        };
        let [r, g, b] = rgb.map(|value| value.clamp(0, 255) as u8);
        [r, g, b, 255]
    };
    Image::eight(SIZE[0], SIZE[1], (0..SIZE[0] * SIZE[1]).map(pixel).collect())
}

fn source() -> Source {
    Source::new(Arc::new(Photo::from_image(picture())))
}

#[track_caller]
fn assert_close(what: &str, got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    for (at, (got, want)) in got.iter().zip(want).enumerate() {
        let is_close = (got - want).abs() <= tolerance;
        assert!(is_close, "{what}: {got} instead of {want} at {at}, allowed {tolerance:e}");
    }
}

/// What stages make of the photo at its `rows` and `columns`, `[rows][columns][3]`, unrounded.
fn rendered(stages: &[Stage], image: &Image, rows: &[usize], columns: &[usize]) -> Vec<f32> {
    let across: Vec<f32> = columns.iter().map(|x| aligned(*x as f64, image.width)).collect();
    let shader = Shader::new(stages, &across);
    let mut block = shader.block(0..columns.len());
    let mut out = Vec::new();
    for y in rows {
        let at = |x: &usize| image.rgb(y * image.width + x);
        let mut planes = [0, 1, 2].map(|i| columns.iter().map(|x| at(x)[i]).collect::<Vec<f32>>());
        let [r, g, b] = &mut planes;
        block.row(aligned(*y as f64, image.height), [r, g, b]);
        out.extend((0..columns.len()).flat_map(|x| [0, 1, 2].map(|i| planes[i][x])));
    }
    out
}

#[test]
fn statistics_and_local_values_equal_python() {
    let (kit, image) = (own(), picture());
    let sums = [0, 1, 2].map(|i| {
        let codes = (0..SIZE[0] * SIZE[1]).map(|at| (image.rgb(at)[i] * 255.0).round() as u64);
        codes.sum::<u64>() as f32
    });
    assert_eq!(sums.as_slice(), kit["picture_sums"], "the picture");
    let photo = sample(&image, &base::sites(SIZE[0], SIZE[1]));
    let statistics = base::statistics(&photo).map(|value| value as f32);
    assert_close("statistics", &statistics, &kit["statistics"], 1e-6);
    let locals = base::locals(&photo, 1.0);
    assert_eq!((locals.channels, locals.height, locals.width), (21, 64, 87));
    let mut thirds = Vec::new();
    for channel in 0..locals.channels {
        for row in locals.plane(channel).chunks_exact(locals.width).step_by(3) {
            thirds.extend(row.iter().step_by(3));
        }
    }
    assert_close("local values", &thirds, &kit["locals"], 2e-6);
}

#[test]
fn base_and_dgf_x_equal_python_from_the_file_to_the_pixel() {
    let (kit, source) = (own(), source());
    let rows: Vec<usize> = (0..SIZE[1]).step_by(STEP).collect();
    let columns: Vec<usize> = (0..SIZE[0]).step_by(STEP).collect();
    for variant in Variant::OWN {
        let file = vectors().join(format!("{}.safetensors", variant.name()));
        let operator = Arc::new(operator::read(&file).unwrap());
        assert_eq!(operator.variant, variant);
        let has_layer = variant == Variant::DgfX;
        let wide = Tuning { scale: Some(1.7), radius: has_layer.then_some(2), ..Tuning::default() };
        for (tuning, name) in [(Tuning::default(), "1.0"), (wide, "1.7")] {
            let layer = Layer { tuning, ..Layer::new(Arc::clone(&operator)) };
            let edit = Edit { layers: vec![layer] };
            let stages = Solver::default().solve(&source, &edit).unwrap();
            let got = rendered(&stages, source.image(), &rows, &columns);
            let name = format!("{}.{name}", variant.name());
            assert_close(&name, &got, &kit[&name], 3e-5);
        }
    }
}

/// Tiles, views and single pixels are cut out of one picture, also in stacks and at any strength.
#[test]
fn every_tile_and_view_is_the_same_picture() {
    let source = source();
    let [base, colour, dgf_x] = own_operators().try_into().map(|all: [Operator; 3]| all).unwrap();
    let layer = |operator: &Operator, strength| Layer {
        strength,
        ..Layer::new(Arc::new(operator.clone()))
    };
    let balanced = |layer| Layer { balance: Balance { tone: 0.4, detail: 1.5 }, ..layer };
    for layers in [
        vec![layer(&base, 1.0)],
        vec![layer(&dgf_x, 0.6)],
        [&base, &dgf_x, &colour].map(|it| balanced(layer(it, 0.9))).to_vec(),
        vec![layer(&colour, 0.5), layer(&dgf_x, 1.0), layer(&base, 0.8)],
    ] {
        let stages = Solver::default().solve(&source, &Edit { layers }).unwrap();
        let all: Vec<usize> = (0..SIZE[0]).collect();
        let whole = rendered(&stages, source.image(), &[100, 101, 219], &all);
        let some: Vec<usize> = (0..SIZE[0]).step_by(13).collect();
        let alone = rendered(&stages, source.image(), &[219], &some);
        for (pixel, x) in alone.chunks_exact(3).zip(&some) {
            assert_eq!(pixel, &whole[3 * (2 * SIZE[0] + x)..][..3], "column {x}");
        }
        // A view at 100 % has the positions of an export.
        let view = understudy::edit::View { size: [50, 40], center: [200.0, 150.0], zoom: 1.0 };
        let seen = Lattice::view(&view, SIZE[0], SIZE[1], source.levels());
        let first = seen.columns.taps[0].first as usize;
        let export = Lattice::strip(130..170, SIZE[0], SIZE[1]);
        assert_eq!(seen.columns.taps, export.columns.taps[first..first + 50]);
        let pixels = understudy::render::view(&source, &stages, &seen);
        let strip = understudy::render::strip(&source, &stages, 130..170);
        for (y, row) in pixels.chunks_exact(50).enumerate() {
            for (x, pixel) in row.iter().enumerate() {
                let want = strip.rgb(y * SIZE[0] + first + x).map(|v| (v * 255.0).round() as u8);
                assert_eq!(pixel[..3], want, "{x} {y}");
            }
        }
    }
}

/// The later filter of a stack knows the photo by what the earlier ones make of it.
#[test]
fn in_a_stack_a_base_measures_what_comes_before_it() {
    let source = source();
    let [base, colour, _] = own_operators().try_into().map(|all: [Operator; 3]| all).unwrap();
    let layers = [colour, base.clone()].map(|operator| Layer::new(Arc::new(operator))).to_vec();
    let stages = Solver::default().solve(&source, &Edit { layers }).unwrap();
    let sites = base::sites(SIZE[0], SIZE[1]);
    let [rows, columns] =
        [&sites.rows, &sites.columns].map(|at| at.iter().map(|i| *i as usize).collect::<Vec<_>>());
    let before = rendered(&stages[..1], source.image(), &rows, &columns);
    let mut sampled = Planes::zeros(3, rows.len(), columns.len());
    let area = sampled.area();
    for (i, value) in before.into_iter().enumerate() {
        sampled.data[i % 3 * area + i / 3] = value;
    }
    let want = base::fold(base.base.as_ref().unwrap(), &sampled, 1.0);
    assert_eq!(stages[1].base.as_ref().unwrap().folded, want);
}

/// Photos of one pixel, one row and extreme shapes render, and to numbers.
#[test]
fn photos_of_any_shape_have_cells() {
    for (width, height) in [(1, 1), (1, 900), (2000, 3), (17, 5)] {
        let pixels = (0..width * height).map(|i| [(i * 37 % 256) as u8, 90, 200, 255]).collect();
        let photo = Photo::from_image(Image::eight(width, height, pixels));
        let source = Source::new(Arc::new(photo));
        for operator in own_operators() {
            let edit = Edit { layers: vec![Layer::new(Arc::new(operator))] };
            let stages = Solver::default().solve(&source, &edit).unwrap();
            let all = |len: usize| (0..len).collect::<Vec<_>>();
            let out = rendered(&stages, source.image(), &all(height), &all(width));
            assert!(out.iter().all(|value| value.is_finite()), "{width}x{height}");
        }
    }
}
