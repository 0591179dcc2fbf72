//! Pairs are found and read on a thread of their own; the window hears of each.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use eframe::egui::{Color32, ColorImage, Context};

use super::strings;
use super::table::Status;
use crate::app::background;
use crate::kernel::Planes;
use crate::kernel::sample::{Sites, sample};
use crate::photo;
use crate::train::examples::{
    Example, Halves, Known, Pair, Pairing, Progress, Reason, two_at_once,
};
use crate::train::learn::{self, Asks};

/// Most columns and rows of a thumbnail: two pixels a point. Beside two of them there is room for the
/// longest word on a pair.
pub const THUMBNAIL: [usize; 2] = [148, 100];
/// What random numbers of a run in the window follow from.
pub const SEED: u64 = 0;
/// Short side of what thumbnails are made from.
const SAMPLE: usize = 256;

/// A photo and its edit, small, as far as they could be opened.
pub type Seen<T> = [Option<T>; 2];

/// What reading a pair came to.
pub struct Reading {
    /// Whether it is an example.
    pub status: Status,
    /// Share of the edit that no filter can express and that is ignored, 0 to 1.
    pub ignored: f64,
    /// What it asks for by itself, if it is an example.
    pub asks: Option<Asks>,
    /// Itself, if it is an example: learning need not read it again.
    pub known: Option<Known>,
    /// Its thumbnails.
    pub seen: Seen<ColorImage>,
}

/// Where pairs come from.
pub enum Source {
    /// Dropped files and folders.
    Dropped(Vec<PathBuf>),
    /// Photos, and their edits: two folders or two files.
    Chosen([PathBuf; 2]),
    /// Pairs that are known already.
    Known(Vec<Pair>),
}

/// What the thread tells.
pub enum News {
    /// Files are compared.
    Comparing(Progress),
    /// These are pairs; each will be read.
    Paired(Pairing),
    /// There are none; a sentence.
    None(String),
    /// A pair was read.
    Read(Pair, Box<Reading>),
}

/// A thread that finds pairs and reads them. Dropping it ends the work after the pair at hand.
pub struct Reader {
    news: Receiver<News>,
    stop: Arc<AtomicBool>,
    /// How far the comparison of files is.
    pub progress: Option<Progress>,
    is_done: bool,
}

impl Reader {
    /// Starts.
    pub fn start(source: Source, ctx: &Context) -> Self {
        let (sender, news) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let work = Work { sender, stop: Arc::clone(&stop), ctx: ctx.clone() };
        background::spawn("examples", move || work.run(source));
        Self { news, stop, progress: None, is_done: false }
    }

    /// The next piece of news.
    pub fn next(&mut self) -> Option<News> {
        match self.news.try_recv() {
            Ok(news) => Some(news),
            Err(mpsc::TryRecvError::Empty) => None,
            Err(mpsc::TryRecvError::Disconnected) => {
                self.is_done = true;
                None
            }
        }
    }

