//! The panes: input first, so that the pictures follow it without a frame's delay, then drawing.

use std::sync::Arc;

use eframe::egui::{
    Align2, Id, Key, Modifiers, Rect, Stroke, StrokeKind, TextureId, Ui, UiBuilder, vec2,
};

use super::super::canvas::{Canvas, Seen};
use super::super::comparison::Comparison;
use super::super::{Action as Of, App, shortcuts, split, strings, theme};
use super::layout::{self, Cell};
use super::pane::Pane;
use super::{Action, PaneId, Wanted, header, size_of};

/// What is where.
struct Layout {
    cells: Vec<Cell>,
    /// The place for one more pane.
    free: Option<Rect>,
    /// How two panes lie over each other, if they do.
    overlay: Option<Comparison>,
    /// Whether they show different photos, so that nothing can be said of the same place.
    is_apart: bool,
}

impl App {
    /// The picture area of this workspace.
    pub(in super::super) fn compare_center(
        &mut self,
        ui: &mut Ui,
        held: bool,
        mut actions: Vec<Of>,
    ) {
        let canvas = Canvas::new(ui);
        self.compare_input(ui, &self.layout(&canvas), &mut actions);
        if self.dialog.is_none() {
            shortcuts::pressed(ui.ctx(), None, &mut actions);
            let pick = shortcuts::picked(ui.ctx());
            actions.extend(pick.map(|place| Of::Compare(Action::Pick(place))));
            actions.push(Of::Hold(held || shortcuts::holds_original(ui.ctx())));
            if let Some(alone) = self.compare.alone
                && self.notices.is_empty()
                && ui.input_mut(|it| it.consume_key(Modifiers::NONE, Key::Escape))
            {
                actions.push(Of::Compare(Action::ToggleAlone(alone)));
            }
        }
        self.apply_all(ui.ctx(), actions);

        let layout = self.layout(&canvas);
        if let Some(cell) = layout.cells.first() {
            let area = cell.picture.area([1, 1]);
            (self.compare.size, self.compare.margin) = (area.size, area.margin);
        }
        self.send_panes();
        let tuned = self.compare.current_pane();
        let photo = tuned.and_then(|pane| pane.photo(self.photo.as_ref()).cloned());
        let layer = tuned.and_then(|pane| pane.layer().cloned());
        self.send_question(photo, layer);
        let clipping = self.clipping;
        for pane in &mut self.compare.panes {
            pane.pictures.mark(ui.ctx(), clipping);
        }
        let difference = self.difference_of_panes(ui, &layout);
        let mut actions = Vec::new();
        self.paint_pictures(ui, &layout, difference);
        for (index, cell) in layout.cells.iter().enumerate() {
            self.pane_header(ui, cell, index, &mut actions);
        }
        if let Some(free) = layout.free {
            self.free_place(ui, free, &mut actions);
        }
        self.paint_focus(ui, &layout);
        self.apply_all(ui.ctx(), actions);
        self.notices(ui, &canvas);
    }

    fn layout(&self, canvas: &Canvas) -> Layout {
        let panes = self.compare.visible(self.before_after.swapped);
        match (&panes[..], self.compare.alone, self.compare.comparison) {
            (&[pane], Some(_), _) => {
                let cells = layout::alone(canvas, pane);
                Layout { cells, free: None, overlay: None, is_apart: false }
            }
            (&[a, b], None, Some(comparison)) => Layout {
                cells: layout::two(canvas, [a, b], comparison),
                free: None,
                overlay: Some(comparison).filter(|it| it.overlays()),
                is_apart: match [a, b].map(|id| self.compare.pane(id)) {
                    [Some(a), Some(b)] => !self.show_the_same(a, b),
                    _ => false,
                },
            },
            _ => {
                let [width, height] = self.photo.as_ref().map_or([3, 2], size_of);
                let aspect = width as f32 / height as f32;
                let (cells, free) = layout::grid(canvas, &panes, aspect);
                Layout { cells, free, overlay: None, is_apart: false }
            }
        }
    }

