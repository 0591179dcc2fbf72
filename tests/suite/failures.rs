//! What the engine does when the graphics card fails: every failure is provoked on a real driver
//! (lavapipe on a machine without a card), and the picture goes on.

use std::sync::Arc;

use understudy::edit::{Edit, Layer};
use understudy::engine::{
    Backend, Choice, Command, Engine, Event, Picture, Processor, Ticket, WindowDevice,
};
use understudy::gpu::Gpu;
use understudy::operator::{Operator, Variant};

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

#[test]
fn a_device_that_is_lost_in_mid_drag_is_logged_and_tried_again_on_request() {
    let (device, gpu) = gpu();
    let engine = engine_on(Backend::Gpu(Arc::new(gpu)));
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("state/understudy.log");
    engine.send(Command::Log(log.clone()));
    let photo = photo(200, 160);
    let drag = |from: u64| {
        for ticket in from..from + 40 {
            let mut edit = filter();
            edit.layers[0].strength = ticket as f32 / 200.0;
            engine.send(Command::Show(Ticket(ticket), vec![scene(&photo, edit, 1.0)]));
            if ticket == from + 5 {
                assert!(matches!(shown(&engine, ticket).after, Picture::Gpu(_)));
                device.destroy();
            }
        }
    };
    drag(1);
    assert!(reason(ready(&engine)).contains("graphics"));
    let frame = shown(&engine, 40);
    assert!(matches!(frame.after, Picture::Cpu(_)), "the last value arrives");
    // Another device is found, and renders.
    engine.send(Command::Compute(Choice::Gpu));
    assert!(matches!(ready(&engine), Processor::Gpu { .. }));
    engine.send(Command::Show(Ticket(50), vec![scene(&photo, filter(), 1.0)]));
    assert!(matches!(shown(&engine, 50).after, Picture::Gpu(_)));
    drop(engine);
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[1].contains("computes on the processor") && lines[1].contains("graphics"));
    assert!(lines[2].contains("computes on") && !lines[2].contains("processor"), "{log}");
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
