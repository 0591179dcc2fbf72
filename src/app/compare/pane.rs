//! A pane: a photo with an edit, and where one looks in it.

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;

use super::super::pictures::Pictures;
use super::super::strings;
use super::super::viewpoint::Viewpoint;
use crate::edit::Edit;
use crate::photo::Photo;

/// Names a pane for as long as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaneId(pub u64);

/// A photo with an edit, and where one looks in it.
pub struct Pane {
    /// Its name.
    pub id: PaneId,
    /// What is done to the photo.
    pub edit: Edit,
    /// A photo of its own; None follows the window's.
    pub own_photo: Option<Arc<Photo>>,
    /// Whether that is the user's own edit of the window's photo, which is shown as it is.
    pub is_after: bool,
    /// The photo that it keeps while it is pinned.
    pub pinned: Option<Arc<Photo>>,
    /// Where it looks while it does not follow the others.
    pub viewpoint: Viewpoint,
    /// By how many photo pixels it looks beside where the others look.
    pub offset: [f64; 2],
    /// Its last frame.
    pub pictures: Pictures,
}

impl Pane {
    /// A pane that follows the window's photo and the others.
    pub fn new(id: PaneId, edit: Edit, render: Option<RenderState>) -> Self {
        Self {
            id,
            edit,
            own_photo: None,
            is_after: false,
            pinned: None,
            viewpoint: Viewpoint::Fit,
            offset: [0.0; 2],
            pictures: Pictures::new(render),
        }
    }

    /// The photo that it shows.
    pub fn photo<'a>(&'a self, window: Option<&'a Arc<Photo>>) -> Option<&'a Arc<Photo>> {
        self.pinned.as_ref().or(self.own_photo.as_ref()).or(window)
    }

    /// The filter's title, or that it is the original or the user's own edit.
    pub fn title(&self) -> &str {
        if self.is_after {
            return strings::compare::MY_AFTER;
        }
        self.edit.layers.first().map_or(strings::ORIGINAL, |layer| &layer.operator.title)
    }

    /// How much of the filter there is; None for the original.
    pub fn strength(&self) -> Option<f32> {
        self.edit.layers.first().map(|layer| layer.strength)
    }

    /// "Dehaze at 80 %".
    pub fn content(&self) -> String {
        self.edit.layers.first().map_or_else(|| self.title().to_owned(), strings::filter_at)
    }
}