    fn compare_input(&self, ui: &mut Ui, layout: &Layout, actions: &mut Vec<Of>) {
        // Where two lie over each other, the first takes what is done to both.
        let count = if layout.overlay.is_some() { 1 } else { layout.cells.len() };
        for cell in &layout.cells[..count] {
            let labels =
                layout.cells.iter().filter(|other| other.picture.rect == cell.picture.rect);
            let labels: Vec<_> = labels.map(|cell| self.pane_label(cell.pane)).collect();
            let id = ui.scope_id().with(("pane", cell.pane.0));
            let gestures = cell.picture.gestures(ui, id, &labels.join("; "));
            if gestures.pressed && layout.overlay.is_none() {
                actions.push(Of::Compare(Action::Focus(cell.pane)));
            }
            if let Some(by) = gestures.drag {
                actions.push(Of::Compare(match gestures.shift && layout.overlay.is_none() {
                    true => Action::Shift(cell.pane, by),
                    false => Action::Pan(cell.pane, by),
                }));
            }
            if let Some(factor) = gestures.zoom {
                let zoom = Action::Zoom { pane: cell.pane, factor, at: gestures.at };
                actions.push(Of::Compare(zoom));
            }
            if gestures.double_clicked && layout.overlay.is_none() {
                actions.push(Of::Compare(Action::ToggleAlone(cell.pane)));
            }
        }
        if let (Some(Comparison::Split), [first, _]) = (layout.overlay, &layout.cells[..])
            && !layout.is_apart
            && let Some(seen) = self.seen(first.pane)
        {
            split::input(ui, first.picture.visible(&seen), self.before_after.line, actions);
        }
    }

    /// What is on screen of a pane: until another photo is rendered, the one before stays as it was.
    fn seen(&self, id: PaneId) -> Option<Seen> {
        let pane = self.compare.pane(id)?;
        let scene = self.pane_scene(pane);
        match (scene, pane.pictures.shown()) {
            (Some(scene), Some(shown)) if !Arc::ptr_eq(&scene.photo, &shown.frame.scene.photo) => {
                Some(Seen::of(&shown.frame.scene))
            }
            (scene, _) => scene.as_ref().map(Seen::of),
        }
    }

    fn pane_label(&self, id: PaneId) -> String {
        let (Some(pane), Some(place)) = (self.compare.pane(id), self.compare.place(id)) else {
            return String::new();
        };
        strings::pane(place, &pane.content())
    }

    fn difference_of_panes(&mut self, ui: &Ui, layout: &Layout) -> Option<TextureId> {
        let [a, b] = &layout.cells[..] else { return None };
        if layout.overlay != Some(Comparison::Difference) || layout.is_apart {
            return None;
        }
        let frame = |pane: &Cell| Some(&self.compare.pane(pane.pane)?.pictures.shown()?.frame);
        let (a, b) = (frame(a)?, frame(b)?);
        let size = a.scene.view.size;
        if size != b.scene.view.size {
            return None;
        }
        let pictures = [&a.after, &b.after];
        let parameters = [f32::from(self.before_after.amplification), 0.0, 0.0, 0.0];
        self.difference.texture(ui.ctx(), pictures, size, parameters)
    }

    fn paint_pictures(&self, ui: &mut Ui, layout: &Layout, difference: Option<TextureId>) {
        let original = self.before_after.original();
        match (&layout.cells[..], layout.overlay) {
            ([a, _], Some(_)) if layout.is_apart => paint_apart(ui, a.picture.rect),
            ([a, b], Some(Comparison::Split)) if !original => self.paint_split(ui, a, b),
            ([a, _], Some(Comparison::Difference)) if difference.is_some() && !original => {
                self.paint_pane(ui, a, difference);
                if let Some(seen) = self.seen(a.pane) {
                    let words = strings::difference(self.before_after.amplification);
                    a.picture.caption(ui, &seen, &words);
                }
            }
            ([a, _], Some(_)) => self.paint_pane(ui, a, None),
            (cells, _) => {
                for cell in cells {
                    self.paint_pane(ui, cell, None);
                    self.paint_foot(ui, cell);
                }
            }
        }
    }

    /// Draws a pane, or another picture in its place.
    fn paint_pane(&self, ui: &mut Ui, cell: &Cell, other: Option<TextureId>) {
        let Some(pane) = self.compare.pane(cell.pane) else { return };
        let rect = cell.picture.rect;
        let (Some(seen), Some(shown)) = (self.seen(cell.pane), pane.pictures.shown()) else {
            theme::words_at(ui, rect, strings::PREPARING);
            return;
        };
        let original = self.before_after.original();
        let own = if original { shown.before } else { shown.after };
        cell.picture.draw(&ui.painter_at(rect), &seen.view, shown, other.unwrap_or(own));
        if original {
            cell.picture.caption(ui, &seen, strings::ORIGINAL_SHOWN);
        }
    }

