//! What was done to a photo, step by step, to go back and forth in.

use super::stack::Stack;
use super::strings;

/// Changes of the same thing within this many seconds are one step: a slider that is dragged.
const ONE_STEP: f64 = 1.0;
/// More steps than this are forgotten, the oldest first.
const STEPS_MAX: usize = 200;

/// The steps of a photo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// Oldest first; never empty once a photo is open.
    pub list: Vec<Step>,
    /// The one that is seen.
    pub at: usize,
    /// When the last one was changed, in seconds of the window's clock.
    changed: f64,
}

/// The edit after a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was done.
    pub what: String,
    /// What came of it.
    pub stack: Stack,
}

impl Steps {
    /// A photo that was just opened with an edit.
    pub fn new(stack: &Stack) -> Self {
        Self::restored(
            vec![Step { what: strings::STEP_OPENED.to_owned(), stack: stack.clone() }],
            0,
        )
    }

    /// Steps that were kept with the photo.
    pub fn restored(list: Vec<Step>, at: usize) -> Self {
        Self { at: at.min(list.len().saturating_sub(1)), list, changed: f64::NEG_INFINITY }
    }

    /// Takes note of the edit as it is now; false where it is no other one. What was undone is gone
    /// then.
    pub fn record(&mut self, stack: &Stack, time: f64) -> bool {
        let Some(last) = self.list.get(self.at) else {
            *self = Self::new(stack);
            return true;
        };
        // Which filter is current is no step.
        if last.stack.items == stack.items {
            return false;
        }
        let (what, thing) = strings::step(&last.stack, stack);
        let before = self.at.checked_sub(1).map(|at| &self.list[at].stack);
        let goes_on = time - self.changed < ONE_STEP
            && before.is_some_and(|before| strings::step(before, &last.stack).1 == thing);
        // A step that goes on is from where it began to where it is now.
        let whole = before.map(|before| strings::step(before, stack).0);
        self.list.truncate(self.at + 1);
        self.changed = time;
        if goes_on {
            let what = whole.unwrap_or(what);
            self.list[self.at] = Step { what, stack: stack.clone() };
            return true;
        }
        self.list.push(Step { what, stack: stack.clone() });
        if self.list.len() > STEPS_MAX {
            self.list.remove(0);
        }
        self.at = self.list.len() - 1;
        true
    }

    /// Goes to a step; what is seen then.
    pub fn go_to(&mut self, at: usize) -> Option<Stack> {
        let step = self.list.get(at)?;
        self.at = at;
        self.changed = f64::NEG_INFINITY;
        Some(step.stack.clone())
    }

    /// Goes back (−1) or forth (1).
    pub fn go(&mut self, by: isize) -> Option<Stack> {
        self.go_to(self.at.checked_add_signed(by)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::operator::{Operator, Variant};

    #[test]
    fn steps_go_back_and_forth_and_a_drag_is_one() {
        let mut stack = Stack::default();
        let mut steps = Steps::new(&stack);
        stack.choose(Some(Arc::new(Operator::untrained(Variant::DgfB, 1))));
        steps.record(&stack, 10.0);
        for (i, strength) in [0.9, 0.8, 0.7].into_iter().enumerate() {
            stack.layer_mut().unwrap().strength = strength;
            steps.record(&stack, 11.5 + 0.1 * i as f64);
        }
        assert_eq!(steps.list.len(), 3);
        assert_eq!(steps.list[2].stack.layer().unwrap().strength, 0.7);
        steps.record(&stack, 11.9);
        assert_eq!(steps.list.len(), 3, "nothing new is no step");
        let back = steps.go(-1).unwrap();
        assert_eq!(back.layer().unwrap().strength, 1.0);
        assert!(steps.go(1).unwrap() == stack);
        assert!(steps.go(1).is_none());
        steps.go_to(0);
        assert!(steps.go(-1).is_none());
        stack.layer_mut().unwrap().strength = 0.5;
        steps.record(&stack, 20.0);
        assert_eq!((steps.list.len(), steps.at), (2, 1), "what was undone is gone");
    }
}
