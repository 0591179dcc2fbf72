//! Filters that are tried: seen on the photo, and gone again unless they are kept.
//!
//! The pointer tries the filter that it rests on, until it leaves. The arrow keys try one in earnest:
//! it stands in the list and in the inspector, Enter or anything else that is done to the photo keeps
//! it, Escape goes back to what was before.

use std::sync::Arc;

use eframe::egui::{Context, Key, Modifiers, Pos2};

use super::stack::Stack;
use super::{App, Workspace};
use crate::edit::Edit;

/// What is tried.
#[derive(Default)]
pub struct Trial {
    /// By the pointer: a filter of the library, or none.
    pointed: Option<Option<usize>>,
    /// Where the pointer is while it does not count: until it moves, after a key.
    stale: Option<Pos2>,
    /// By the arrow keys.
    stepped: Option<Stepped>,
}

/// What is tried by the arrow keys.
struct Stepped {
    /// The edit before, and with the filter.
    before: Stack,
    tried: Stack,
    /// The filter of the library, or none.
    filter: Option<usize>,
}

impl Trial {
    /// Whether the edit as it stands is only tried.
    pub fn is_stepped(&self, stack: &Stack) -> bool {
        self.stepped(stack).is_some()
    }

    /// Which filter of the library, or none, the arrow keys try in the edit as it stands.
    pub fn stepped(&self, stack: &Stack) -> Option<Option<usize>> {
        let stepped = self.stepped.as_ref().filter(|it| it.tried == *stack)?;
        Some(stepped.filter)
    }

    /// Whether anything is tried.
    pub fn is_on(&self) -> bool {
        self.pointed.is_some() || self.stepped.is_some()
    }
}

impl App {
    /// The pointer rests on this filter, or on none of the list.
    pub(super) fn point_at(&mut self, ctx: &Context, filter: Option<Option<usize>>) {
        let is_stale = self.trial.stale.is_some() && self.trial.stale == ctx.pointer_latest_pos();
        if !is_stale {
            self.trial.stale = None;
        }
        self.trial.pointed = filter.filter(|_| !is_stale);
    }

    /// The edit with what the pointer tries.
    pub(super) fn tried_edit(&self) -> Edit {
        let Some(filter) = self.trial.pointed.filter(|_| self.workspace == Workspace::Apply) else {
            return self.stack.edit();
        };
        if filter == self.chosen() {
            return self.stack.edit();
        }
        let entry = filter.and_then(|index| self.library.entries.get(index));
        let mut stack = self.stack.clone();
        stack.choose(entry.map(|entry| Arc::clone(&entry.operator)));
        stack.edit()
    }

    /// The filter so many places further in the list is tried by key. It stands where the filter did
    /// that was there before, and those that were passed on the way leave nothing behind.
    pub(super) fn try_by_key(&mut self, ctx: &Context, step: isize) {
        let shown = self.chosen();
        let before = match self.trial.stepped.take() {
            Some(stepped) if stepped.tried == self.stack => stepped.before,
            _ => self.stack.clone(),
        };
        let filter = self.filter_beside(shown, step);
        self.stack = before.clone();
        if filter != self.chosen() {
            self.choose(filter);
        }
        self.trial.pointed = None;
        self.trial.stale = ctx.pointer_latest_pos();
        if before != self.stack {
            let tried = self.stack.clone();
            self.trial.stepped = Some(Stepped { before, tried, filter });
        }
    }

    /// What is tried by key stays.
    pub(super) fn keep_trial(&mut self) {
        self.trial = Trial::default();
    }

    /// Back to what was before.
    pub(super) fn end_trial(&mut self, ctx: &Context) {
        self.trial.pointed = None;
        self.trial.stale = ctx.pointer_latest_pos();
        if let Some(stepped) = self.trial.stepped.take()
            && stepped.tried == self.stack
        {
            self.stack = stepped.before;
        }
    }

    /// Enter and Escape, while something is tried.
    pub(super) fn trial_keys(&mut self, ctx: &Context) {
        if !self.trial.is_on() || self.dialog.is_some() || ctx.egui_wants_keyboard_input() {
            return;
        }
        let pressed = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Escape) {
            self.end_trial(ctx);
        } else if self.trial.stepped.is_some() && pressed(Key::Enter) {
            self.keep_trial();
        }
    }
}
