//! What is shown: the panels around the photo, the photo itself, and what lies over it.

use std::sync::Arc;

use eframe::egui::{Context, Key, Modifiers, TextureHandle, TextureId, Ui};

use super::canvas::{Canvas, Seen, Stage};
use super::comparison::Comparison;
use super::exports::{self, Exports};
use super::memory::Memory;
use super::{
    Action, App, Dialog, Opening, Workspace, film, filter_list, info, inspector, learn, notice,
    open, own, settings, shell, shortcut_sheet, shortcuts, status_bar, strings, top_bar, two_files,
    view_bar, xray,
};
use crate::edit::Edit;
use crate::engine::Scene;

impl App {
    /// The bars and columns around the photo. Returns whether the button for the original is held.
    pub(super) fn panels(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) -> bool {
        if shell::is_full_screen(ui.ctx()) {
            return false;
        }
        let photo = self.photo.as_deref();
        let time = self.panes[0].shown().map(|shown| shown.frame.time);
        top_bar::show(ui, self.workspace, photo, &self.recent, actions);
        let learning = self.learn.words();
        let shown = status_bar::Shown {
            processor: self.processor.as_ref(),
            display: &self.display,
            time,
            // In Learn there is none, and so nothing to switch.
            film: if self.workspace == Workspace::Learn { (0, false) } else { self.film.extent() },
            is_kept: self.keeping.is_kept(&self.steps),
            exports: &self.exports,
            learning: learning.as_deref(),
        };
        status_bar::show(ui, &shown, actions);
        if self.workspace != Workspace::Learn {
            film::show(ui, &mut self.film, actions);
        }
        let photo = self.photo.as_deref();
        let held = self.looking().is_none() && view_bar::show(ui, &self.view_bar_state(), actions);
        if self.shell.panels_hidden {
            return held;
        }
        match self.workspace {
            Workspace::Apply => {}
            Workspace::Compare => {
                self.compare_panels(ui, actions);
                return held;
            }
            Workspace::Learn => {
                learn::panels(ui, &self.learn, actions);
                return held;
            }
        }
        filter_list::show(ui, &self.filter_list(), actions);
        let shown = inspector::Shown {
            stack: &self.stack,
            steps: &self.steps,
            library: &self.library,
            photo,
            scopes: &self.scopes,
            xray: &self.xray,
            masking: &self.masking,
            evidence: &self.evidence,
            next_version: self.next_version(self.stack.layer()).1,
            clipping: self.clipping,
        };
        inspector::show(ui, &shown, actions);
        held
    }

