//! What is done in the Compare workspace.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;

use super::super::viewpoint::{Area, Viewpoint};
use super::super::{App, Workspace, filter_list, strings, tune};
use super::pane::Pane;
use super::{Action, Fill, PANES_MAX, PaneId, USED_MAX, Wanted, link};
use crate::edit::{Edit, Layer};

impl App {
    /// Does what the window's own actions mean here; gives back those that mean the same everywhere.
    pub(in super::super) fn act_in_compare(
        &mut self,
        ctx: &Context,
        action: super::super::Action,
    ) -> Option<super::super::Action> {
        use super::super::Action as Of;
        match action {
            Of::Open(photos) if self.compare.asking.is_some() => {
                self.open_asked(ctx, photos);
                return None;
            }
            // Dropped here, several are there to be compared.
            Of::Open(photos) if self.workspace == Workspace::Compare && photos.len() > 1 => {
                self.fill(ctx, Fill::Photos(photos));
                return None;
            }
            Of::AskOpen | Of::CloseDialog => self.compare.asks_no_photo(),
            _ => {}
        }
        let (Workspace::Compare, Some(current)) = (self.workspace, self.compare.current) else {
            return Some(action);
        };
        match action {
            Of::Choose(filter) => self.compare_act(ctx, Action::Show(current, filter)),
            Of::StepFilter(step) => self.step_pane(current, step),
            Of::SetStrength(strength) => self.set_pane_strength(current, |_| strength),
            Of::AddStrength(step) => self.set_pane_strength(current, |strength| strength + step),
            Of::SetBalance(balance) => {
                if let Some(layer) = self.pane_layer(current) {
                    layer.balance = balance;
                }
            }
            Of::Tune(tune::Action::Set(tuning)) => {
                if let Some(layer) = self.pane_layer(current) {
                    layer.tune(tuning);
                }
            }
            Of::Tune(tune::Action::Save) => {
                let layer = self.pane_layer(current).cloned();
                if let Some(index) = layer.and_then(|layer| self.save_version(&layer)) {
                    self.show_filter(current, Some(index));
                }
            }
            Of::ToggleComparison(comparison) => self.compare.toggle_comparison(comparison),
            Of::Fit => self.look(current, |_, _| Viewpoint::Fit),
            Of::Actual => self.look(current, |it, area| it.zoomed_to(area, 1.0, None)),
            Of::Double => self.look(current, |it, area| it.zoomed_to(area, 2.0, None)),
            Of::ToggleZoom(_) => self.look(current, |it, area| it.toggled(area, None)),
            Of::Zoom { factor, .. } => {
                self.look(current, |it, area| it.zoomed_by(area, factor, None));
            }
            Of::Pan(by) => self.look(current, |it, area| it.panned(area, by)),
            other => return Some(other),
        }
        None
    }

