//! The Compare workspace: two to nine panes, each a photo with an edit, seen at the same place.
//!
//! [`Compare`] is its state, a field of the window's; [`Action`]s alone change it (`act.rs`). The same
//! renderer draws every pane at full resolution (`frames.rs`), so panes differ in nothing but their
//! edits. The photo's own edit changes only when a pane is picked.

mod act;
mod center;
mod column;
mod fill;
mod frames;
mod header;
mod layout;
mod link;
mod pane;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::before_after::toggled;
use super::comparison::Comparison;
use super::view_bar::{self, CompareState};
use super::viewpoint::{Area, Viewpoint};
use crate::edit::Layer;
use crate::engine::{Scene, Ticket};
use crate::photo::Photo;
use pane::Pane;
pub use pane::PaneId;

/// As many panes as there are digits to pick them.
pub const PANES_MAX: usize = 9;
/// As many of the filters used last as make up a grid.
const USED_MAX: usize = 4;

/// What the user asks for in this workspace. Positions are in physical pixels of a pane's picture.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A grid of the filters used last.
    GridOfLast,
    /// All panes, after one or two of them.
    ShowGrid,
    /// One more pane, with the next filter that none shows.
    Add,
    Close(PaneId),
    /// This pane is the current one.
    Focus(PaneId),
    /// A pane shows a filter of the library, or the original.
    Show(PaneId, Option<usize>),
    SetStrength(PaneId, f32),
    TogglePin(PaneId),
    ToggleLink,
    Pan(PaneId, [f64; 2]),
    /// Moves this pane alone.
    Shift(PaneId, [f64; 2]),
    /// This pane looks where the others look again.
    Align(PaneId),
    Zoom {
        pane: PaneId,
        factor: f64,
        at: Option<[f64; 2]>,
    },
    /// The pane alone, or all again.
    ToggleAlone(PaneId),
    AskPhoto(PaneId),
    /// The pane shows the user's own edit of the window's photo: this file, or one that is asked for.
    ShowAfter(PaneId, Option<PathBuf>),
    /// The pane shows the version of a filter that this file is.
    ShowVersion(PaneId, PathBuf),
    /// All panes anew.
    Fill(Fill),
    /// The pane shows the window's photo again.
    FollowPhoto(PaneId),
    /// This pane is one of the two that are seen together.
    SetSide(usize, PaneId),
    /// This pane's edit becomes the photo's.
    Pick(usize),
}

/// What all panes can be filled with.
#[derive(Clone, Debug)]
pub(crate) enum Fill {
    /// The current pane's filter at several strengths.
    Strengths,
    /// The versions that were kept of it.
    Versions,
    /// The current pane's filter on several photos, which are asked for.
    AskPhotos,
    /// The same on these.
    Photos(Vec<PathBuf>),
}

/// What a file is asked for or opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// The photo of a pane.
    Photo(PaneId),
    /// The user's own edit of the window's photo, in a pane.
    After(PaneId),
    /// Several photos, each in a pane.
    Photos,
}

/// The state of the workspace.
pub(crate) struct Compare {
    panes: Vec<Pane>,
    /// The pane that keys and the right column are about.
    current: Option<PaneId>,
    /// The pane with the photo's own edit.
    home: Option<PaneId>,
    /// The pane that is seen alone.
    alone: Option<PaneId>,
    /// How two panes are seen together; None shows all.
    comparison: Option<Comparison>,
    /// Those two.
    sides: Option<[PaneId; 2]>,
    /// Whether zooming and panning one pane does the same to all.
    linked: bool,
    /// Size of every visible pane's picture, with its margin, in physical pixels.
    size: [u32; 2],
    margin: u32,
    /// The filters used last, the newest first.
    used: Vec<Layer>,
    ids: u64,
    /// What a photo is asked for.
    asking: Option<Wanted>,
    opening: Vec<(Ticket, Wanted)>,
    /// What was to be seen when the engine was asked last.
    wanted: Vec<(PaneId, Scene)>,
    /// The panes of each request whose frames may still come.
    sent: VecDeque<(Ticket, Vec<PaneId>)>,
}

impl Default for Compare {
    fn default() -> Self {
        Self {
            panes: Vec::new(),
            current: None,
            home: None,
            alone: None,
            comparison: None,
            sides: None,
            linked: true,
            size: [1, 1],
            margin: 0,
            used: Vec::new(),
            ids: 0,
            asking: None,
            opening: Vec::new(),
            wanted: Vec::new(),
            sent: VecDeque::new(),
        }
    }
}

impl Compare {
    /// The layers of all panes.
    pub fn layers_mut(&mut self) -> impl Iterator<Item = &mut Layer> {
        self.panes.iter_mut().flat_map(|pane| &mut pane.edit.layers)
    }

    fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.id == id)
    }

    fn pane_mut(&mut self, id: PaneId) -> Option<&mut Pane> {
        self.panes.iter_mut().find(|pane| pane.id == id)
    }

    /// A pane's place: the digit that picks it, less one.
    fn place(&self, id: PaneId) -> Option<usize> {
        self.panes.iter().position(|pane| pane.id == id)
    }

    pub(super) fn current_pane(&self) -> Option<&Pane> {
        self.current.and_then(|id| self.pane(id))
    }

    /// The panes that are seen, in their order on screen.
    fn visible(&self, swapped: bool) -> Vec<PaneId> {
        match (self.alone, self.comparison.and(self.sides)) {
            (Some(alone), _) => vec![alone],
            (None, Some([a, b])) if swapped => vec![b, a],
            (None, Some(sides)) => sides.to_vec(),
            (None, None) => self.panes.iter().map(|pane| pane.id).collect(),
        }
    }

    /// Remembers which filter was used. Where it acts is of the photo that it was used on.
    pub fn note_used(&mut self, layer: Option<&Layer>) {
        let Some(layer) = layer.map(|layer| Layer { mask: None, ..layer.clone() }) else { return };
        if self.used.first() != Some(&layer) {
            self.used.retain(|used| !Arc::ptr_eq(&used.operator, &layer.operator));
            self.used.insert(0, layer);
            self.used.truncate(USED_MAX);
        }
    }

    fn toggle_comparison(&mut self, comparison: Comparison) {
        if self.panes.len() < 2 {
            return;
        }
        self.alone = None;
        if self.comparison.is_none() {
            // The current pane, against the first one.
            let first = self.panes[0].id;
            let current = self.current.filter(|&id| id != first);
            self.sides = Some([first, current.unwrap_or(self.panes[1].id)]);
        }
        self.comparison = toggled(self.comparison, comparison);
    }
}

/// Where one looks.
impl App {
    /// The window's photo in a pane.
    fn window_area(&self) -> Area {
        let photo = self.photo.as_ref().map_or([1, 1], size_of);
        Area { size: self.compare.size, margin: self.compare.margin, photo }
    }

    fn pane_area(&self, pane: &Pane) -> Area {
        let photo = pane.photo(self.photo.as_ref()).map_or([1, 1], size_of);
        Area { photo, ..self.window_area() }
    }

    /// Where a pane looks.
    fn pane_viewpoint(&self, pane: &Pane) -> Viewpoint {
        if self.follows(pane) {
            let areas = (self.window_area(), self.pane_area(pane));
            link::pane_from_shared(self.viewpoint, &areas.0, &areas.1, pane.offset)
        } else {
            pane.viewpoint
        }
    }

    /// Whether a pane looks where the others look.
    fn follows(&self, pane: &Pane) -> bool {
        self.compare.linked && pane.pinned.is_none()
    }

    /// Whether places of two panes have to do with each other: they show the same photo, or the user's
    /// own edit of it.
    fn show_the_same(&self, a: &Pane, b: &Pane) -> bool {
        let window = self.photo.as_ref();
        let shown = |pane: &Pane| {
            let photo = pane.photo(window)?;
            let is_edit = pane.is_after && window.is_some_and(|it| size_of(it) == size_of(photo));
            Some(Arc::as_ptr(if is_edit { window? } else { photo }))
        };
        shown(a) == shown(b)
    }

    /// What is to be seen in a pane; None without a photo.
    fn pane_scene(&self, pane: &Pane) -> Option<Scene> {
        let photo = Arc::clone(pane.photo(self.photo.as_ref())?);
        let view = self.pane_viewpoint(pane).view(&self.pane_area(pane));
        Some(Scene { photo, edit: pane.edit.clone(), view })
    }

    /// What the bar under the panes shows.
    pub(super) fn compare_bar_state(&self) -> view_bar::State<'_> {
        let compare = &self.compare;
        let viewpoint =
            compare.current_pane().map_or(self.viewpoint, |pane| self.pane_viewpoint(pane));
        let scene = compare.current_pane().and_then(|pane| self.pane_scene(pane));
        view_bar::State {
            before_after: &self.before_after,
            comparison: compare.comparison.filter(|_| compare.alone.is_none()),
            compare: Some(CompareState {
                linked: compare.linked,
                grid: compare.comparison.is_none() && compare.alone.is_none(),
                has_two: compare.panes.len() >= 2,
            }),
            viewpoint,
            zoom: scene.map(|scene| scene.view.zoom),
        }
    }
}

fn size_of(photo: &Arc<Photo>) -> [usize; 2] {
    [photo.image.width, photo.image.height]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Edit;

    fn compare_of(count: u64) -> Compare {
        let pane = |id| Pane::new(PaneId(id), <(Edit, usize)>::default(), None);
        Compare {
            panes: (0..count).map(pane).collect(),
            current: Some(PaneId(0)),
            ..Compare::default()
        }
    }

    #[test]
    fn two_panes_are_seen_together_the_current_one_among_them() {
        let mut compare = compare_of(4);
        compare.current = Some(PaneId(2));
        compare.toggle_comparison(Comparison::Split);
        assert_eq!(compare.visible(false), [PaneId(0), PaneId(2)]);
        assert_eq!(compare.visible(true), [PaneId(2), PaneId(0)]);
        compare.toggle_comparison(Comparison::SideBySide);
        assert_eq!(compare.visible(false).len(), 2);
        compare.toggle_comparison(Comparison::SideBySide);
        assert_eq!(compare.visible(false).len(), 4);
        compare.current = Some(PaneId(0));
        compare.toggle_comparison(Comparison::Difference);
        assert_eq!(compare.visible(false), [PaneId(0), PaneId(1)]);
    }

    #[test]
    fn one_pane_has_nothing_to_be_compared_with() {
        let mut compare = compare_of(1);
        compare.toggle_comparison(Comparison::Split);
        assert_eq!(compare.comparison, None);
    }
}
