//! What is measured: solve, render, view, drag, file to file, thumbnails, and a training step.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use rayon::prelude::*;

use super::clock::{Time, extra_mib, time};
use super::drag::{drag_time, wall_time};
use super::step::{self, residual_time, step_time};
use crate::edit::mask::{Shape, Stroke};
use crate::edit::{Edit, Layer, Mask, View};
use crate::engine::{self, Backend, Strips};
use crate::gpu::{GpuPhoto, GpuSolver};
use crate::operator::{GuidedLayer, Operator, Tuning, Variant};
use crate::photo::{self, ExportOptions, Image, Photo, Pixels};
use crate::render::{self, Lattice, Solver, Source};

/// One line of the report.
pub struct Row {
    pub what: &'static str,
    /// None where filters of all variants take part.
    pub variant: Option<Variant>,
    pub size: [usize; 2],
    /// What computes, where it is not the engine that was asked for.
    pub engine: Option<&'static str>,
    pub time: Time,
    pub more: More,
}

/// Further figures of a row by name.
pub type More = Vec<(&'static str, Option<f64>)>;

/// Pixels of a strip: what an export renders at once.
const STRIP_PIXELS: usize = 1 << 21;
pub const VIEW_SIZE: [u32; 2] = [1920, 1080];

/// Measures everything, and reports each row when it is there.
pub fn run(
    backend: &Backend,
    variants: &[Variant],
    sizes: &[[usize; 2]],
    repeat: usize,
    report: &dyn Fn(Row),
) -> Result<(), String> {
    for size in sizes {
        let source = Source::new(Arc::new(Photo::from_image(picture(*size))));
        let copy = copy_time(backend, &source, repeat)?;
        for variant in variants {
            let layer = Layer::new(Arc::new(Operator::untrained(*variant, 1)));
            let edit = Edit { layers: vec![layer] };
            let row = |what, time, more| {
                let (variant, size) = (Some(*variant), *size);
                Row { what, variant, size, engine: None, time, more }
            };
            let (solve, more) = solve_times(backend, &source, &edit, repeat)?;
            report(row("solve", solve, more));
            let (render, extra) = render_time(backend, &source, &edit, repeat)?;
            let copies = render.median_ms / copy.median_ms;
            report(row(
                "render",
                render,
                vec![
                    ("copy_ms", Some(copy.median_ms)),
                    ("copies", Some(copies)),
                    ("extra_mib", extra),
                ],
            ));
            let (view, more) = view_time(backend, &source, &edit, repeat)?;
            report(row("view", view, more));
            let (drag, more) = drag_time(backend, source.photo(), &edit)?;
            report(row("drag", drag, more));
            let (apply, more) = apply_time(backend, &source, &edit, repeat.min(3))?;
            report(row("apply", apply, more));
        }
        let time = wall_time(backend, source.image(), repeat.min(3))?;
        let (size, more) = (*size, Vec::new());
        report(Row { what: "wall", variant: None, size, engine: None, time, more });
    }
    let photo = picture(step::SIZE);
    for variant in variants {
        let time = match variant {
            // Fitted in closed form, not step by step.
            Variant::Base => continue,
            Variant::DgfX => residual_time(&photo, repeat)?,
            _ => step_time(*variant, &photo, repeat)?,
        };
        let (variant, engine) = (Some(*variant), Some("cpu"));
        report(Row { what: "step", variant, size: step::SIZE, engine, time, more: Vec::new() });
    }
    Ok(())
}

/// A photo-like picture: smooth, with texture and noise, so that a JPEG of it costs what photos do.
pub fn picture([width, height]: [usize; 2]) -> Image {
    let mut pixels = vec![[255; 4]; width * height];
    pixels.par_chunks_exact_mut(width).enumerate().for_each(|(y, row)| {
        let v = y as f32 / height as f32;
        for (x, pixel) in row.iter_mut().enumerate() {
            let u = x as f32 / width as f32;
            let noise =
                (((x * 7919) ^ (y * 104_729)).wrapping_mul(2_654_435_761) >> 24 & 15) as f32;
            let wave = 40.0 * (u * 90.0).sin() * (v * 70.0).cos();
            let [r, g, b] = [200.0 * u + wave, 220.0 * v + 0.5 * wave, 180.0 * (1.0 - u) + wave];
            *pixel = [(r + noise) as u8, (g + noise) as u8, (b + noise) as u8, 255];
        }
    });
    Image::eight(width, height, pixels)
}

fn strip_rows(source: &Source) -> usize {
    (STRIP_PIXELS / source.image().width).clamp(1, source.image().height)
}

/// A plain copy of the photo's pixels by the same engine and threads.
fn copy_time(backend: &Backend, source: &Source, repeat: usize) -> Result<Time, String> {
    match backend {
        Backend::Cpu { .. } => {
            let Pixels::Eight(pixels) = &source.image().pixels else {
                return Err("The picture of the bench has 8 bits.".to_owned());
            };
            let mut copy = pixels.clone();
            time(repeat, || {
                copy.par_chunks_mut(1 << 16)
                    .zip(pixels.par_chunks(1 << 16))
                    .for_each(|(to, from)| to.copy_from_slice(from));
                std::hint::black_box(&mut copy);
                Ok(())
            })
        }
        Backend::Gpu(gpu) => {
            let mut photo = GpuPhoto::new(gpu, source)?;
            let (height, rows) = (source.image().height, strip_rows(source));
            time(repeat, || {
                for first in (0..height).step_by(rows) {
                    let rows = first..(first + rows).min(height);
                    std::hint::black_box(photo.copy_rows(gpu, source, rows)?);
                }
                Ok(())
            })
        }
    }
}

/// The solve as the filter comes, and with Il of twice and four times its usual size a side.
fn solve_times(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    repeat: usize,
) -> Result<(Time, More), String> {
    let usual = solve_time(backend, source, edit, repeat)?;
    let mut more = Vec::new();
    for (name, short_side) in [("il128_ms", 128), ("il256_ms", 256)] {
        let mut edit = edit.clone();
        for layer in &mut edit.layers {
            layer.tuning.short_side = Some(short_side);
        }
        if edit.layers.iter().all(|layer| layer.operator.settings(&layer.tuning).is_ok()) {
            more.push((name, Some(solve_time(backend, source, &edit, repeat)?.median_ms)));
        }
    }
    Ok((usual, more))
}

fn solve_time(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    repeat: usize,
) -> Result<Time, String> {
    match backend {
        Backend::Cpu { .. } => {
            // Moments belong to the photo and are counted as render's, once a photo.
            source.moments();
            time(repeat, || {
                let stages = Solver::default().solve(source, edit);
                stages.map(drop).map_err(|error| error.to_string())
            })
        }
        Backend::Gpu(gpu) => {
            let mut photo = GpuPhoto::new(gpu, source)?;
            time(repeat, || {
                GpuSolver::default().solve(gpu, source, &mut photo, edit)?;
                gpu.wait()
            })
        }
    }
}

fn render_time(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    repeat: usize,
) -> Result<(Time, Option<f64>), String> {
    let (height, rows) = (source.image().height, strip_rows(source));
    let mut strips = Strips::new(backend, source, edit, None);
    let mut all = || {
        for first in (0..height).step_by(rows) {
            std::hint::black_box(strips.render(first..(first + rows).min(height))?);
        }
        Ok::<(), String>(())
    };
    let extra = extra_mib(&mut all)?;
    Ok((time(repeat, all)?, extra))
}

/// A 1920x1080 view of the photo: after a change of filter, of r or ε (of the scale where there is
/// no layer), of strength, of a mask that is painted.
fn view_time(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    repeat: usize,
) -> Result<(Time, More), String> {
    let (width, height) = (source.image().width, source.image().height);
    let view = View::fit(VIEW_SIZE, width, height);
    let lattice = Lattice::view(&view, width, height, source.levels());
    let mut tuned = edit.clone();
    let mut turn = 0;
    let mut next = |kind: &str| -> Edit {
        turn += 1;
        for layer in &mut tuned.layers {
            match kind {
                "strength" => layer.strength = 0.5 + 0.001 * (turn % 100) as f32,
                // The cheapest thing of the filter itself that can be tuned.
                "layer" if layer.operator.layer == GuidedLayer::None => {
                    let scale = Some(1.0 + 0.25 * (turn % 4) as f64);
                    layer.tuning = Tuning { scale, ..Tuning::default() };
                }
                "layer" => {
                    let radius = Some(1 + turn % 4);
                    layer.tuning = Tuning { radius, ..Tuning::default() };
                }
                "mask" => {
                    let points = vec![[0.1, 0.3], [0.3 + 0.005 * (turn % 100) as f32, 0.6]];
                    let stroke = Stroke { points, radius: 0.1, feather: 0.5, erases: false };
                    let mask = Mask::of(Shape::Brush { strokes: vec![stroke] });
                    layer.mask = Some(Arc::new(mask));
                }
                _ => layer.operator = Arc::new((*layer.operator).clone()),
            }
        }
        tuned.clone()
    };
    let mut times = Vec::new();
    for kind in ["filter", "layer", "strength", "mask"] {
        times.push(match backend {
            Backend::Cpu { .. } => {
                let mut solver = Solver::default();
                time(repeat, || {
                    let stages =
                        solver.solve(source, &next(kind)).map_err(|error| error.to_string())?;
                    std::hint::black_box(render::view(source, &stages, &lattice));
                    Ok::<(), String>(())
                })?
            }
            Backend::Gpu(gpu) => {
                let mut photo = GpuPhoto::new(gpu, source)?;
                let mut solver = GpuSolver::default();
                time(repeat, || {
                    let stages = solver.solve(gpu, source, &mut photo, &next(kind))?;
                    gpu.view(source, &mut photo, &stages, &lattice);
                    gpu.wait()
                })?
            }
        });
    }
    let names = ["layer_ms", "strength_ms", "mask_ms"];
    let more = names.into_iter().zip(times[1..].iter().map(|time| Some(time.median_ms))).collect();
    Ok((times[0], more))
}

/// JPEG file to JPEG file.
fn apply_time(
    backend: &Backend,
    source: &Source,
    edit: &Edit,
    repeat: usize,
) -> Result<(Time, More), String> {
    let folder = tempfile::tempdir()
        .map_err(|error| format!("No temporary folder could be made: {error}. Free some space."))?;
    let (from, to) = (folder.path().join("from.jpg"), folder.path().join("to.jpg"));
    let options = ExportOptions { quality: 92, overwrite: true, ..ExportOptions::DEFAULT };
    let never = AtomicBool::new(false);
    let write = |source: &Source, edit: &Edit, target| {
        engine::export(backend, source, edit, target, &options, &mut |_| {}, &never)
            .map_err(|error| error.to_string())
    };
    write(source, &Edit::default(), &from)?;
    let read = || {
        photo::open(&from)
            .map(|photo| Source::new(Arc::new(photo)))
            .map_err(|error| error.to_string())
    };
    let (mut decode, mut encode) = (Vec::new(), Vec::new());
    let total = time(repeat, || {
        let started = Instant::now();
        let source = read()?;
        decode.push(started.elapsed().as_secs_f64());
        write(&source, edit, &to)
    })?;
    let source = read()?;
    let extra = extra_mib(|| write(&source, edit, &to))?;
    // What pictures cost to encode depends on what they show: the same one is encoded, ready rendered.
    let pixels = Strips::new(backend, &source, edit, None).render(0..source.image().height)?;
    for _ in 0..repeat {
        let started = Instant::now();
        photo::export(source.photo(), &to, &options, &[], &mut |rows| Ok(pixels.rows(rows)))
            .map_err(|error| error.to_string())?;
        encode.push(started.elapsed().as_secs_f64());
    }
    Ok((
        total,
        vec![
            ("decode_ms", Some(Time::of(decode).median_ms)),
            ("encode_ms", Some(Time::of(encode).median_ms)),
            ("extra_mib", extra),
        ],
    ))
}