    /// Does what was asked for in this workspace. Some of it can be asked for elsewhere.
    pub(in super::super) fn compare_act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::GridOfLast => self.show_grid_of_last(),
            _ if self.workspace != Workspace::Compare => {}
            Action::ShowGrid => (self.compare.comparison, self.compare.alone) = (None, None),
            Action::Add => self.add_next(),
            Action::Close(id) => self.close_pane(id),
            Action::Focus(id) => self.compare.current = Some(id),
            Action::Show(id, filter) => self.show_filter(id, filter),
            Action::SetStrength(id, strength) => self.set_pane_strength(id, |_| strength),
            Action::TogglePin(id) => self.toggle_pin(id),
            Action::ToggleLink => self.toggle_link(),
            Action::Pan(id, by) => self.look(id, |it, area| it.panned(area, by)),
            Action::Shift(id, by) => self.shift_pane(id, by),
            Action::Align(id) => {
                if let Some(pane) = self.compare.pane_mut(id) {
                    pane.offset = [0.0; 2];
                }
            }
            Action::Zoom { pane, factor, at } => {
                self.look(pane, |it, area| it.zoomed_by(area, factor, at));
            }
            Action::ToggleAlone(id) => {
                self.compare.alone = self.compare.alone.is_none().then_some(id);
                self.compare.current = Some(id);
            }
            Action::AskPhoto(id) => self.ask_for(ctx, Wanted::Photo(id)),
            Action::ShowAfter(id, None) => self.ask_for(ctx, Wanted::After(id)),
            Action::ShowAfter(id, Some(file)) => self.open_for(Wanted::After(id), file),
            Action::ShowVersion(id, file) => self.show_version(id, &file),
            Action::Fill(fill) => self.fill(ctx, fill),
            Action::FollowPhoto(id) => {
                if let Some(pane) = self.compare.pane_mut(id) {
                    (pane.own_photo, pane.pinned, pane.is_after) = (None, None, false);
                }
            }
            Action::SetSide(side, id) => self.set_side(side, id),
            Action::Pick(place) => self.pick(place),
        }
    }

    /// Opens photos for the pane that asked for one, or for the window if none did.
    pub(in super::super) fn open_asked(&mut self, ctx: &Context, photos: Vec<PathBuf>) {
        match self.compare.asking.take() {
            None => self.open_paths(ctx, photos),
            Some(Wanted::Photos) => {
                self.dialog = None;
                self.fill_with_photos(photos);
            }
            Some(wanted) => {
                self.dialog = None;
                photos.into_iter().next().into_iter().for_each(|it| self.open_for(wanted, it));
            }
        }
    }

    /// The original and the photo's edit at least.
    pub(in super::super) fn enter_compare(&mut self) {
        self.before_after.release();
        self.compare.wanted.clear();
        if self.compare.panes.is_empty() {
            self.add_pane((Edit::default(), 0));
        }
        let (edit, at) = self.stack.edit_at();
        let home = self.compare.home.and_then(|id| self.compare.pane(id));
        let home = home.filter(|pane| pane.follows_photo()).map(|pane| pane.id);
        let same = self.compare.panes.iter_mut().find(|it| it.follows_photo() && it.edit == edit);
        if let Some(same) = same {
            same.at = at;
            self.compare.current = Some(same.id);
        } else if let Some(pane) = home.and_then(|id| self.compare.pane_mut(id)) {
            pane.set((edit, at));
            self.compare.current = home;
        } else {
            self.add_pane((edit, at));
            self.compare.home = self.compare.current;
        }
    }

    /// One more pane, which becomes the current one, if there is room for it.
    pub(super) fn add_pane(&mut self, edit: (Edit, usize)) {
        if self.compare.panes.len() == PANES_MAX {
            return;
        }
        self.compare.ids += 1;
        let id = PaneId(self.compare.ids);
        let mut pane = Pane::new(id, edit, self.render.clone());
        pane.viewpoint =
            self.compare.current_pane().map_or(self.viewpoint, |it| self.pane_viewpoint(it));
        self.compare.panes.push(pane);
        self.compare.current = Some(id);
    }

    fn show_grid_of_last(&mut self) {
        if self.workspace != Workspace::Compare {
            self.enter(Workspace::Compare);
        }
        let mut layers = self.compare.used.clone();
        // Early on fewer were used than make a grid: the library's first are the next best.
        for index in filter_list::order(&self.library) {
            let operator = &self.library.entries[index].operator;
            let is_new = !layers.iter().any(|layer| Arc::ptr_eq(&layer.operator, operator));
            if is_new && layers.len() < USED_MAX {
                layers.push(Layer::new(Arc::clone(operator)));
            }
        }
        self.compare.panes.retain(|pane| pane.pinned.is_some());
        (self.compare.comparison, self.compare.alone) = (None, None);
        let first = self.compare.panes.len();
        for layer in layers {
            self.add_pane(self.stack.with(layer));
        }
        self.compare.current =
            self.compare.panes.get(first).or(self.compare.panes.first()).map(|pane| pane.id);
        let own = self.stack.edit();
        let home = self.compare.panes.iter().find(|pane| pane.edit == own);
        self.compare.home = home.map(|pane| pane.id);
    }

    /// A pane with the next filter that none shows; with the current one's edit when all are shown.
    fn add_next(&mut self) {
        let is_shown = |layer: &Layer| {
            let same = |other: &Layer| Arc::ptr_eq(&other.operator, &layer.operator);
            self.compare.panes.iter().any(|pane| pane.layer().is_some_and(same))
        };
        let entries = &self.library.entries;
        let next = filter_list::order(&self.library)
            .into_iter()
            .map(|index| Layer::new(Arc::clone(&entries[index].operator)))
            .find(|layer| !is_shown(layer));
        let edit = match next {
            Some(layer) => self.stack.with(layer),
            None => {
                let pane = self.compare.current_pane();
                pane.map(|pane| (pane.edit.clone(), pane.at)).unwrap_or_default()
            }
        };
        (self.compare.comparison, self.compare.alone) = (None, None);
        self.add_pane(edit);
    }

    /// The last pane stays: there is always one to be compared with.
    fn close_pane(&mut self, id: PaneId) {
        let compare = &mut self.compare;
        let Some(place) = compare.place(id).filter(|_| compare.panes.len() > 1) else { return };
        compare.panes.remove(place);
        if compare.current == Some(id) {
            let next = place.min(compare.panes.len() - 1);
            compare.current = Some(compare.panes[next].id);
        }
        if compare.alone == Some(id) {
            compare.alone = None;
        }
        if compare.sides.is_some_and(|sides| sides.contains(&id)) {
            (compare.comparison, compare.sides) = (None, None);
        }
    }

    /// Another filter in a pane, in the place of its current one and where that acts; or the original.
    fn show_filter(&mut self, id: PaneId, filter: Option<usize>) {
        let entry = filter.and_then(|index| self.library.entries.get(index));
        let layer = entry.map(|entry| Layer::new(Arc::clone(&entry.operator)));
        self.compare.note_used(layer.as_ref());
        self.show_layer(id, layer);
        self.before_after.release();
    }

    pub(super) fn show_layer(&mut self, id: PaneId, layer: Option<Layer>) {
        let Some(pane) = self.compare.pane_mut(id) else { return };
        let follows = pane.follows_photo() || pane.is_after;
        match (layer, pane.layer_mut()) {
            (None, _) => pane.set((Edit::default(), 0)),
            (Some(new), Some(layer)) => {
                let mask = layer.mask.take();
                *layer = Layer { mask, ..new };
            }
            // The rest of the photo's edit, and where it acts, is of the photo.
            (Some(new), None) if follows => pane.set(self.stack.with(new)),
            (Some(new), None) => pane.set((Edit { layers: vec![new] }, 0)),
        }
        if std::mem::take(&mut pane.is_after) {
            pane.own_photo = None;
        }
    }

    fn step_pane(&mut self, id: PaneId, step: isize) {
        let Some(pane) = self.compare.pane(id) else { return };
        let order = filter_list::order(&self.library);
        let operator = pane.layer().map(|layer| &layer.operator);
        let shown = filter_list::chosen(&self.library, operator);
        // The original stands above the first filter.
        let place = order.iter().position(|&index| Some(index) == shown).map_or(0, |at| at + 1);
        let place = place.saturating_add_signed(step).min(order.len());
        self.show_filter(id, place.checked_sub(1).map(|at| order[at]));
    }

    /// The filter of a pane, to be changed.
    fn pane_layer(&mut self, id: PaneId) -> Option<&mut Layer> {
        self.compare.pane_mut(id)?.layer_mut()
    }

    fn set_pane_strength(&mut self, id: PaneId, new: impl FnOnce(f32) -> f32) {
        if let Some(layer) = self.pane_layer(id) {
            // In whole per cent, as it is shown.
            layer.strength = (new(layer.strength) * 100.0).round().clamp(0.0, 100.0) / 100.0;
        }
    }

    /// A pinned pane keeps its photo, and looks where it looks.
    fn toggle_pin(&mut self, id: PaneId) {
        let Some(pane) = self.compare.pane(id) else { return };
        let pinned = match pane.pinned {
            Some(_) => None,
            None => pane.photo(self.photo.as_ref()).cloned(),
        };
        let viewpoint = self.pane_viewpoint(pane);
        if let Some(pane) = self.compare.pane_mut(id) {
            (pane.pinned, pane.viewpoint) = (pinned, viewpoint);
        }
    }

    /// Nothing moves by this alone, but that all look where the current one looks.
    fn toggle_link(&mut self) {
        if self.compare.linked {
            let viewpoint = |pane| self.pane_viewpoint(pane);
            let viewpoints: Vec<_> = self.compare.panes.iter().map(viewpoint).collect();
            for (pane, viewpoint) in self.compare.panes.iter_mut().zip(viewpoints) {
                pane.viewpoint = viewpoint;
            }
        } else if let Some(pane) = self.compare.current_pane().filter(|it| it.pinned.is_none()) {
            let (window, area) = (self.window_area(), self.pane_area(pane));
            self.viewpoint = link::shared_from_pane(pane.viewpoint, &window, &area, pane.offset);
        }
        self.compare.linked = !self.compare.linked;
    }

    /// Changes where a pane looks, and with it all that are linked to it.
    fn look(&mut self, id: PaneId, change: impl FnOnce(Viewpoint, &Area) -> Viewpoint) {
        let Some(pane) = self.compare.pane(id) else { return };
        let (window, area) = (self.window_area(), self.pane_area(pane));
        let new = change(self.pane_viewpoint(pane), &area);
        if self.follows(pane) {
            self.viewpoint = link::shared_from_pane(new, &window, &area, pane.offset);
        } else if let Some(pane) = self.compare.pane_mut(id) {
            pane.viewpoint = new;
        }
    }

    fn shift_pane(&mut self, id: PaneId, by: [f64; 2]) {
        let Some(pane) = self.compare.pane(id) else { return };
        if !self.follows(pane) {
            return self.look(id, |it, area| it.panned(area, by));
        }
        let area = self.pane_area(pane);
        let before = self.pane_viewpoint(pane).view(&area).center;
        let after = self.pane_viewpoint(pane).panned(&area, by).view(&area).center;
        if let Some(pane) = self.compare.pane_mut(id) {
            for axis in 0..2 {
                pane.offset[axis] += after[axis] - before[axis];
            }
        }
    }

    fn set_side(&mut self, side: usize, id: PaneId) {
        let Some(sides) = &mut self.compare.sides else { return };
        // As they are on screen.
        let side = if self.before_after.swapped { 1 - side } else { side };
        if sides[1 - side] == id {
            sides.swap(0, 1);
        } else {
            sides[side] = id;
        }
        self.compare.current = Some(id);
    }

    fn pick(&mut self, place: usize) {
        let Some(pane) = self.compare.panes.get(place) else { return };
        if pane.is_after {
            return self.notify(strings::compare::AFTER_IS_NO_FILTER.to_owned());
        }
        if pane.edit != self.stack.edit() {
            self.stack.take((pane.edit.clone(), pane.at));
        }
        self.compare.home = Some(pane.id);
        self.compare.current = Some(pane.id);
        self.reveal_filter = true;
        self.enter(Workspace::Apply);
    }
}
