//! The engine as the window sees it: commands in, events out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use understudy::edit::{Edit, Layer, View};
use understudy::engine::{
    Backend, Choice, Command, Engine, Event, Export, Exported, Frame, Picture, Processor, Scene,
    Ticket, Wall,
};
use understudy::gpu::Gpu;
use understudy::operator::{Library, Operator, Tuning, Variant};
use understudy::photo::{ExportOptions, Image, Photo, Pixels};
use understudy::render::{self, Solver, Source};

pub const TIMEOUT: Duration = Duration::from_secs(60);

fn engine() -> Engine {
    engine_on(Backend::headless(Choice::Cpu).unwrap())
}

pub fn engine_on(backend: Backend) -> Engine {
    let processor = backend.processor();
    let engine = Engine::start(backend, Box::new(|| {}));
    let ready = engine.recv_timeout(TIMEOUT);
    assert!(matches!(ready, Some(Event::Ready(got)) if got == processor));
    engine
}

/// A GPU of our own, which can be taken away.
pub fn gpu() -> (wgpu::Device, Gpu) {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions::default();
    let adapter = pollster::block_on(instance.request_adapter(&options)).unwrap();
    let descriptor = wgpu::DeviceDescriptor::default();
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
    let gpu = Gpu::new(&adapter, device.clone(), queue).unwrap();
    (device, gpu)
}

pub fn photo(width: usize, height: usize) -> Arc<Photo> {
    let pixels = (0..width * height).map(|i| [(i % 256) as u8, (i / width % 256) as u8, 90, 255]);
    Arc::new(Photo::from_image(Image::eight(width, height, pixels.collect())))
}

fn edit(name: &str) -> Edit {
    Edit { layers: vec![Layer::new(Library::load().find(name).unwrap())] }
}

pub fn scene(photo: &Arc<Photo>, edit: Edit, zoom: f64) -> Scene {
    let view = View { size: [64, 48], center: [100.0, 80.0], zoom };
    Scene { photo: Arc::clone(photo), edit, view }
}

fn pixels(picture: &Picture) -> &[[u8; 4]] {
    match picture {
        Picture::Cpu(pixels) => pixels,
        Picture::Gpu(_) => panic!("the CPU was asked for"),
    }
}

