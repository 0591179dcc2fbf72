//! A pane: a photo with an edit, and where one looks in it.

use std::sync::Arc;

use eframe::egui_wgpu::RenderState;

use super::super::pictures::Pictures;
use super::super::strings;
use super::super::viewpoint::Viewpoint;
use crate::edit::{Edit, Layer};
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
    /// The place in the edit of the filter that strength and tuning are about.
    pub at: usize,
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
    pub fn new(id: PaneId, (edit, at): (Edit, usize), render: Option<RenderState>) -> Self {
        Self {
            id,
            edit,
            at,
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

    /// Whether it shows the window's photo, whichever that is.
    pub fn follows_photo(&self) -> bool {
        self.pinned.is_none() && self.own_photo.is_none()
    }

    /// The filter that strength and tuning are about; None for the original.
    pub fn layer(&self) -> Option<&Layer> {
        self.edit.layers.get(self.at)
    }

    /// The same, to be changed.
    pub fn layer_mut(&mut self) -> Option<&mut Layer> {
        self.edit.layers.get_mut(self.at)
    }

    /// Shows another edit.
    pub fn set(&mut self, (edit, at): (Edit, usize)) {
        (self.edit, self.at) = (edit, at);
    }

    /// The filter's title and how many others there are, or that it is the original or the user's own
    /// edit.
    pub fn title(&self) -> String {
        match self.layer() {
            _ if self.is_after => strings::compare::MY_AFTER.to_owned(),
            Some(layer) => {
                strings::compare::title(&layer.operator.title, self.edit.layers.len() - 1)
            }
            None => strings::ORIGINAL.to_owned(),
        }
    }

    /// How much of the filter there is; None for the original.
    pub fn strength(&self) -> Option<f32> {
        self.layer().map(|layer| layer.strength)
    }

    /// Whether the filter acts on a part of the photo.
    pub fn is_masked(&self) -> bool {
        self.layer().is_some_and(|layer| layer.mask.is_some())
    }

    /// "Dehaze at 80 %", and what comes before and after it.
    pub fn content(&self) -> String {
        if self.is_after || self.edit.layers.is_empty() {
            return self.title();
        }
        let filters: Vec<String> = self.edit.layers.iter().map(strings::filter_at).collect();
        filters.join(strings::compare::THEN)
    }
}
