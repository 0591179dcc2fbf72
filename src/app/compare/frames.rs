//! What is sent to the engine for the panes, and what comes back.

use std::sync::Arc;

use eframe::egui::Context;

use super::super::App;
use super::{Compare, PaneId, Wanted};
use crate::edit::Edit;
use crate::engine::{Command, Frame, Scene, Ticket};
use crate::photo::Photo;

impl App {
    /// Asks the engine for the visible panes that do not show yet what they should, if that is not
    /// what was asked for last.
    pub(super) fn send_panes(&mut self) {
        let visible = self.compare.visible(self.before_after.swapped);
        let scene = |id| Some((id, self.pane_scene(self.compare.pane(id)?)?));
        let wanted: Vec<(PaneId, Scene)> = visible.into_iter().filter_map(scene).collect();
        if wanted == self.compare.wanted {
            return;
        }
        let missing = wanted.iter().filter(|(id, scene)| !self.compare.shows(*id, scene));
        let (ids, scenes): (Vec<_>, Vec<_>) = missing.cloned().unzip();
        self.compare.wanted = wanted;
        let ticket = self.ticket();
        self.compare.sent.push_back((ticket, ids));
        self.engine.send(Command::Show(ticket, scenes.clone()));
        self.last_sent = Some((ticket, scenes));
    }
}

impl Compare {
    fn shows(&self, id: PaneId, scene: &Scene) -> bool {
        let shown = self.pane(id).and_then(|pane| pane.pictures.shown());
        shown.is_some_and(|shown| shown.frame.scene == *scene)
    }

    /// Takes a frame of one of the panes; gives back one that is not of theirs.
    pub fn take(&mut self, ctx: &Context, ticket: Ticket, frame: Box<Frame>) -> Option<Box<Frame>> {
        // The engine answers in order.
        while self.sent.front().is_some_and(|(sent, _)| *sent < ticket) {
            self.sent.pop_front();
        }
        let Some((sent, ids)) = self.sent.front() else { return Some(frame) };
        if *sent != ticket {
            return Some(frame);
        }
        let id = *ids.get(frame.pane)?;
        let wanted = self.wanted.iter().find(|(pane, _)| *pane == id).map(|(_, scene)| scene);
        // An older view is better than none, but not than the one that is wanted.
        if wanted.is_some_and(|wanted| *wanted != frame.scene && self.shows(id, wanted)) {
            return None;
        }
        if let Some(pane) = self.pane_mut(id) {
            pane.pictures.set(ctx, *frame);
        }
        None
    }

    /// Takes a photo that was opened for a pane. False where it was not.
    pub fn opened(&mut self, ticket: Ticket, photo: &Arc<Photo>) -> bool {
        let Some(wanted) = self.ended_opening(ticket) else { return false };
        let (Wanted::Photo(id) | Wanted::After(id)) = wanted else { return true };
        if let Some(pane) = self.pane_mut(id) {
            pane.own_photo = Some(Arc::clone(photo));
            pane.pinned = pane.pinned.take().map(|_| Arc::clone(photo));
            pane.is_after = matches!(wanted, Wanted::After(_));
            if pane.is_after {
                pane.edit = Edit::default();
            }
        }
        true
    }

    /// Whether a photo for a pane could not be opened.
    pub fn failed_to_open(&mut self, ticket: Ticket) -> bool {
        self.ended_opening(ticket).is_some()
    }

    /// No photo was chosen for a pane.
    pub fn asks_no_photo(&mut self) {
        self.asking = None;
    }

    fn ended_opening(&mut self, ticket: Ticket) -> Option<Wanted> {
        let place = self.opening.iter().position(|(opening, _)| *opening == ticket)?;
        Some(self.opening.remove(place).1)
    }
}