    pub(super) fn filter_list(&self) -> filter_list::Shown<'_> {
        filter_list::Shown {
            library: &self.library,
            wall: &self.wall,
            search: &self.search,
            favourites: &self.settings.favourites,
            favourites_only: self.shell.favourites_only,
            chosen: self.chosen(),
            reveal: self.reveal_filter,
        }
    }

    fn view_bar_state(&self) -> view_bar::State<'_> {
        if self.workspace == Workspace::Compare {
            return self.compare_bar_state();
        }
        view_bar::State {
            before_after: &self.before_after,
            comparison: self.before_after.comparison,
            compare: None,
            viewpoint: self.viewpoint,
            zoom: self.photo.as_ref().map(|_| self.viewpoint.view(&self.area).zoom),
        }
    }

    /// The photo. What the pointer and the keys ask for is done before it is drawn, so that it
    /// follows them without a frame's delay.
    pub(super) fn center(&mut self, ui: &mut Ui, held: bool, mut actions: Vec<Action>) {
        if self.workspace == Workspace::Compare {
            return self.compare_center(ui, held, actions);
        }
        if self.looking().is_some() {
            return self.look_center(ui, actions);
        }
        let canvas = Canvas::new(ui);
        let parts = canvas.parts(self.before_after.comparison);
        let photo = self.photo.as_ref().map_or([1, 1], |it| [it.image.width, it.image.height]);
        self.area = parts[0].area(photo);
        canvas.input(ui, &self.stage(), &mut actions);
        self.mask_input(ui, &canvas, &mut actions);
        if self.dialog.is_none() {
            let pointer = parts.iter().find_map(|part| part.pointer(ui));
            self.trial_keys(ui.ctx());
            let pasted = shortcuts::pasted(ui.ctx());
            actions.extend(pasted.map(|text| Action::Shell(shell::Action::PasteEdit(text))));
            shortcuts::pressed(ui.ctx(), pointer, &mut actions);
            actions.push(Action::Hold(held || shortcuts::holds_original(ui.ctx())));
            if self.sheet().is_some()
                && self.notices.is_empty()
                && ui.input_mut(|it| it.consume_key(Modifiers::NONE, Key::Escape))
            {
                actions.push(Action::Xray(xray::Action::Reduce));
            }
        }
        self.reveal_filter = false;
        self.apply_all(ui.ctx(), actions);
        self.send_scenes();
        self.send_wall(ui.ctx());
        self.send_study();
        self.send_question(self.photo.clone(), self.stack.layer().cloned());

        self.end_glimpse();
        self.panes[0].mark(ui.ctx(), self.clipping);
        let difference = self.difference_of_edit(ui.ctx());
        let cover = self.mask_cover(ui.ctx());
        canvas.paint(ui, &Stage { difference, cover, ..self.stage() });
        self.mask_paint(ui, &canvas);
        self.over_photo(ui, &canvas);
        self.notices(ui, &canvas);
    }

    /// What is known about the photo and about the window, where it is asked for.
    fn over_photo(&self, ui: &mut Ui, canvas: &Canvas) {
        if let Some(photo) = self.photo.as_ref().filter(|_| self.shell.info) {
            info::show(ui, canvas.rect, photo);
        }
        if self.shell.frame_times {
            self.frame_times.show(ui, canvas, self.engine.memory());
        }
    }

    /// What stands over the picture area: where to drop, and what the user should read.
    pub(super) fn notices(&mut self, ui: &mut Ui, canvas: &Canvas) {
        if ui.input(|input| !input.raw.hovered_files.is_empty()) {
            let words = match self.workspace {
                Workspace::Learn => strings::learn::DROP_HERE,
                Workspace::Apply | Workspace::Compare => strings::DROP_HERE,
            };
            canvas.paint_drop_target(ui, words);
        }
        let mut actions = Vec::new();
        if self.exports.is_listed {
            let Exports { queue, follow, .. } = &mut self.exports;
            exports::show_list(ui.ctx(), canvas.rect, queue, follow, &mut actions);
        }
        if let Some(sentence) = self.notices.last() {
            let more = self.notices.len() - 1;
            notice::show(ui, canvas.rect, sentence, more, &mut actions);
            let escapes = self.dialog.is_none()
                && ui.input_mut(|it| it.consume_key(Modifiers::NONE, Key::Escape));
            if escapes {
                actions.push(Action::DismissNotice);
            }
        }
        self.apply_all(ui.ctx(), actions);
    }

    fn stage(&self) -> Stage<'_> {
        let foot = match (&self.opening, &self.photo) {
            (Some(Opening { path: Some(path), .. }), _) => {
                Some(strings::opening(&strings::file_name(path)))
            }
            (Some(_), None) => Some(strings::PREPARING.to_owned()),
            (None, Some(_)) if self.panes[0].shown().is_none() => {
                Some(strings::PREPARING.to_owned())
            }
            _ if self.workspace == Workspace::Learn => None,
            _ if self.trial.is_stepped(&self.stack) => {
                let entry = self.chosen().and_then(|index| self.library.entries.get(index));
                let title = entry.map_or(strings::NONE, |it| it.operator.title.as_str());
                Some(strings::shell::trying(title))
            }
            _ if self.first_run && self.photo.is_some() => Some(strings::FIRST_RUN.to_owned()),
            _ => None,
        };
        let glimpse = self.glimpse.as_ref().map(|glimpse| glimpse.seen(&self.area));
        let shown = self.panes[0].shown();
        let view = match (self.scene(), shown) {
            // There is nothing yet to zoom into.
            _ if glimpse.is_some() => None,
            // Until the new photo is rendered, the old one stays as it was.
            (Some(scene), Some(shown)) if !Arc::ptr_eq(&scene.photo, &shown.frame.scene.photo) => {
                Some(Seen::of(&shown.frame.scene))
            }
            (scene, _) => scene.as_ref().map(Seen::of),
        };
        let sheet = self.sheet();
        let before_after = &self.before_after;
        Stage { view, shown, glimpse, difference: None, cover: None, sheet, before_after, foot }
    }

    /// The sheet of the X-ray that is seen in the photo's place.
    pub(super) fn sheet(&self) -> Option<(&TextureHandle, &'static str)> {
        let is_here = self.workspace == Workspace::Apply && self.stack.place_in_edit().is_some();
        self.xray.large().filter(|_| is_here)
    }

    /// The difference of before and after, where it is to be seen.
    fn difference_of_edit(&mut self, ctx: &Context) -> Option<TextureId> {
        let frame = &self.panes[0].shown()?.frame;
        if self.before_after.comparison != Some(Comparison::Difference) {
            return None;
        }
        let parameters = [f32::from(self.before_after.amplification), 0.0, 0.0, 0.0];
        let pictures = [&frame.before, &frame.after];
        self.difference.texture(ctx, pictures, frame.scene.view.size, parameters)
    }

    /// What is to be seen; None without a photo.
    pub(super) fn scene(&self) -> Option<Scene> {
        let photo = self.photo.clone()?;
        Some(Scene { photo, edit: self.shown_edit(), view: self.viewpoint.view(&self.area) })
    }

    /// The edit of the window's photo that is on screen.
    pub(super) fn shown_edit(&self) -> Edit {
        match self.workspace {
            Workspace::Learn => self.learn.edit(),
            Workspace::Apply | Workspace::Compare => self.tried_edit(),
        }
    }

    pub(super) fn dialogs(&mut self, ctx: &Context) {
        let mut actions = Vec::new();
        match &mut self.dialog {
            None => {}
            Some(Dialog::Open(dialog)) => open::show(ctx, dialog, &mut actions),
            Some(Dialog::Export(dialog)) => exports::show(ctx, dialog, &mut actions),
            Some(Dialog::Adoption(adoption)) => own::show_adoption(ctx, adoption, &mut actions),
            Some(Dialog::Naming(naming)) => own::show_naming(ctx, naming, &mut actions),
            Some(Dialog::Place(place)) => own::show_place(ctx, place, &mut actions),
            Some(Dialog::TwoFiles(two)) => two_files::show(ctx, two, &mut actions),
            Some(Dialog::Settings(dialog)) => {
                let shown = settings::Shown {
                    settings: &self.settings,
                    processor: self.processor.as_ref(),
                    memory: self.engine.memory(),
                    beside: self.keeping.beside,
                    kept_in: self.keeping.memory.as_ref().map(Memory::folder),
                };
                settings::show(ctx, dialog, &shown, &mut actions);
            }
            Some(Dialog::Shortcuts) => shortcut_sheet::show(ctx, &mut actions),
        }
        self.apply_all(ctx, actions);
    }

    /// The chosen filter's place in the library.
    pub(super) fn chosen(&self) -> Option<usize> {
        if let Some(tried) = self.trial.stepped(&self.stack) {
            return tried;
        }
        let operator = self.stack.layer().map(|layer| &layer.operator);
        filter_list::chosen(&self.library, operator)
    }
}
