//! A slider that is dragged, and a wall of thumbnails: what a user waits for, through the engine's own
//! thread and inbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::cases::{More, VIEW_SIZE};
use super::clock::Time;
use super::step;
use crate::edit::{Edit, Layer, View};
use crate::engine::{Backend, Command, Engine, Event, Latencies, Scene, Ticket, Wall};
use crate::operator::{Operator, Variant};
use crate::photo::{Image, Photo};

/// Values of a drag, and the time between them: a mouse tells 125 times a second.
const VALUES: u64 = 120;
const PACE: Duration = Duration::from_millis(8);
/// Thumbnails of a wall, and their longer side.
const THUMBNAILS: usize = 20;
const SIDE: u32 = 160;
/// Nothing takes so long unless something is wrong.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The strength of a filter is dragged over a view of `photo`; then once more while thumbnails are
/// wanted and a network learns. Times are from sending a value to receiving a picture of it or of a
/// newer one.
pub fn drag_time(
    backend: &Backend,
    photo: &Arc<Photo>,
    edit: &Edit,
) -> Result<(Time, More), String> {
    let engine = Engine::start(backend.clone(), Box::new(|| {}));
    let calm = drag(&engine, photo, edit, 1)?;
    let lesson = step::Learning::new();
    let stop = AtomicBool::new(false);
    let busy = thread::scope(|scope| {
        let learning = scope.spawn(|| lesson.learn_until(&stop));
        engine.send(Command::Thumbnails(Ticket(0), wall(photo)));
        let busy = drag(&engine, photo, edit, 1 + VALUES + 1);
        stop.store(true, Ordering::Relaxed);
        let learned = learning.join().map_err(|_| "A training step failed.".to_owned());
        learned?.and(busy)
    })?;
    let ms = |time: Duration| 1e3 * time.as_secs_f64();
    let time = Time { median_ms: ms(calm.quantile(0.5)), min_ms: ms(calm.quantile(0.0)) };
    let more = vec![
        ("p99_ms", Some(ms(calm.quantile(0.99)))),
        ("pictures", Some(calm.pictures as f64)),
        ("busy_ms", Some(ms(busy.quantile(0.5)))),
        ("busy_p99_ms", Some(ms(busy.quantile(0.99)))),
        ("busy_pictures", Some(busy.pictures as f64)),
    ];
    Ok((time, more))
}

/// Drags once, with tickets from `first` on.
fn drag(engine: &Engine, photo: &Arc<Photo>, edit: &Edit, first: u64) -> Result<Latencies, String> {
    let view = View::fit(VIEW_SIZE, photo.image.width, photo.image.height);
    let show = |ticket: u64| {
        let mut edit = edit.clone();
        let strength = (ticket % VALUES) as f32 / VALUES as f32;
        edit.layers.iter_mut().for_each(|layer| layer.strength = strength);
        let scene = Scene { photo: Arc::clone(photo), edit, view };
        engine.send(Command::Show(Ticket(ticket), vec![scene]));
    };
    let mut latencies = Latencies::default();
    let mut waiting: Vec<(u64, Instant)> = Vec::new();
    let mut hear = |until: Instant, waiting: &mut Vec<(u64, Instant)>| match engine
        .recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        Some(Event::Shown(Ticket(shown), _)) => {
            let now = Instant::now();
            let answered = waiting.extract_if(.., |(ticket, _)| *ticket <= shown);
            let before = latencies.times.len();
            latencies.times.extend(answered.map(|(_, sent)| now - sent));
            latencies.pictures += usize::from(latencies.times.len() > before);
            Ok(())
        }
        Some(Event::Failed(_, sentence)) => Err(sentence),
        _ => Ok(()),
    };
    // The photo is on screen when the drag begins.
    show(first);
    let mut ignored = vec![(first, Instant::now())];
    let deadline = Instant::now() + TIMEOUT;
    while !ignored.is_empty() && Instant::now() < deadline {
        hear(deadline, &mut ignored)?;
    }
    let began = Instant::now();
    for value in 1..=VALUES {
        waiting.push((first + value, Instant::now()));
        show(first + value);
        let next = began + PACE * value as u32;
        while Instant::now() < next {
            hear(next, &mut waiting)?;
        }
    }
    let deadline = Instant::now() + TIMEOUT;
    while !waiting.is_empty() {
        if Instant::now() > deadline {
            return Err("The last value of the drag was never shown.".to_owned());
        }
        hear(deadline, &mut waiting)?;
    }
    // That of the photo's first picture.
    latencies.times.remove(0);
    latencies.pictures -= 1;
    Ok(latencies)
}

/// Twenty filters of all kinds.
fn wall(photo: &Arc<Photo>) -> Wall {
    let mut variants = Variant::ALL.into_iter().chain(Variant::OWN).cycle();
    let edit = |seed: usize| {
        let variant = variants.next().unwrap_or(Variant::Base);
        let layer = Layer::new(Arc::new(Operator::untrained(variant, seed as u64)));
        Edit { layers: vec![layer] }
    };
    let edits = (0..THUMBNAILS).map(edit).collect();
    Wall { photo: Arc::clone(photo), edits, side: SIDE }
}

/// The time until all thumbnails of a wall are there, on a photo that the engine has not seen.
pub fn wall_time(backend: &Backend, image: &Image, repeat: usize) -> Result<Time, String> {
    let engine = Engine::start(backend.clone(), Box::new(|| {}));
    let mut seconds = Vec::with_capacity(repeat);
    for run in 1..=repeat as u64 {
        let wall = wall(&Arc::new(Photo::from_image(image.clone())));
        let started = Instant::now();
        engine.send(Command::Thumbnails(Ticket(run), wall));
        let mut missing = THUMBNAILS;
        while missing > 0 {
            match engine.recv_timeout(TIMEOUT) {
                Some(Event::Thumbnail(..)) => missing -= 1,
                Some(Event::Ready(_)) => {}
                other => return Err(format!("A thumbnail did not come: {other:?}.")),
            }
        }
        seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(Time::of(seconds))
}
