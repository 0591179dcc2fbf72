//! A filter's file that is looked at before it is added: read, and tried on the photo and on the check
//! photos that it carries, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::app::pictures::color_image;
use crate::app::strings::own as words;
use crate::edit::{Edit, Layer};
use crate::operator::{self, CheckPair, Operator};
use crate::photo::{Image, Photo};
use crate::render::{self, Scaling, Solver, Source};

/// Longer side of the small photo that a filter is tried on.
const SIDE: usize = 512;

/// A filter's file that is looked at.
pub struct Adoption {
    /// The file.
    pub path: PathBuf,
    /// Files that come after it.
    pub rest: Vec<PathBuf>,
    news: Receiver<Read>,
    /// What is known of it.
    pub state: State,
    /// The sample that is seen.
    pub sample: usize,
}

/// What is known of a filter's file.
pub enum State {
    /// It is being read.
    Reading,
    /// The filter, and what it does.
    Ready(Arc<Operator>, Pictures<TextureHandle>),
    /// Why it cannot be used; a sentence.
    Refused(String),
}

/// What a filter does.
pub struct Pictures<T> {
    /// The photo that is open, before and after it.
    pub on_photo: Option<[T; 2]>,
    /// The check photos that its file carries.
    pub samples: Vec<Sample<T>>,
}

/// A check photo that a filter's file carries.
pub struct Sample<T> {
    /// The photo's name.
    pub name: String,
    /// The photo.
    pub before: T,
    /// What the filter makes of it; None where the small copy is too small for that.
    pub filtered: Option<T>,
    /// The edit that it was to learn.
    pub after: T,
}

impl<T> Pictures<T> {
    fn map<U>(self, mut to: impl FnMut(T) -> U) -> Pictures<U> {
        let on_photo = self.on_photo.map(|pictures| pictures.map(&mut to));
        let mut sample = |it: Sample<T>| Sample {
            name: it.name,
            before: to(it.before),
            filtered: it.filtered.map(&mut to),
            after: to(it.after),
        };
        Pictures { on_photo, samples: self.samples.into_iter().map(&mut sample).collect() }
    }
}

type Read = Result<(Arc<Operator>, Pictures<ColorImage>), String>;

impl Adoption {
    /// Begins to read a file.
    pub fn start(
        path: PathBuf,
        rest: Vec<PathBuf>,
        photo: Option<Arc<Photo>>,
        ctx: &Context,
    ) -> Self {
        let (sender, news) = mpsc::channel();
        let (file, ctx) = (path.clone(), ctx.clone());
        let work = move || {
            let read = read(&file).map(|operator| {
                let operator = Arc::new(operator);
                let pictures = Pictures {
                    on_photo: photo.as_ref().and_then(|photo| on_photo(photo, &operator)),
                    samples: samples(&operator),
                };
                (operator, pictures)
            });
            drop(sender.send(read));
            ctx.request_repaint();
        };
        let spawned = thread::Builder::new().name("filter".to_owned()).spawn(work);
        let state = match spawned {
            Ok(_) => State::Reading,
            Err(error) => State::Refused(words::no_thread(&error.to_string())),
        };
        Self { path, rest, news, state, sample: 0 }
    }

    /// Takes what the thread has read.
    pub fn hear(&mut self, ctx: &Context) {
        let Ok(read) = self.news.try_recv() else { return };
        self.state = match read {
            Ok((operator, pictures)) => {
                let texture = |image| ctx.load_texture("sample", image, TextureOptions::LINEAR);
                State::Ready(operator, pictures.map(texture))
            }
            Err(sentence) => State::Refused(sentence),
        };
    }
}

fn read(path: &Path) -> Result<Operator, String> {
    let is_filter = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("safetensors"));
    let read = || if is_filter { operator::read(path) } else { operator::import(path) };
    catch_unwind(read)
        .unwrap_or_else(|_| {
            let reason = words::GAVE_UP.to_owned();
            Err(operator::OperatorError::Damaged { path: path.to_owned(), reason })
        })
        .map_err(|error| error.to_string())
}

/// The photo, small, before and after a filter. A filter that cannot be tried is shown without.
fn on_photo(photo: &Photo, operator: &Arc<Operator>) -> Option<[ColorImage; 2]> {
    let image = &photo.image;
    let long = image.width.max(image.height);
    let side = |side: usize| (side * SIDE.min(long) / long).max(1);
    let size = [side(image.width), side(image.height)];
    let mut rows = |rows: std::ops::Range<usize>| Ok::<Image, ()>(image.rows(rows));
    let scaling = Scaling::new([image.width, image.height], size);
    let small = scaling.strip(0..size[1], photo.has_alpha, &mut rows).ok()?;
    let before = color_image(&small);
    Some([before, filtered(small, operator)?])
}

