//! What the engine finds out besides pictures: histograms, and evidence for tuning.

use std::sync::Arc;
use std::time::Duration;

use understudy::edit::{Edit, Layer};
use understudy::engine::{
    Backend, Choice, Command, Engine, Event, Question, Studied, Study, Ticket, Weighed,
};
use understudy::operator::{CheckPair, Operator, Tuning, Variant};
use understudy::photo::{Image, Photo};
use understudy::render::{Solver, Source, strip};

const TIMEOUT: Duration = Duration::from_secs(60);

fn engine() -> Engine {
    let engine = Engine::start(Backend::headless(Choice::Cpu).unwrap(), Box::new(|| {}));
    assert!(matches!(engine.recv_timeout(TIMEOUT), Some(Event::Ready(_))));
    engine
}

fn image() -> Image {
    let pixel = |i: usize| {
        let (x, y) = (i % 240, i / 240);
        let wave = 60.0 * ((x as f32 / 15.0).sin() + (y as f32 / 11.0).cos());
        [128.0 + wave, 110.0 - wave, 90.0 + y as f32 / 3.0, 255.0].map(|value| value as u8)
    };
    Image::eight(240, 180, (0..240 * 180).map(pixel).collect())
}

fn studied(engine: &Engine, ticket: u64) -> Box<Studied> {
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Studied(Ticket(got), studied) if got == ticket => return studied,
            Event::Studied(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_histogram_is_of_the_whole_photo_under_its_edit() {
    let engine = engine();
    let photo = Arc::new(Photo::from_image(image()));
    let operator = Arc::new(Operator::untrained(Variant::DgfB, 3));
    let edit = Edit { layers: vec![Layer::new(operator)] };
    for i in 0..50 {
        let mut edit = edit.clone();
        edit.layers[0].strength = i as f32 / 49.0;
        engine.send(Command::Study(
            Ticket(i),
            Study { photo: Arc::clone(&photo), edit, histogram: true, inside: Some(0), mask: None },
        ));
    }
    let studied = studied(&engine, 49);
    assert_eq!(studied.sheets.len(), 4, "a filter of one network, guided by the photo");
    let found = studied.histogram.unwrap();
    assert_eq!(found.pixels, 240 * 180, "a small photo is its own sample");
    let stages = Solver::default().solve(&Source::new(Arc::clone(&photo)), &edit).unwrap();
    let out = strip(&Source::new(photo), &stages, 0..180);
    let mut want = [0; 256];
    for at in 0..240 * 180 {
        want[(out.rgb(at)[1] * 255.0).round() as usize] += 1;
    }
    assert_eq!(found.counts[1], want, "green");
    assert!(engine.recv_timeout(Duration::from_millis(50)).is_none(), "nothing comes after it");
}

/// A filter that carries what itself makes of a photo comes closest as it is.
fn carrying(variant: Variant) -> (Arc<Operator>, Arc<Photo>) {
    let mut operator = Operator::untrained(variant, 11);
    if let Some(base) = &mut operator.base {
        base.weights = (0..base.weights.len()).map(|i| (i as f32 * 1.7).sin() * 0.03).collect();
    }
    let photo = Arc::new(Photo::from_image(image()));
    let source = Source::new(Arc::clone(&photo));
    let edit = Edit { layers: vec![Layer::new(Arc::new(operator.clone()))] };
    let stages = Solver::default().solve(&source, &edit).unwrap();
    let after = strip(&source, &stages, 0..180);
    let pair = CheckPair::new("own".to_owned(), source.image(), &after);
    operator.provenance.check_pairs = vec![pair];
    (Arc::new(operator), photo)
}

fn weighed(engine: &Engine, ticket: u64, count: usize) -> Vec<Weighed> {
    let mut all = Vec::new();
    while all.len() < count {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Weighed(Ticket(got), weighed) if got == ticket => all.push(weighed),
            Event::Weighed(..) => {}
            other => panic!("{other:?}"),
        }
    }
    all
}

#[test]
fn tunings_are_weighed_by_the_pairs_that_a_filter_carries() {
    let engine = engine();
    let (operator, photo) = carrying(Variant::Base);
    let scale = |scale| Tuning { scale: Some(scale), ..Tuning::default() };
    let tunings = vec![Tuning::default(), scale(0.25), scale(4.0)];
    // A question that is replaced need not be answered.
    for ticket in 0..20 {
        let question = Question {
            photo: Arc::clone(&photo),
            operator: Arc::clone(&operator),
            tunings: tunings.clone(),
        };
        engine.send(Command::Weigh(Ticket(ticket), question));
    }
    let found = weighed(&engine, 19, 3);
    assert_eq!(found.iter().map(|it| it.tuning).collect::<Vec<_>>(), tunings);
    let close = |at: usize| found[at].psnr.unwrap();
    assert!(close(0) > 36.0, "what is lost to JPEG is little: {}", close(0));
    assert!(close(1) < close(0) && close(2) < close(0), "{found:?}");
    assert!(found.iter().all(|it| it.cost > Duration::ZERO));
}

#[test]
fn an_analysis_larger_than_the_pairs_has_a_cost_and_no_closeness() {
    let engine = engine();
    let (operator, photo) = carrying(Variant::DgfB);
    let size = |side| Tuning { short_side: Some(side), ..Tuning::default() };
    let wrong = Tuning { scale: Some(2.0), ..Tuning::default() };
    let tunings = vec![wrong, size(32), size(180), size(181)];
    engine.send(Command::Weigh(Ticket(1), Question { photo, operator, tunings }));
    let found = weighed(&engine, 1, 3);
    assert_eq!(found.iter().map(|it| it.psnr.is_some()).collect::<Vec<_>>(), [true, true, false]);
    assert!(found[2].cost > found[0].cost, "{found:?}");
}