    fn paint_split(&self, ui: &mut Ui, a: &Cell, b: &Cell) {
        let canvas = a.picture;
        let Some(seen) = self.seen(a.pane) else {
            theme::words_at(ui, canvas.rect, strings::PREPARING);
            return;
        };
        let painter = ui.painter_at(canvas.rect);
        let visible = canvas.visible(&seen);
        let x = canvas.snapped(split::x(visible, self.before_after.line));
        for (piece, cell) in canvas.split_at(x).iter().zip([a, b]) {
            let pane = self.compare.pane(cell.pane);
            if let (Some(seen), Some(shown)) =
                (self.seen(cell.pane), pane.and_then(|pane| pane.pictures.shown()))
            {
                canvas.draw_in(&painter, piece.rect, &seen.view, shown, shown.after);
            }
        }
        let title = |cell: &Cell| self.compare.pane(cell.pane).map(Pane::title);
        let titles = [a, b].map(|cell| title(cell).unwrap_or_default());
        split::paint(ui, &painter, visible, x, titles.each_ref().map(String::as_str));
    }

    /// Words at the foot of a pane: that a photo for it is being opened, or whose photo it is.
    fn paint_foot(&self, ui: &mut Ui, cell: &Cell) {
        let (Some(seen), Some(pane)) = (self.seen(cell.pane), self.compare.pane(cell.pane)) else {
            return;
        };
        let is_opening = self.compare.opening.iter().any(|(_, wanted)| {
            matches!(wanted, Wanted::Photo(id) | Wanted::After(id) if *id == cell.pane)
        });
        let words = match (is_opening, &pane.own_photo) {
            (true, _) => strings::OPENING_PHOTO.to_owned(),
            (false, Some(photo)) => strings::file_name(&photo.path),
            (false, None) => return,
        };
        let visible = cell.picture.visible(&seen);
        let foot = visible.center_bottom() - vec2(0.0, theme::S);
        theme::pill(ui, Align2::CENTER_BOTTOM, foot, visible.width() - theme::M, &words);
    }

    fn pane_header(&self, ui: &mut Ui, cell: &Cell, index: usize, actions: &mut Vec<Of>) {
        let compare = &self.compare;
        let (Some(pane), Some(place)) = (compare.pane(cell.pane), compare.place(cell.pane)) else {
            return;
        };
        let is_pair = compare.alone.is_none() && compare.comparison.is_some();
        let others =
            || compare.panes.iter().map(|pane| (pane.id, self.pane_label(pane.id))).collect();
        let state = header::State {
            pane,
            place,
            is_current: compare.current == Some(pane.id),
            is_only: compare.panes.len() == 1,
            side: is_pair.then(|| (index, others())),
            has_own_photo: pane.own_photo.is_some(),
            after: self.own_after(),
            versions: &|| self.versions_of(pane),
        };
        header::show(ui, cell.header, &state, &self.library, actions);
    }

    /// The place of one more pane; with a single pane it says what is missing.
    fn free_place(&self, ui: &mut Ui, rect: Rect, actions: &mut Vec<Of>) {
        let height = 72.0_f32.min(rect.height());
        let middle =
            Rect::from_center_size(rect.center(), vec2(rect.width() - 2.0 * theme::M, height));
        let builder = UiBuilder::new().scope_id(Id::unique("free place")).max_rect(middle);
        ui.scope_builder(builder, |ui| {
            ui.vertical_centered(|ui| {
                if self.compare.panes.len() == 1 {
                    ui.label(theme::weak(strings::ONE_PANE));
                }
                let button = ui.button(strings::ADD_PANE);
                let button = button.accessible_name(strings::ADD_PANE_HERE);
                if shortcuts::tip(button, strings::ADD_PANE_TIP, shortcuts::Shortcut::AddPane)
                    .clicked()
                {
                    actions.push(Of::Compare(Action::Add));
                }
            });
        });
    }

    /// A frame around the current pane.
    fn paint_focus(&self, ui: &Ui, layout: &Layout) {
        if layout.cells.len() < 2 || layout.overlay.is_some() {
            return;
        }
        let current = layout.cells.iter().find(|cell| self.compare.current == Some(cell.pane));
        if let Some(cell) = current {
            let rect = cell.header.union(cell.picture.rect);
            let stroke = Stroke::new(2.0, theme::of(ui).strong);
            ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
        }
    }
}

/// Says why two photos are not laid over each other.
fn paint_apart(ui: &mut Ui, rect: Rect) {
    let width = 440.0_f32.min(rect.width() - 2.0 * theme::M);
    let middle = Rect::from_center_size(rect.center(), vec2(width, 96.0));
    let builder = UiBuilder::new().scope_id(Id::unique("apart")).max_rect(middle);
    ui.scope_builder(builder, |ui| {
        ui.vertical_centered(|ui| {
            ui.label(strings::compare::APART);
            ui.label(theme::weak(strings::compare::APART_ADVICE));
        });
    });
}