/// The check photos that a filter carries, as far as they can be read.
fn samples(operator: &Arc<Operator>) -> Vec<Sample<ColorImage>> {
    let sample = |pair: &CheckPair| {
        let [before, after] = pair.pictures().ok()?;
        let looks = if operator.network.layers.is_empty() { 0 } else { operator.short_side };
        let is_seen = looks <= before.width.min(before.height);
        Some(Sample {
            name: pair.name.clone(),
            before: color_image(&before),
            after: color_image(&after),
            filtered: if is_seen { filtered(before, operator) } else { None },
        })
    };
    let pairs = operator.provenance.check_pairs.iter();
    pairs.filter_map(|pair| catch_unwind(AssertUnwindSafe(|| sample(pair))).ok()?).collect()
}

/// What a filter makes of a small photo.
fn filtered(image: Image, operator: &Arc<Operator>) -> Option<ColorImage> {
    let filter = || {
        let height = image.height;
        let source = Source::new(Arc::new(Photo::from_image(image)));
        let edit = Edit { layers: vec![Layer::new(Arc::clone(operator))] };
        let stages = Solver::default().solve(&source, &edit).ok()?;
        Some(color_image(&render::strip(&source, &stages, 0..height)))
    };
    catch_unwind(AssertUnwindSafe(filter)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Library;

    fn wait(mut adoption: Adoption) -> State {
        let ctx = Context::default();
        while matches!(adoption.state, State::Reading) {
            thread::yield_now();
            adoption.hear(&ctx);
        }
        adoption.state
    }

    #[test]
    fn a_filter_is_read_and_tried_and_a_damaged_or_newer_one_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.safetensors");
        let library = Library::load_from(None);
        operator::write(&library.entries[0].operator, &file, false).unwrap();
        let pixels = (0..900 * 600).map(|i| [(i % 256) as u8, (i / 900 % 256) as u8, 90, 255]);
        let photo = Photo::from_image(Image::eight(900, 600, pixels.collect()));
        let start = |path: &Path, photo| {
            Adoption::start(path.into(), Vec::new(), photo, &Context::default())
        };
        let State::Ready(operator, pictures) = wait(start(&file, Some(Arc::new(photo)))) else {
            panic!()
        };
        let [before, after] = pictures.on_photo.unwrap();
        assert_eq!(pictures.samples.len(), operator.provenance.check_pairs.len());
        assert_eq!(operator.title, library.entries[0].operator.title);
        assert_eq!(before.size(), [512, 341]);
        assert_eq!(before.size(), after.size());

        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        assert!(
            matches!(wait(start(&file, None)), State::Refused(it) if it.contains("Nothing was loaded"))
        );
        let newer = String::from_utf8_lossy(&bytes[..2000]).contains("\\\"format\\\":1");
        assert!(newer, "the spec says its format");
        let mut other = bytes.clone();
        let at = other.windows(12).position(|it| it == b"\\\"format\\\":1").unwrap();
        other[at + 11] = b'9';
        std::fs::write(&file, other).unwrap();
        assert!(matches!(wait(start(&file, None)), State::Refused(it) if it.contains("newer")));
        let checkpoint = folder.path().join("b.pth");
        std::fs::write(&checkpoint, "no pickle").unwrap();
        assert!(matches!(wait(start(&checkpoint, None)), State::Refused(_)));
    }

    #[test]
    fn the_check_photos_that_a_filter_carries_are_seen_before_it_filtered_and_after() {
        let library = Library::load_from(None);
        let mut operator = (*library.entries[0].operator).clone();
        let plain = |value: u8| Image::eight(300, 200, vec![[value, value, value, 255]; 60_000]);
        let pair = CheckPair::new("a.jpg".to_owned(), &plain(90), &plain(180));
        operator.provenance.check_pairs = vec![pair.clone(), pair];
        let operator = Arc::new(operator);
        let seen = samples(&operator);
        assert_eq!(seen.len(), 2);
        let Sample { name, before, filtered, after } = &seen[0];
        assert_eq!((name.as_str(), before.size, after.size), ("a.jpg", [256, 171], [256, 171]));
        assert!(after.pixels[0].r() > before.pixels[0].r() + 50);
        let filtered = filtered.as_ref().unwrap();
        assert!(filtered.size == before.size && filtered.pixels != before.pixels);
        // A network that looks at more than there is would say nothing true.
        let mut wide = Operator::untrained(operator::Variant::DgfB, 1);
        wide.short_side = 400;
        wide.provenance = operator.provenance.clone();
        assert!(samples(&Arc::new(wide)).iter().all(|sample| sample.filtered.is_none()));
    }
}
