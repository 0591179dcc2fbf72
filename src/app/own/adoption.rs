//! A filter's file that is looked at before it is added: read, and tried on the photo, on a thread of
//! its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::app::strings::own as words;
use crate::edit::{Edit, Layer};
use crate::operator::{self, Operator};
use crate::photo::{Image, Photo, Pixels};
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
}

/// What is known of a filter's file.
pub enum State {
    /// It is being read.
    Reading,
    /// The filter, and the photo before and after it.
    Ready(Arc<Operator>, Option<[TextureHandle; 2]>),
    /// Why it cannot be used; a sentence.
    Refused(String),
}

type Read = Result<(Operator, Option<[ColorImage; 2]>), String>;

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
                // A filter that cannot be tried is shown without pictures.
                let try_it =
                    AssertUnwindSafe(|| photo.as_ref().and_then(|it| sample(it, &operator)));
                let pictures = catch_unwind(try_it).ok().flatten();
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
        Self { path, rest, news, state }
    }

    /// Takes what the thread has read.
    pub fn hear(&mut self, ctx: &Context) {
        let Ok(read) = self.news.try_recv() else { return };
        self.state = match read {
            Ok((operator, pictures)) => {
                let texture = |image| ctx.load_texture("sample", image, TextureOptions::LINEAR);
                State::Ready(Arc::new(operator), pictures.map(|it| it.map(texture)))
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

/// The photo, small, before and after a filter.
fn sample(photo: &Photo, operator: &Operator) -> Option<[ColorImage; 2]> {
    let image = &photo.image;
    let long = image.width.max(image.height);
    let side = |side: usize| (side * SIDE.min(long) / long).max(1);
    let size = [side(image.width), side(image.height)];
    let mut rows = |rows: std::ops::Range<usize>| Ok::<Image, ()>(image.rows(rows));
    let scaling = Scaling::new([image.width, image.height], size);
    let small = scaling.strip(0..size[1], photo.has_alpha, &mut rows).ok()?;
    let source = Source::new(Arc::new(Photo::from_image(small)));
    let edit = Edit { layers: vec![Layer::new(Arc::new(operator.clone()))] };
    let stages = Solver::default().solve(&source, &edit).ok()?;
    let picture = |stages: &[_]| color_image(&render::strip(&source, stages, 0..size[1]));
    Some([picture(&[]), picture(&stages)])
}

/// An image for the screen, opaque.
fn color_image(image: &Image) -> ColorImage {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    let bytes: Vec<u8> =
        (0..image.width * image.height).flat_map(|at| image.rgb(at).map(byte)).collect();
    debug_assert!(matches!(image.pixels, Pixels::Eight(_) | Pixels::Sixteen(_)));
    ColorImage::from_rgb([image.width, image.height], &bytes)
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
        let State::Ready(operator, Some([before, after])) =
            wait(start(&file, Some(Arc::new(photo))))
        else {
            panic!()
        };
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
}
