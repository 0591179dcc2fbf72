//! What goes into the engine and what comes out of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Choice, Question, Studied, Study, Weighed};
use crate::edit::{Edit, View};
use crate::photo::{ExportOptions, Glimpse, Photo};

/// Names one request, so that its answers can be told from those to older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What the window asks of the engine.
#[derive(Debug)]
pub enum Command {
    /// Open a photo. Answered by [`Event::Opened`] or [`Event::Failed`].
    Open(Ticket, PathBuf),
    /// Show a photo small, with so many pixels on its longer side or more, while it is being opened.
    /// Answered by [`Event::Glimpsed`], where that is sooner than the photo.
    Glimpse(Ticket, PathBuf, usize),
    /// Open the photo that comes with the program. Answered as [`Command::Open`].
    OpenBundled(Ticket),
    /// Show these panes from now on, the first one first. Of several such commands only the newest is
    /// obeyed. Each pane is answered by [`Event::Shown`] or [`Event::Failed`].
    Show(Ticket, Vec<Scene>),
    /// Render this wall whenever no pane waits. Only the newest is. Each edit is answered by
    /// [`Event::Thumbnail`], unless it cannot be rendered.
    Thumbnails(Ticket, Wall),
    /// Study this edit whenever no pane waits. Only the newest is. Answered by [`Event::Studied`], unless
    /// it cannot be rendered.
    Study(Ticket, Study),
    /// Find out what tunings cost and how close they come, beside everything else. Only the newest
    /// question is answered, each tuning by [`Event::Weighed`].
    Weigh(Ticket, Question),
    /// Write the whole photo with an edit. Answered by [`Event::Progress`], then
    /// [`Event::Exported`] or [`Event::Failed`].
    Export(Ticket, Export),
    /// Stop an export; nothing of it is left. Answered by [`Event::Cancelled`] unless the export
    /// ended before: at once while its photo is being decoded, else after the strip at hand.
    Cancel(Ticket),
    /// From now on keep at most so many bytes ([`super::Memory`]). Not answered.
    Budget(usize),
    /// From now on compute with this. A graphics card that failed is looked for anew and tried again.
    /// Answered by [`Event::Ready`], also where nothing changes.
    Compute(Choice),
    /// From now on write what the graphics card did, and what failed, to this file. Not answered.
    Log(PathBuf),
    /// From now on record in this file, in the place of what is there, how long pictures take after
    /// what asks for them: a JSON object a line, `{"what":"picture",…}` for each picture, with the
    /// times since the oldest and the newest input that it answers, and `{"what":"drag",…}` after ten
    /// or more inputs in a row, with median and 99th percentile over the inputs. Not answered.
    Trace(PathBuf),
}

/// What is on screen: a photo with an edit, seen through a view.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The photo.
    pub photo: Arc<Photo>,
    /// What is done to it.
    pub edit: Edit,
    /// Which part of it is visible.
    pub view: View,
}

impl PartialEq for Scene {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.photo, &other.photo) && self.edit == other.edit && self.view == other.view
    }
}

/// Thumbnails of one photo under many edits.
#[derive(Clone, Debug)]
pub struct Wall {
    /// The photo.
    pub photo: Arc<Photo>,
    /// The edits, in the order in which they are wanted.
    pub edits: Vec<Edit>,
    /// Longer side of a thumbnail in physical pixels.
    pub side: u32,
}

/// A photo that is to be written.
#[derive(Clone, Debug)]
pub enum Exported {
    /// One that is open.
    Open(Arc<Photo>),
    /// A file: it is opened for the export and forgotten behind it.
    File(PathBuf),
    /// The photo that comes with the program.
    Bundled,
}

/// An order to write a photo.
#[derive(Clone, Debug)]
pub struct Export {
    /// The photo.
    pub photo: Exported,
    /// What is done to it.
    pub edit: Edit,
    /// The file to write.
    pub target: PathBuf,
    /// Quality, and whether an existing file may be replaced.
    pub options: ExportOptions,
}

/// What the engine tells the window.
#[derive(Debug)]
pub enum Event {
    /// What the engine computes with: when it begins, and when that changes.
    Ready(Processor),
    /// A photo is open.
    Opened(Ticket, Arc<Photo>),
    /// A photo small, before it is open.
    Glimpsed(Ticket, Box<Glimpse>),
    /// A pane is rendered; twice where the first picture is not [`Frame::exact`] and nothing else is
    /// asked for meanwhile.
    Shown(Ticket, Box<Frame>),
    /// A thumbnail is rendered.
    Thumbnail(Ticket, Thumbnail),
    /// An edit is studied.
    Studied(Ticket, Box<Studied>),
    /// A tuning is weighed.
    Weighed(Ticket, Weighed),
    /// How much of an export is done, 0..1.
    Progress(Ticket, f32),
    /// An export is on disk.
    Exported(Ticket, PathBuf),
    /// An export was stopped.
    Cancelled(Ticket),
    /// Something went wrong; the sentence says what, what is safe and what to do.
    Failed(Ticket, String),
}

/// What the engine computes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Processor {
    /// The CPU twins, with the reason why no GPU is used.
    Cpu {
        /// Threads that render.
        threads: usize,
        /// Why no GPU is used, such as "no graphics adapter was found".
        reason: String,
    },
    /// The GPU.
    Gpu {
        /// The adapter's own name.
        name: String,
        /// The interface to it, such as "Vulkan".
        backend: String,
    },
}

/// A rendered view: the photo before and after its edit, covering the same pixels of the screen.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its place among the panes.
    pub pane: usize,
    /// What was rendered.
    pub scene: Scene,
    /// The photo itself.
    pub before: Picture,
    /// The photo with its edit.
    pub after: Picture,
    /// Whether the pictures are the export, scaled. Else the filters were given averaged pixels, and
    /// the exact frame follows when the engine has nothing else to do.
    pub exact: bool,
    /// Time from taking the scene to its first pictures.
    pub time: Duration,
    /// Time from [`super::Engine::send`] to its first pictures: `time`, and what it had to wait.
    pub latency: Duration,
}

/// A photo under an edit, small.
#[derive(Clone, Debug)]
pub struct Thumbnail {
    /// The edit's place in its wall.
    pub index: usize,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// `[r, g, b, a]` row by row, sRGB-encoded, alpha premultiplied.
    pub pixels: Arc<[[u8; 4]]>,
}

/// Pixels for the screen, `view.size` of them, sRGB-encoded, alpha premultiplied; transparent
/// where the view shows what is beside the photo.
#[derive(Clone, Debug)]
pub enum Picture {
    /// In memory, `[r, g, b, a]` row by row.
    Cpu(Arc<[[u8; 4]]>),
    /// On the window's own device, `Rgba8Unorm`.
    Gpu(wgpu::TextureView),
}
