//! What comes back: the engine's events and the answers of file dialogs.

use std::sync::Arc;

use eframe::egui::{Context, ViewportCommand};

use super::exports::State;
use super::file_dialogs::Answer;
use super::open::OpenDialog;
use super::viewpoint::Viewpoint;
use super::{App, Dialog, filter_list, strings};
use crate::engine::{Event, Ticket};
use crate::photo::Photo;

impl App {
    /// Takes an event of the engine.
    pub(super) fn receive(&mut self, ctx: &Context, event: Event) {
        match event {
            Event::Ready(processor) => self.processor = Some(processor),
            Event::Opened(ticket, photo) => {
                if self.compare.opened(ticket, &photo) || self.decoded_ahead(ticket, &photo) {
                    return;
                }
                if self.opening.as_ref().is_some_and(|opening| opening.ticket == ticket) {
                    self.show_photo(ctx, photo);
                }
            }
            Event::Glimpsed(ticket, glimpse) => self.take_glimpse(ctx, ticket, &glimpse),
            Event::Shown(ticket, frame) => {
                self.frame_times.come(ticket);
                let Some(frame) = self.compare.take(ctx, ticket, frame) else { return };
                // An older view of the same photo is better than none: it is drawn where the new
                // one wants it.
                if self.photo.as_ref().is_some_and(|it| Arc::ptr_eq(it, &frame.scene.photo))
                    && let Some(pane) = self.panes.get_mut(frame.pane)
                {
                    pane.set(ctx, *frame);
                }
            }
            Event::Thumbnail(ticket, thumbnail) => {
                let order = filter_list::order(&self.library);
                self.wall.take(ctx, ticket, &thumbnail, &order);
            }
            Event::Studied(ticket, studied) => self.take_study(ctx, ticket, *studied),
            Event::Weighed(ticket, weighed) => self.evidence.take(ticket, weighed),
            Event::Progress(ticket, done) => self.exports.queue.progress(ticket, done),
            Event::Exported(ticket, _) => self.end_export(ticket, State::Saved),
            Event::Cancelled(ticket) => self.end_export(ticket, State::Cancelled),
            Event::Failed(ticket, sentence) => self.fail(ticket, sentence),
        }
    }

    fn show_photo(&mut self, ctx: &Context, photo: Arc<Photo>) {
        let is_own = self.opening.take().is_some_and(|opening| opening.path.is_some());
        self.first_run &= !is_own;
        if is_own {
            self.opened_of_late(&photo.path);
        }
        if is_own && self.photo.is_some() {
            // What was said of the photo before says nothing of this one.
            self.notices.clear();
        }
        let title = strings::window_title(&photo.path);
        ctx.send_viewport_cmd(ViewportCommand::Title(title));
        self.begin_keeping(ctx, &photo, is_own);
        self.leave_photo();
        self.viewpoint = Viewpoint::Fit;
        self.before_after.release();
        let path = photo.path.clone();
        self.photo = Some(photo);
        self.resume(&path);
    }

    fn fail(&mut self, ticket: Ticket, sentence: String) {
        let is_latest_scene = self.last_sent.as_ref().is_some_and(|(sent, _)| *sent == ticket);
        if self.exports.queue.writes(ticket) {
            return self.export_failed(ticket, sentence);
        }
        if self.refused_ahead(ticket, &sentence) {
            return;
        }
        if self.compare.failed_to_open(ticket) {
            self.notify(sentence);
            return;
        }
        let is_opening = self.opening.as_ref().is_some_and(|opening| opening.ticket == ticket);
        if is_latest_scene || is_opening {
            self.notify(sentence.clone());
        }
        if is_opening {
            let path = self.opening.take().and_then(|opening| opening.path);
            if let Some(path) = &path {
                self.film.refuse(path, &sentence);
            }
            // A window without a photo teaches nothing: the one that comes along is better.
            if self.photo.is_none() && path.is_some() {
                self.open_bundled();
            }
        }
    }

    /// Takes the answer of a file dialog.
    pub(super) fn receive_answer(&mut self, ctx: &Context, answer: Answer) {
        match (answer, &mut self.dialog) {
            (Answer::Learn(action), _) => self.learn_action(ctx, action),
            (Answer::Photos(photos), _) => self.open_asked(ctx, photos),
            (Answer::Target(path), Some(Dialog::Export(dialog))) => dialog.set_confirmed(path),
            (Answer::NoPhotoDialog, _) => self.dialog = Some(Dialog::Open(OpenDialog::default())),
            (Answer::NoTargetDialog, Some(Dialog::Export(dialog))) => dialog.set_no_file_dialog(),
            (Answer::Nothing, _) => self.compare.asks_no_photo(),
            _ => {}
        }
    }
}
