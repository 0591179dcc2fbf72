//! What the engine does when the graphics card fails: every failure is provoked on a real driver
//! (lavapipe on a machine without a card), and the picture goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use understudy::edit::{Edit, Layer};
use understudy::engine::{
    Backend, Choice, Command, Engine, Event, Frame, Picture, Processor, Scene, Ticket, WindowDevice,
};
use understudy::gpu::Gpu;
use understudy::operator::{Operator, Variant};
use understudy::photo::Photo;

use crate::engine::{TIMEOUT, engine_on, gpu, photo, scene, shown};

fn adapter() -> wgpu::Adapter {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions::default();
    pollster::block_on(instance.request_adapter(&options)).unwrap()
}

/// What a window would draw with, with these limits.
fn window(adapter: wgpu::Adapter, required_limits: wgpu::Limits) -> WindowDevice {
    let descriptor = wgpu::DeviceDescriptor { required_limits, ..Default::default() };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).unwrap();
    WindowDevice { adapter, device, queue }
}

fn filter() -> Edit {
    Edit { layers: vec![Layer::new(Arc::new(Operator::untrained(Variant::DgfC, 1)))] }
}

/// The next word of what is computed with.
fn ready(engine: &Engine) -> Processor {
    loop {
        match engine.recv_timeout(TIMEOUT).unwrap() {
            Event::Ready(processor) => return processor,
            Event::Shown(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn reason(processor: Processor) -> String {
    match processor {
        Processor::Cpu { reason, .. } => reason,
        Processor::Gpu { .. } => panic!("the GPU must be out of use"),
    }
}

/// What came of a drag in whose middle something happened.
struct Drag {
    /// Sentences about what is computed with, since then.
    told: Vec<Processor>,
    /// From what happened to the first picture by the processor.
    until_cpu: Duration,
    /// The picture of the last value.
    last: Box<Frame>,
}

/// Values of a drag.
const VALUES: u64 = 60;

/// What is to be shown of a value.
fn dragged(photo: &Arc<Photo>, value: u64) -> Scene {
    let mut edit = filter();
    edit.layers[0].strength = value as f32 / VALUES as f32;
    scene(photo, edit, 1.0)
}

/// Drags the strength of a filter, a value every 8 ms as a mouse tells them; in the middle of it
/// something `happens`, and the second photo is shown from then on.
fn drag(engine: &Engine, photos: [&Arc<Photo>; 2], happens: impl FnOnce()) -> Drag {
    let (mut happens, mut happened) = (Some(happens), None);
    let (mut told, mut until_cpu, mut newest) = (Vec::new(), None, 0);
    let mut next = Instant::now();
    let mut ticket = 0;
    let deadline = next + TIMEOUT;
    loop {
        // The first picture may be slow; what happens is to be in the middle.
        let last = if happened.is_some() { VALUES } else { VALUES / 2 };
        if ticket < last && Instant::now() >= next {
            (ticket, next) = (ticket + 1, next + Duration::from_millis(8));
            let photo = photos[usize::from(happened.is_some())];
            engine.send(Command::Show(Ticket(ticket), vec![dragged(photo, ticket)]));
        }
        let pause = next.saturating_duration_since(Instant::now());
        match engine.recv_timeout(pause.max(Duration::from_millis(1))) {
            Some(Event::Shown(Ticket(shown), last)) => {
                assert!(shown > newest && shown <= ticket, "{shown} after {newest}");
                newest = shown;
                match (&last.after, happened) {
                    (Picture::Cpu(_), None) => panic!("nothing happened yet"),
                    (Picture::Cpu(_), Some(since)) => {
                        until_cpu.get_or_insert_with(|| Instant::now() - since);
                    }
                    (Picture::Gpu(_), _) => assert!(until_cpu.is_none(), "given up is given up"),
                }
                if shown == VALUES {
                    let until_cpu = until_cpu.expect("the last one is by the processor");
                    return Drag { told, until_cpu, last };
                }
                if let Some(happens) = happens.take_if(|_| shown >= VALUES / 3) {
                    happens();
                    happened = Some(Instant::now());
                }
            }
            Some(Event::Ready(processor)) => told.push(processor),
            Some(other) => panic!("{other:?}"),
            None => assert!(Instant::now() < deadline, "the last value never arrives"),
        }
    }
}

/// The picture goes on within a second, with one sentence; the GPU is tried again on request.
fn goes_on(engine: &Engine, photo: &Arc<Photo>, drag: &Drag, why: &str, again: impl FnOnce()) {
    let [processor] = &drag.told[..] else { panic!("{:?}", drag.told) };
    let reason = reason(processor.clone());
    assert!(reason.contains(why) && !reason.contains(". "), "{reason}");
    assert!(drag.until_cpu < Duration::from_secs(1), "{:?}", drag.until_cpu);
    again();
    // The last value's picture is that of a program that never had another processor.
    let twin = engine_on(Backend::headless(Choice::Cpu).unwrap());
    twin.send(Command::Show(Ticket(1), vec![dragged(photo, VALUES)]));
    let (Picture::Cpu(got), Picture::Cpu(want)) = (&drag.last.after, &shown(&twin, 1).after) else {
        panic!("both are by the processor")
    };
    assert_eq!(got, want);
    engine.send(Command::Compute(Choice::Gpu));
    assert!(matches!(ready(engine), Processor::Gpu { .. }));
    engine.send(Command::Show(Ticket(100), vec![dragged(photo, VALUES)]));
    assert!(matches!(shown(engine, 100).after, Picture::Gpu(_)));
}

#[test]
fn a_device_that_is_lost_in_mid_drag_is_logged_and_tried_again_on_request() {
    let (device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("state/understudy.log");
    engine.send(Command::Log(log.clone()));
    let photo = photo(200, 160);
    let drag = drag(&engine, [&photo; 2], || device.destroy());
    // Another device is found, and renders.
    goes_on(&engine, &photo, &drag, "graphics", || {});
    drop(engine);
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[1].contains("computes on the processor") && lines[1].contains("graphics"));
    assert!(lines[2].contains("computes on") && !lines[2].contains("processor"), "{log}");
}

#[test]
fn a_photo_that_has_to_leave_the_card_in_mid_drag_comes_back_when_it_may() {
    let (_device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let photo = photo(1200, 900);
    let drag = drag(&engine, [&photo; 2], || engine.send(Command::Budget(2 << 20)));
    let again = || engine.send(Command::Budget(64 << 20));
    goes_on(&engine, &photo, &drag, "2 are allowed", again);
}

#[test]
fn a_card_without_memory_in_mid_drag_is_tried_again_when_there_is_some() {
    let child = "failures::in_a_process_of_its_own_memory_ends_in_mid_drag";
    let run = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", child])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{complained}");
}

/// A driver in software has no memory left when the process has no addresses left, with which no other
/// test could go on.
#[test]
#[ignore = "is run by the test before"]
fn in_a_process_of_its_own_memory_ends_in_mid_drag() {
    let (device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let (small, large) = (photo(200, 160), photo(6000, 4000));
    // The processor's threads are there already.
    rayon::broadcast(|_| ());
    let mut taken = Vec::new();
    let drag = drag(&engine, [&small, &large], || taken = all_memory(&device));
    goes_on(&engine, &large, &drag, "too little graphics memory", || drop(taken));
}

/// Takes what memory there is, down to pieces of 64 MiB.
fn all_memory(device: &wgpu::Device) -> Vec<wgpu::Texture> {
    let mut depth = device.limits().max_texture_dimension_3d;
    let mut taken = Vec::new();
    while depth > 0 {
        let descriptor = wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: 2048, height: 2048, depth_or_array_layers: depth },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D3,
            format: wgpu::TextureFormat::Rgba32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        };
        let scope = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let texture = device.create_texture(&descriptor);
        match pollster::block_on(scope.pop()) {
            None => taken.push(texture),
            Some(_) => depth /= 2,
        }
    }
    taken
}

#[test]
fn a_window_whose_device_is_lost_gets_pictures_of_another_one_in_memory() {
    let window = window(adapter(), wgpu::Limits::default());
    let device = window.device.clone();
    let engine = Engine::start_in(window, Choice::Gpu, Box::new(|| {}));
    assert!(matches!(ready(&engine), Processor::Gpu { .. }));
    let photo = photo(200, 160);
    let show = |ticket| {
        engine.send(Command::Show(Ticket(ticket), vec![scene(&photo, filter(), 1.0)]));
    };
    show(1);
    let Picture::Gpu(_) = shown(&engine, 1).after else { panic!("the window can draw it") };
    device.destroy();
    engine.send(Command::Compute(Choice::Gpu));
    assert!(matches!(ready(&engine), Processor::Gpu { .. }));
    show(2);
    let on_gpu = shown(&engine, 2);
    let Picture::Cpu(on_gpu) = &on_gpu.after else { panic!("the window cannot draw it") };
    engine.send(Command::Compute(Choice::Cpu));
    assert!(reason(ready(&engine)).contains("asked for"));
    show(3);
    let Picture::Cpu(on_cpu) = &shown(&engine, 3).after else { panic!("the CPU was asked for") };
    for (gpu, cpu) in on_gpu.iter().flatten().zip(on_cpu.iter().flatten()) {
        assert!(gpu.abs_diff(*cpu) <= 1);
    }
}

#[test]
fn a_device_without_the_needed_limits_is_refused_with_the_reason() {
    let window = window(adapter(), wgpu::Limits::downlevel_webgl2_defaults());
    let engine = Engine::start_in(window, Choice::Gpu, Box::new(|| {}));
    assert!(reason(ready(&engine)).contains("cannot compute"));
    let photo = photo(200, 160);
    engine.send(Command::Show(Ticket(1), vec![scene(&photo, filter(), 1.0)]));
    assert!(matches!(shown(&engine, 1).after, Picture::Cpu(_)));
}

#[test]
fn a_photo_beyond_the_budget_stays_with_the_processor_and_others_do_not() {
    let (_device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let (large, small) = (photo(1200, 900), photo(200, 160));
    let show = |ticket, photo| {
        engine.send(Command::Show(Ticket(ticket), vec![scene(photo, filter(), 1.0)]));
    };
    show(1, &large);
    assert!(matches!(shown(&engine, 1).after, Picture::Gpu(_)));
    let full = engine.memory();
    assert!(full.graphics > 4 * 1200 * 900, "{full:?}");
    engine.send(Command::Budget(2 << 20));
    show(2, &large);
    let said = reason(ready(&engine));
    assert!(said.contains("graphics memory") && said.contains("MiB"), "{said}");
    assert!(matches!(shown(&engine, 2).after, Picture::Cpu(_)));
    show(3, &small);
    assert!(matches!(ready(&engine), Processor::Gpu { .. }));
    assert!(matches!(shown(&engine, 3).after, Picture::Gpu(_)));
    assert!(engine.memory().graphics < 2 << 20, "{:?}", engine.memory());
    engine.send(Command::Budget(64 << 20));
    show(4, &large);
    assert!(matches!(shown(&engine, 4).after, Picture::Gpu(_)));
}

#[test]
fn a_gpu_that_is_lost_before_it_is_used_is_an_error_and_not_a_panic() {
    let window = window(adapter(), wgpu::Limits::default());
    window.device.destroy();
    let WindowDevice { adapter, device, queue } = window;
    let error = Gpu::new(&adapter, device, queue).unwrap_err();
    assert!(error.contains("graphics"), "{error}");
}