    /// Whether there will be no more.
    pub fn is_done(&self) -> bool {
        self.is_done
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The thread's own.
struct Work {
    sender: Sender<News>,
    stop: Arc<AtomicBool>,
    ctx: Context,
}

impl Work {
    fn run(&self, source: Source) {
        let pairs = match source {
            Source::Known(pairs) => Some(pairs),
            Source::Dropped(paths) => match Halves::of_dropped(&paths) {
                Ok(halves) => self.pair(halves),
                Err(error) => self.none(&error.to_string()),
            },
            Source::Chosen([before, after]) => match Halves::of(&before, &after) {
                Ok(halves) => self.pair(halves),
                Err(error) => self.none(&error.to_string()),
            },
        };
        let read = |pair: &Pair| self.say(News::Read(pair.clone(), Box::new(read(pair))));
        // Where it is stopped, nobody waits for the rest.
        drop(two_at_once(&pairs.unwrap_or_default(), read, |_| self.go_on()));
    }

    fn go_on(&self) -> ControlFlow<()> {
        match self.stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn pair(&self, halves: Halves) -> Option<Vec<Pair>> {
        let pairing = halves.pair(|progress| {
            self.say(News::Comparing(progress));
            self.go_on()
        });
        match pairing {
            Ok(pairing) => {
                let pairs = pairing.pairs.clone();
                self.say(News::Paired(pairing));
                Some(pairs)
            }
            Err(error) => self.none(&error.to_string()),
        }
    }

    fn none(&self, sentence: &str) -> Option<Vec<Pair>> {
        self.say(News::None(sentence.to_owned()));
        None
    }

    fn say(&self, news: News) {
        // Nobody listens once the pairs are cleared away or the window is closed.
        self.sender.send(news).ok();
        self.ctx.request_repaint();
    }
}

fn read(pair: &Pair) -> Reading {
    let result = Known::read(pair, &learn::reading(SEED));
    let files = [&pair.before, &pair.after];
    let seen = match result.as_ref().map(Known::example) {
        Ok(example) if example.alignment.is_identity() => {
            [&example.sample, &example.edited].map(|planes| Some(thumbnail(planes)))
        }
        _ => files.map(|file| {
            let image = photo::open(file).ok()?.image;
            let sites = Sites::new(image.width, image.height, SAMPLE);
            Some(thumbnail(&sample(&image, &sites)))
        }),
    };
    match result {
        Ok(known) => Reading {
            status: status(known.example()),
            ignored: known.example().painted(),
            asks: Some(Asks::new(&known.example().pixels)),
            known: Some(known),
            seen,
        },
        Err(reason) => {
            let sentence = reason.to_string();
            let status = match reason {
                Reason::AnotherPhoto { .. } => Status::Different(sentence),
                _ => Status::Unusable(sentence),
            };
            Reading { status, ignored: 0.0, asks: None, known: None, seen }
        }
    }
}

fn status(example: &Example) -> Status {
    let overlap = example.alignment.overlap();
    match example.moved() {
        Some(_) if overlap < 0.99 => Status::Cropped(strings::cropped(1.0 - overlap)),
        Some(sentence) if is_moved(example) => Status::Shifted(sentence),
        remark => Status::Good(example.pair.remark().or(remark)),
    }
}

/// Whether an edit lies otherwise on its photo than by being larger or smaller.
fn is_moved(example: &Example) -> bool {
    let alignment = &example.alignment;
    let middle =
        |(width, height): (usize, usize)| [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0];
    let ([x, y], [to_x, to_y]) = (middle(alignment.before), middle(alignment.after));
    let (x, y) = alignment.after_from_before(x, y);
    let shift = (x - to_x).hypot(y - to_y);
    alignment.is_mirrored() || alignment.turned_degrees().abs() > 0.05 || shift > 1.0
}

/// A small picture of planes: means of what each of its pixels covers.
fn thumbnail(planes: &Planes) -> ColorImage {
    let [width, height] = [planes.width, planes.height];
    let scale = (THUMBNAIL[0] as f64 / width as f64).min(THUMBNAIL[1] as f64 / height as f64);
    let side = |side: usize| ((side as f64 * scale.min(1.0)).round() as usize).max(1);
    let size = [side(width), side(height)];
    let span = |at: usize, of: usize, len: usize| {
        let start = at * len / of;
        start..((at + 1) * len / of).max(start + 1)
    };
    let mut pixels = Vec::with_capacity(size[0] * size[1]);
    for y in 0..size[1] {
        for x in 0..size[0] {
            let (rows, columns) = (span(y, size[1], height), span(x, size[0], width));
            let count = (rows.len() * columns.len()) as f32;
            let [r, g, b] = [0, 1, 2].map(|channel| {
                let plane = planes.plane(channel);
                let row = |row: usize| &plane[row * width..][columns.clone()];
                let sum: f32 = rows.clone().flat_map(row).sum();
                (sum / count * 255.0).round().clamp(0.0, 255.0) as u8
            });
            pixels.push(Color32::from_rgb(r, g, b));
        }
    }
    ColorImage::new(size, pixels)
}