pub fn shown(engine: &Engine, ticket: u64) -> Box<Frame> {
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Shown(Ticket(got), frame) if got == ticket => return frame,
            Event::Shown(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_bundled_photo_opens_and_is_shown_before_and_after() {
    let engine = engine();
    engine.send(Command::OpenBundled(Ticket(1)));
    let Some(Event::Opened(Ticket(1), photo)) = engine.recv_timeout(TIMEOUT) else {
        panic!("it must open")
    };
    assert!(photo.notices.is_empty(), "{:?}", photo.notices);
    engine.send(Command::Show(Ticket(2), vec![scene(&photo, edit("bw-drama"), 0.1)]));
    let frame = shown(&engine, 2);
    assert_eq!(pixels(&frame.before).len(), 64 * 48);
    let is_grey = |p: &&[u8; 4]| p[0].abs_diff(p[1]) < 12 && p[1].abs_diff(p[2]) < 12;
    let share = |picture| pixels(picture).iter().filter(is_grey).count() as f32 / (64.0 * 48.0);
    assert!(share(&frame.after) > share(&frame.before) + 0.3, "a black and white filter");
}

#[test]
fn of_many_scenes_the_last_one_always_arrives() {
    let engine = engine();
    let photo = photo(400, 300);
    let edit = edit("local-contrast");
    for i in 0..200 {
        let mut edit = edit.clone();
        edit.layers[0].strength = i as f32 / 199.0;
        engine.send(Command::Show(Ticket(i), vec![scene(&photo, edit, 1.0)]));
    }
    let mut rendered = 0;
    let frame = loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Shown(Ticket(ticket), frame) => {
                rendered += 1;
                if ticket == 199 {
                    break frame;
                }
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(rendered < 200, "older scenes are passed over");
    assert_eq!(frame.scene.edit.layers[0].strength, 1.0);
    assert!(engine.recv_timeout(Duration::from_millis(50)).is_none(), "nothing comes after it");
}

#[test]
fn the_view_at_100_percent_is_the_export() {
    let engine = engine();
    let photo = photo(200, 160);
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out.png");
    let scene = scene(&photo, edit("detail"), 1.0);
    engine.send(Command::Show(Ticket(1), vec![scene.clone()]));
    let frame = shown(&engine, 1);
    engine.send(Command::Export(
        Ticket(2),
        Export {
            photo: Exported::Open(photo),
            edit: scene.edit,
            target: target.clone(),
            options: ExportOptions { quality: 90, overwrite: false, ..ExportOptions::DEFAULT },
        },
    ));
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Progress(Ticket(2), done) => assert!((0.0..=1.0).contains(&done)),
            Event::Exported(Ticket(2), file) => break assert_eq!(file, target),
            other => panic!("{other:?}"),
        }
    }
    let exported = understudy::photo::open(&target).unwrap();
    let [left, top] = scene.view.photo_from_screen([0.0, 0.0]).map(|at| at.round() as usize);
    for (i, pixel) in pixels(&frame.after).iter().enumerate() {
        let at = (top + i / 64) * 200 + left + i % 64;
        let want = exported.image.rgb(at).map(|value| (value * 255.0).round() as u8);
        assert_eq!(pixel[..3], want, "pixel {i}");
    }
}

/// The exact frame of a ticket.
fn exact(engine: &Engine, ticket: u64) -> Box<Frame> {
    loop {
        let frame = shown(engine, ticket);
        if frame.exact {
            return frame;
        }
    }
}

/// Texture that a mean before a filter with strong contrast gets wrong.
fn texture(width: usize, height: usize) -> Arc<Photo> {
    let pixel = |i: usize| {
        let noise = i.wrapping_mul(2_654_435_761) >> 7;
        [(noise % 256) as u8, (i / width) as u8, (noise / 256 % 200) as u8, 255]
    };
    Arc::new(Photo::from_image(Image::eight(
        width,
        height,
        (0..width * height).map(pixel).collect(),
    )))
}

/// Pixels of one axis and their weights in a screen pixel `at` of `zoom`, written down plainly.
fn weights(at: f64, zoom: f64, len: usize) -> Vec<(usize, f64)> {
    let (from, to) = (at, at + 1.0 / zoom);
    if zoom >= 4.0 {
        return vec![((0.5 * (from + to)) as usize, 1.0)];
    }
    if zoom > 1.0 {
        let place = (0.5 * (from + to) - 0.5).clamp(0.0, (len - 1) as f64);
        let next = (place as usize + 1).min(len - 1);
        return vec![(place as usize, 1.0 - place.fract()), (next, place.fract())];
    }
    let overlap = |x: usize| (to.min(x as f64 + 1.0) - from.max(x as f64)).max(0.0);
    let sum: f64 = (0..len).map(overlap).sum();
    (0..len).map(|x| (x, overlap(x) / sum)).filter(|(_, weight)| *weight > 0.0).collect()
}

fn assert_is_scaled(what: &str, frame: &Frame, export: &Image) {
    let view = &frame.scene.view;
    let Pixels::Eight(exported) = &export.pixels else { panic!("8 bits") };
    let mut seen = 0;
    for (i, pixel) in pixels(&frame.after).iter().enumerate() {
        if pixel[3] == 0 {
            continue;
        }
        let corner = [i % view.size[0] as usize, i / view.size[0] as usize];
        let [x, y] = view.photo_from_screen(corner.map(|at| at as f64));
        let mut mean = [0.0; 3];
        for (row, down) in weights(y, view.zoom, export.height) {
            for (column, across) in weights(x, view.zoom, export.width) {
                for (mean, code) in mean.iter_mut().zip(exported[row * export.width + column]) {
                    *mean += down * across * f64::from(code);
                }
            }
        }
        for (got, want) in pixel.iter().zip(mean) {
            assert!(
                (f64::from(*got) - want).abs() <= 1.0,
                "{what}: {got} instead of {want} at {i}"
            );
        }
        seen += 1;
    }
    assert!(seen > 500, "{what}: {seen} pixels of the photo are seen");
}

#[test]
fn the_resting_picture_is_the_export_scaled() {
    let engine = engine();
    let photo = texture(210, 160);
    let source = Source::new(Arc::clone(&photo));
    let layer = |variant| Layer::new(Arc::new(Operator::untrained(variant, 3)));
    let mut edits: Vec<Edit> = Variant::ALL
        .into_iter()
        .chain(Variant::OWN)
        .map(|variant| Edit { layers: vec![layer(variant)] })
        .collect();
    edits.push(Edit { layers: vec![layer(Variant::DgfX), layer(Variant::DgfC)] });
    edits.push(edit("bw-drama"));
    edits.push(Edit::default());
    let mut ticket = 0;
    for (i, edit) in edits.into_iter().enumerate() {
        let stages = Solver::default().solve(&source, &edit).unwrap();
        let export = render::strip(&source, &stages, 0..160);
        for zoom in [0.21, 0.37, 0.9, 1.0, 1.5, 2.0, 5.0] {
            ticket += 1;
            engine.send(Command::Show(Ticket(ticket), vec![scene(&photo, edit.clone(), zoom)]));
            let first = shown(&engine, ticket);
            let is_at_once = zoom == 1.0 || zoom == 5.0 || (edit.layers.is_empty() && zoom >= 1.0);
            assert_eq!(first.exact, is_at_once, "{zoom}");
            let frame = if first.exact { first } else { exact(&engine, ticket) };
            assert_is_scaled(&format!("edit {i} at {zoom}"), &frame, &export);
        }
    }
    assert!(engine.recv_timeout(Duration::from_millis(50)).is_none(), "nothing comes after it");
}

#[test]
fn one_budget_of_memory_holds_for_all_that_is_kept() {
    let engine = engine();
    assert!(engine.memory().budget >= 64 << 20, "{:?}", engine.memory());
    let budget = 6 << 20;
    engine.send(Command::Budget(budget));
    for ticket in 0..12 {
        // 1.6 MB of pixels, and a pyramid.
        let photo = texture(800, 500);
        engine.send(Command::Show(Ticket(ticket), vec![scene(&photo, edit("dehaze"), 0.3)]));
        exact(&engine, ticket);
    }
    let memory = engine.memory();
    assert!(memory.used > budget / 2 && memory.used <= budget, "{memory:?}");
    // What is on screen stays, however little there may be.
    engine.send(Command::Budget(0));
    engine.send(Command::Show(Ticket(20), vec![scene(&texture(800, 500), edit("l0"), 0.3)]));
    exact(&engine, 20);
    assert!(engine.memory().used < 4 << 20, "{:?}", engine.memory());
}

#[test]
fn a_new_scene_ends_a_refinement_at_once() {
    let engine = engine();
    let photo = texture(6000, 4000);
    let view = View::fit([1600, 1000], 6000, 4000);
    let wide = |strength| {
        let mut edit = edit("local-contrast");
        edit.layers[0].strength = strength;
        Scene { photo: Arc::clone(&photo), edit, view }
    };
    engine.send(Command::Show(Ticket(0), vec![wide(0.1)]));
    let mut longest = exact(&engine, 0).time;
    for ticket in 1..20 {
        let strength = 0.05 * ticket as f32;
        engine.send(Command::Show(Ticket(ticket), vec![wide(strength)]));
        let Some(Event::Shown(Ticket(got), frame)) = engine.recv_timeout(TIMEOUT) else {
            panic!("it is shown")
        };
        assert_eq!((got, frame.exact), (ticket, false), "no exact frame of an older scene");
        longest = longest.max(frame.time);
    }
    assert!(exact(&engine, 19).time <= longest);
}

#[test]
fn failures_come_as_sentences_and_the_engine_lives_on() {
    let engine = engine();
    engine.send(Command::Open(Ticket(1), "/no/such/photo.jpg".into()));
    let Some(Event::Failed(Ticket(1), sentence)) = engine.recv_timeout(TIMEOUT) else {
        panic!("it must fail")
    };
    assert!(sentence.contains("photo.jpg"), "{sentence}");
    let photo = photo(30, 20);
    let mut tuned = edit("detail");
    tuned.layers[0].tuning = Tuning { epsilon: Some(0.1), ..Tuning::default() };
    engine.send(Command::Show(Ticket(2), vec![scene(&photo, tuned, 1.0)]));
    let Some(Event::Failed(Ticket(2), sentence)) = engine.recv_timeout(TIMEOUT) else {
        panic!("it must fail")
    };
    assert!(sentence.contains("no edge softness"), "{sentence}");
    engine.send(Command::Show(Ticket(3), vec![scene(&photo, edit("detail"), 1.0)]));
    shown(&engine, 3);
}

#[test]
fn a_gpu_that_is_lost_is_replaced_by_the_twin_in_views_and_exports() {
    let (device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let photo = photo(200, 160);
    let edit = edit("detail");
    engine.send(Command::Show(Ticket(1), vec![scene(&photo, edit.clone(), 1.0)]));
    assert!(matches!(shown(&engine, 1).after, Picture::Gpu(_)));
    device.destroy();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out.png");
    engine.send(Command::Export(
        Ticket(2),
        Export {
            photo: Exported::Open(Arc::clone(&photo)),
            edit: edit.clone(),
            target: target.clone(),
            options: ExportOptions { quality: 90, overwrite: false, ..ExportOptions::DEFAULT },
        },
    ));
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Progress(..) => {}
            Event::Exported(Ticket(2), _) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(understudy::photo::open(&target).is_ok());
    engine.send(Command::Show(Ticket(3), vec![scene(&photo, edit.clone(), 0.5)]));
    let Some(Event::Ready(Processor::Cpu { reason, .. })) = engine.recv_timeout(TIMEOUT) else {
        panic!("the engine says that it goes on without the GPU")
    };
    assert!(reason.contains("graphics"), "{reason}");
    assert!(matches!(shown(&engine, 3).after, Picture::Cpu(_)));
}

#[test]
fn a_refused_tuning_does_not_cost_the_gpu() {
    let (_device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let photo = photo(30, 20);
    let mut tuned = edit("detail");
    tuned.layers[0].tuning = Tuning { epsilon: Some(0.1), ..Tuning::default() };
    engine.send(Command::Show(Ticket(1), vec![scene(&photo, tuned, 1.0)]));
    assert!(matches!(engine.recv_timeout(TIMEOUT), Some(Event::Failed(Ticket(1), _))));
    engine.send(Command::Show(Ticket(2), vec![scene(&photo, edit("detail"), 1.0)]));
    assert!(matches!(shown(&engine, 2).after, Picture::Gpu(_)));
}

#[test]
fn closing_in_mid_export_leaves_nothing() {
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    engine.send(Command::Export(
        Ticket(1),
        Export {
            photo: Exported::Open(photo(4000, 3000)),
            edit: edit("local-contrast"),
            target: folder.path().join("out.png"),
            options: ExportOptions { quality: 90, overwrite: false, ..ExportOptions::DEFAULT },
        },
    ));
    assert!(matches!(engine.recv_timeout(TIMEOUT), Some(Event::Progress(..))));
    drop(engine);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_cancelled_export_leaves_nothing() {
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let order = Export {
        photo: Exported::Open(photo(4000, 3000)),
        edit: edit("local-contrast"),
        target: folder.path().join("out.png"),
        options: ExportOptions { quality: 90, overwrite: false, ..ExportOptions::DEFAULT },
    };
    engine.send(Command::Export(Ticket(1), order));
    engine.send(Command::Cancel(Ticket(1)));
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Progress(..) => {}
            Event::Cancelled(Ticket(1)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_export_of_24_megapixels_is_cancelled_in_a_fifth_of_a_second() {
    const LONGEST: Duration = Duration::from_millis(200);
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let photo = texture(6000, 4000);
    for (ending, filter) in [("png", "dehaze"), ("jpg", "l0"), ("tif", "detail")] {
        // Other work on the machine, such as other tests, delays some of them.
        let mut shortest = Duration::MAX;
        for ticket in 1..20 {
            if shortest < LONGEST {
                break;
            }
            let order = Export {
                photo: Exported::Open(Arc::clone(&photo)),
                edit: edit(filter),
                target: folder.path().join("out").with_extension(ending),
                options: ExportOptions { quality: 90, overwrite: false, ..ExportOptions::DEFAULT },
            };
            engine.send(Command::Export(Ticket(ticket), order));
            assert!(matches!(engine.recv_timeout(TIMEOUT), Some(Event::Progress(..))), "{ending}");
            let started = Instant::now();
            engine.send(Command::Cancel(Ticket(ticket)));
            loop {
                match engine.recv_timeout(TIMEOUT).unwrap() {
                    Event::Progress(..) => {}
                    Event::Cancelled(Ticket(got)) if got == ticket => break,
                    other => panic!("{other:?}"),
                }
            }
            shortest = shortest.min(started.elapsed());
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        assert!(shortest < LONGEST, "{ending}: {shortest:?}");
    }
}

#[test]
fn an_export_whose_photo_is_being_decoded_is_cancelled_at_once_and_the_next_one_begins() {
    const LONGEST: Duration = Duration::from_millis(200);
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let photos = [("large.jpg", 6000), ("small.jpg", 60)].map(|(name, width)| {
        let path = folder.path().join(name);
        std::fs::write(&path, texture(width, width * 2 / 3).image.to_jpeg()).unwrap();
        path
    });
    let export = |ticket: u64, photo: &Path| {
        let order = Export {
            photo: Exported::File(photo.to_owned()),
            edit: edit("dehaze"),
            target: folder.path().join(format!("{ticket}.png")),
            options: ExportOptions::DEFAULT,
        };
        engine.send(Command::Export(Ticket(ticket), order));
    };
    // More in a row than are left to themselves at a time.
    for ticket in 1..=4 {
        export(ticket, &photos[0]);
        std::thread::sleep(Duration::from_millis(30));
        let began = Instant::now();
        engine.send(Command::Cancel(Ticket(ticket)));
        let event = engine.recv_timeout(TIMEOUT);
        assert!(matches!(event, Some(Event::Cancelled(Ticket(it))) if it == ticket), "{event:?}");
        assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    }
    export(5, &photos[1]);
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Progress(Ticket(5), _) => {}
            Event::Exported(Ticket(5), _) => break,
            other => panic!("{other:?}"),
        }
    }
    // Nothing comes of the others, also when their photos are there.
    std::thread::sleep(Duration::from_secs(2));
    assert!(engine.try_recv().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn panes_come_in_their_order_and_thumbnails_after_them() {
    let engine = engine();
    let photo = photo(300, 200);
    let edits = ["retouch", "l0", "dehaze"].map(edit);
    let wall = Wall { photo: Arc::clone(&photo), edits: edits.to_vec(), side: 60 };
    engine.send(Command::Thumbnails(Ticket(1), wall));
    let panes = edits.clone().map(|edit| scene(&photo, edit, 1.0));
    engine.send(Command::Show(Ticket(2), panes.to_vec()));
    let (mut shown, mut thumbnails) = (Vec::new(), Vec::new());
    while shown.len() + thumbnails.len() < 6 {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Shown(Ticket(2), frame) => {
                assert_eq!(frame.scene, panes[frame.pane]);
                shown.push(frame.pane);
            }
            Event::Thumbnail(Ticket(1), thumbnail) => {
                assert_eq!((thumbnail.size, thumbnail.pixels.len()), ([60, 40], 60 * 40));
                thumbnails.push(thumbnail);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(shown, [0, 1, 2]);
    assert_eq!(thumbnails.iter().map(|it| it.index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_ne!(thumbnails[0].pixels, thumbnails[1].pixels);
    // A new wall takes the place of the old one.
    let wall = |side| Wall { photo: Arc::clone(&photo), edits: vec![edit("l0"); 200], side };
    engine.send(Command::Thumbnails(Ticket(3), wall(50)));
    engine.send(Command::Thumbnails(Ticket(4), Wall { edits: vec![edit("l0")], ..wall(40) }));
    let mut last = Vec::new();
    while last.last() != Some(&4) {
        let Some(Event::Thumbnail(Ticket(ticket), _)) = engine.recv_timeout(TIMEOUT) else {
            panic!("thumbnails were asked for")
        };
        last.push(ticket);
    }
    assert!(last.len() < 200);
}

#[test]
fn a_drag_is_recorded_from_input_to_picture() {
    const INPUTS: u64 = 60;
    let engine = engine();
    let photo = photo(400, 300);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.jsonl");
    engine.send(Command::Trace(file.clone()));
    let wall = Wall { photo: Arc::clone(&photo), edits: vec![edit("dehaze"); 30], side: 80 };
    engine.send(Command::Thumbnails(Ticket(1000), wall));
    let mut latest = Duration::ZERO;
    for ticket in 1..=INPUTS {
        let mut edit = edit("local-contrast");
        edit.layers[0].strength = ticket as f32 / INPUTS as f32;
        engine.send(Command::Show(Ticket(ticket), vec![scene(&photo, edit, 0.7)]));
        if ticket % 10 == 0 {
            let frame = loop {
                match engine.recv_timeout(TIMEOUT).unwrap() {
                    Event::Shown(Ticket(got), frame) if got == ticket => break frame,
                    Event::Shown(..) | Event::Thumbnail(..) => {}
                    other => panic!("{other:?}"),
                }
            };
            assert!(frame.latency >= frame.time, "waiting counts");
            latest = frame.latency;
        }
    }
    drop(engine);
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (drag, pictures) = lines.split_last().unwrap();
    assert!(pictures.iter().all(|line| line["what"] == "picture" && line["engine"] == "cpu"));
    let inputs: u64 = pictures.iter().map(|line| line["inputs"].as_u64().unwrap()).sum();
    assert_eq!(inputs, INPUTS, "every input is answered, once");
    let last = pictures.last().unwrap();
    assert_eq!(last["ticket"], INPUTS, "the last value arrives");
    let newest = last["newest_ms"].as_f64().unwrap();
    assert!(newest >= 1e3 * latest.as_secs_f64() - 1.0, "{newest} {latest:?}");
    assert!(last["oldest_ms"].as_f64().unwrap() >= newest);
    assert_eq!((&drag["what"], &drag["inputs"]), (&"drag".into(), &INPUTS.into()));
    assert_eq!(drag["pictures"], pictures.len());
    assert!(drag["p99_ms"].as_f64() >= drag["median_ms"].as_f64());
    assert!(drag["median_ms"].as_f64().unwrap() > 0.0);
}
