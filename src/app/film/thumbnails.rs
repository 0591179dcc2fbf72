//! Small pictures of files, made on a thread of their own: what is visible first, and nothing while a
//! photo is being opened.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use eframe::egui::{ColorImage, Context};

use crate::photo::{self, Image, PhotoError, Pixels};
use crate::render::Scaling;

/// Longer side of a thumbnail in pixels: two a point.
pub const SIDE: usize = 192;

/// A file's thumbnail, or why there is none.
pub struct Thumbnail {
    /// The file.
    pub path: PathBuf,
    /// The picture; the sentence where it cannot be opened.
    pub picture: Result<ColorImage, String>,
}

/// The thread. Dropping it ends the work after the file at hand.
pub struct Thumbnails {
    orders: Arc<Orders>,
    done: Receiver<Thumbnail>,
}

#[derive(Default)]
struct Orders {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    wanted: VecDeque<PathBuf>,
    is_paused: bool,
    is_over: bool,
}

impl Orders {
    /// Nothing here can panic while it is locked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next file; None once it is over.
    fn next(&self) -> Option<PathBuf> {
        let mut state = self.state();
        loop {
            if state.is_over {
                return None;
            }
            if !state.is_paused
                && let Some(path) = state.wanted.pop_front()
            {
                return Some(path);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Thumbnails {
    /// Starts; nothing is wanted yet.
    pub fn start(ctx: &Context) -> Self {
        let orders = Arc::new(Orders::default());
        let (sender, done) = mpsc::channel();
        let (own, ctx) = (Arc::clone(&orders), ctx.clone());
        // Without a thread there are no thumbnails; names are there all the same.
        drop(
            thread::Builder::new()
                .name("thumbnails".to_owned())
                .spawn(move || work(&own, &sender, &ctx)),
        );
        Self { orders, done }
    }

    /// From now on these are wanted, the first first; what is being made is finished.
    pub fn want(&self, paths: impl Iterator<Item = PathBuf>) {
        self.orders.state().wanted = paths.collect();
        self.orders.changed.notify_all();
    }

    /// Makes nothing from now on, or goes on.
    pub fn pause(&self, is_paused: bool) {
        let mut state = self.orders.state();
        if state.is_paused != is_paused {
            state.is_paused = is_paused;
            self.orders.changed.notify_all();
        }
    }

    /// The next one that is made.
    pub fn next(&self) -> Option<Thumbnail> {
        self.done.try_recv().ok()
    }
}

impl Drop for Thumbnails {
    fn drop(&mut self) {
        self.orders.state().is_over = true;
        self.orders.changed.notify_all();
    }
}

fn work(orders: &Orders, sender: &Sender<Thumbnail>, ctx: &Context) {
    while let Some(path) = orders.next() {
        let picture = picture(&path).map_err(|error| error.to_string());
        if sender.send(Thumbnail { path, picture }).is_err() {
            return;
        }
        ctx.request_repaint();
    }
}

/// A small picture of a file.
fn picture(path: &Path) -> Result<ColorImage, PhotoError> {
    let image = photo::preview(path, SIDE)?.image;
    let long = image.width.max(image.height);
    let side = |side: usize| (side * SIDE.min(long) / long).max(1);
    let size = [side(image.width), side(image.height)];
    let mut rows = |rows: std::ops::Range<usize>| Ok::<Image, PhotoError>(image.rows(rows));
    let scaling = Scaling::new([image.width, image.height], size);
    let small = scaling.strip(0..size[1], true, &mut rows)?;
    let Pixels::Sixteen(codes) = &small.pixels else { return Ok(ColorImage::default()) };
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let bytes: Vec<u8> = (0..codes.len())
        .flat_map(|at| {
            let [r, g, b] = small.rgb(at).map(byte);
            [r, g, b, (codes[at][3] >> 8) as u8]
        })
        .collect();
    Ok(ColorImage::from_rgba_unmultiplied(size, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_comes_in_order_and_a_pause_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.png", "b.png", "c.png"].map(|name| folder.path().join(name));
        for path in &paths[..2] {
            image::RgbImage::from_pixel(400, 100, image::Rgb([9, 90, 200])).save(path).unwrap();
        }
        std::fs::write(&paths[2], "no photo").unwrap();
        let thumbnails = Thumbnails::start(&Context::default());
        thumbnails.pause(true);
        thumbnails.want(paths.iter().rev().cloned());
        thread::sleep(std::time::Duration::from_millis(20));
        assert!(thumbnails.next().is_none());
        thumbnails.pause(false);
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.extend(thumbnails.done.recv());
        }
        let order: Vec<_> = seen.iter().map(|it| it.path.clone()).collect();
        assert_eq!(order, [paths[2].clone(), paths[1].clone(), paths[0].clone()]);
        assert!(seen[0].picture.as_ref().is_err_and(|sentence| sentence.contains("c.png")));
        let picture = seen[1].picture.as_ref().unwrap();
        assert_eq!(picture.size, [SIDE, SIDE / 4]);
        assert_eq!(picture.pixels[0].to_array(), [9, 90, 200, 255]);
    }
}
