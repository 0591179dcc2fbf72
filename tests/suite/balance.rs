//! Tone and detail of every variant, rendered.

use std::sync::Arc;

use understudy::edit::{Balance, Edit, Layer};
use understudy::kernel::reach::aligned;
use understudy::kernel::render::{Shader, Stage};
use understudy::operator::Operator;
use understudy::photo::{Image, Photo};
use understudy::render::{self, Solver, Source};

use crate::operators::{own_operators, random_operators};

const SIZE: [usize; 2] = [157, 101];

fn source() -> Source {
    let pixel = |i: usize| {
        let (x, y) = (i % SIZE[0], i / SIZE[0]);
        let wave = 70.0 * ((x as f32 / 13.0).sin() + (y as f32 / 19.0).cos());
        let noise = ((x * 7919 + y * 104_729 + x * y * 31) % 53) as f32;
        [110.0 + wave + noise, 90.0 - wave + noise, 60.0 + noise + x as f32, 255.0]
            .map(|value| value.clamp(0.0, 255.0) as u8)
    };
    let pixels = (0..SIZE[0] * SIZE[1]).map(pixel).collect();
    Source::new(Arc::new(Photo::from_image(Image::eight(SIZE[0], SIZE[1], pixels))))
}

fn stages(source: &Source, operator: &Arc<Operator>, balances: &[(f32, f32)]) -> Vec<Stage> {
    let layer = |&(tone, detail): &(f32, f32)| Layer {
        balance: Balance { tone, detail },
        ..Layer::new(Arc::clone(operator))
    };
    let edit = Edit { layers: balances.iter().map(layer).collect() };
    Solver::default().solve(source, &edit).unwrap()
}

/// All of the photo through stages, unrounded, `[height][width][3]`.
fn rendered(source: &Source, stages: &[Stage]) -> Vec<f32> {
    let image = source.image();
    let across: Vec<f32> = (0..SIZE[0]).map(|x| aligned(x as f64, SIZE[0])).collect();
    let shader = Shader::new(stages, &across);
    let mut block = shader.block(0..SIZE[0]);
    let mut out = Vec::new();
    for y in 0..SIZE[1] {
        let mut planes = [0, 1, 2]
            .map(|i| (0..SIZE[0]).map(|x| image.rgb(y * SIZE[0] + x)[i]).collect::<Vec<f32>>());
        let [r, g, b] = &mut planes;
        block.row(aligned(y as f64, SIZE[1]), [r, g, b]);
        out.extend((0..SIZE[0]).flat_map(|x| [0, 1, 2].map(|i| planes[i][x])));
    }
    out
}

fn operators() -> impl Iterator<Item = Operator> {
    random_operators().into_iter().chain(own_operators())
}

#[test]
fn nothing_of_both_is_the_photo_and_all_of_both_the_filter() {
    let source = source();
    for operator in operators().map(Arc::new) {
        let nothing = stages(&source, &operator, &[(0.0, 0.0)]);
        let strip = render::strip(&source, &nothing, 0..SIZE[1]);
        assert_eq!(&strip, source.image(), "{:?}", operator.variant);
        // All of both is not computed at all; what is next to it is next to it.
        let all = rendered(&source, &stages(&source, &operator, &[(1.0, 1.0)]));
        let nearly = rendered(&source, &stages(&source, &operator, &[(0.999_999, 1.0)]));
        for (all, nearly) in all.iter().zip(&nearly) {
            assert!((all - nearly).abs() < 2e-4, "{:?}: {all} {nearly}", operator.variant);
        }
    }
}

/// The whole of a filter is its tone and its detail, and detail alone keeps the light of areas.
#[test]
fn tone_and_detail_add_up_to_the_filter() {
    let source = source();
    for mut operator in operators() {
        operator.clamp = false;
        let operator = Arc::new(operator);
        let of = |balance| rendered(&source, &stages(&source, &operator, &[balance]));
        let [both, tone, detail] = [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0)].map(of);
        let photo = rendered(&source, &[]);
        let half = of((0.4, 0.7));
        let size = both.iter().fold(1.0_f32, |size, value| size.max(value.abs()));
        let (mut of_detail, mut of_all) = (0.0, 0.0);
        for i in 0..photo.len() {
            let (o, t, d) = (both[i] - photo[i], tone[i] - photo[i], detail[i] - photo[i]);
            let what = format!("{:?} at {i}", operator.variant);
            assert!((t + d - o).abs() < 2e-5 * size, "{what}: {t} and {d} are not {o}");
            let want = photo[i] + 0.4 * t + 0.7 * d;
            assert!((half[i] - want).abs() < 2e-5 * size, "{what}: {} not {want}", half[i]);
            of_detail += f64::from(d);
            of_all += f64::from(o);
        }
        let share = of_detail.abs() / of_all.abs();
        assert!(share < 0.2, "{:?}: {share} of the mean is left to detail", operator.variant);
    }
}

#[test]
fn a_later_filter_sees_what_the_balance_before_it_leaves() {
    let source = source();
    for operator in own_operators().into_iter().map(Arc::new) {
        let second = |first| stages(&source, &operator, &[first, (1.0, 1.0)])[1].clone();
        assert!(second((0.2, 1.0)) != second((1.0, 1.0)), "{:?}", operator.variant);
        let alone = stages(&source, &operator, &[(1.0, 1.0)])[0].clone();
        assert!(second((0.0, 0.0)) == alone, "{:?}", operator.variant);
    }
}

#[test]
fn a_solver_that_was_used_before_gives_the_same_stages() {
    let source = source();
    for operator in operators().map(Arc::new) {
        let mut solver = Solver::default();
        let mut solve = |tone, detail, strength| {
            let balance = Balance { tone, detail };
            let layer = Layer { balance, strength, ..Layer::new(Arc::clone(&operator)) };
            solver.solve(&source, &Edit { layers: vec![layer] }).unwrap()
        };
        solve(0.5, 1.5, 1.0);
        let [weaker] = solve(0.5, 1.5, 0.25).try_into().unwrap();
        assert_eq!(weaker.strength, 0.25);
        assert!(Stage { strength: 1.0, ..weaker } == stages(&source, &operator, &[(0.5, 1.5)])[0]);
        assert!(solve(1.0, 1.0, 1.0) == stages(&source, &operator, &[(1.0, 1.0)]));
        assert!(solve(1.2, 0.1, 1.0) == stages(&source, &operator, &[(1.2, 0.1)]));
    }
}
