//! The photo's edit as the user builds it: filters one upon the other, each of which can be off.

use std::sync::Arc;

use crate::edit::{Edit, Layer};
use crate::operator::{Operator, Tuning};

/// The filters of a photo, first to last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    /// No filter is the photo as it is.
    pub items: Vec<Item>,
    /// Place of the one that strength and tuning are about; 0 where there is none.
    pub current: usize,
}

/// A filter of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The filter with its strength and tuning.
    pub layer: Layer,
    /// Whether it takes part.
    pub is_on: bool,
}

impl Item {
    /// A filter as it comes, taking part.
    pub fn new(operator: Arc<Operator>) -> Self {
        Self { layer: Layer::new(operator), is_on: true }
    }
}

impl Stack {
    /// One filter, or none.
    pub fn of(operator: Option<Arc<Operator>>) -> Self {
        Self { items: operator.map(Item::new).into_iter().collect(), current: 0 }
    }

    /// What the engine is to do.
    pub fn edit(&self) -> Edit {
        let on = self.items.iter().filter(|item| item.is_on);
        Edit { layers: on.map(|item| item.layer.clone()).collect() }
    }

    /// Place of the current filter in what the engine is to do; None where it takes no part.
    pub fn place_in_edit(&self) -> Option<usize> {
        self.items.get(self.current)?.is_on.then(|| self.on_before())
    }

    /// How many of the filters before the current one take part.
    fn on_before(&self) -> usize {
        self.items.iter().take(self.current).filter(|item| item.is_on).count()
    }

    /// What the engine is to do, and the place in it of the current filter, or of the one nearest to it.
    pub fn edit_at(&self) -> (Edit, usize) {
        let edit = self.edit();
        let at = self.on_before().min(edit.layers.len().saturating_sub(1));
        (edit, at)
    }

    /// The filter that strength and tuning are about.
    pub fn layer(&self) -> Option<&Layer> {
        self.items.get(self.current).map(|item| &item.layer)
    }

    /// The same, to be changed.
    pub fn layer_mut(&mut self) -> Option<&mut Layer> {
        self.items.get_mut(self.current).map(|item| &mut item.layer)
    }

    /// Puts another filter in the place of the current one, or takes that away.
    pub fn choose(&mut self, operator: Option<Arc<Operator>>) {
        match (operator, self.items.get_mut(self.current)) {
            (Some(operator), Some(item)) => {
                // Where it acts is of the photo, not of the filter.
                let mask = item.layer.mask.take();
                *item = Item::new(operator);
                item.layer.mask = mask;
            }
            (Some(operator), None) => self.add(operator),
            (None, _) => self.remove(self.current),
        }
    }

    /// What the engine would do with another filter in the place of the current one, acting where that
    /// acts, and the filter's place among all.
    pub fn with(&self, layer: Layer) -> (Edit, usize) {
        let mut edit = self.edit();
        let mask = self.layer().and_then(|current| current.mask.clone());
        let layer = Layer { mask, ..layer };
        let at = self.on_before();
        match self.place_in_edit() {
            Some(place) => edit.layers[place] = layer,
            None => edit.layers.insert(at, layer),
        }
        (edit, at)
    }

    /// Takes an edit, of whose filters the one at a place is current. What is off stays, unless the edit
    /// has another number of filters than take part here.
    pub fn take(&mut self, (edit, at): (Edit, usize)) {
        let on = |(place, item): (usize, &Item)| item.is_on.then_some(place);
        let places: Vec<usize> = self.items.iter().enumerate().filter_map(on).collect();
        if edit.layers.is_empty() || places.len() != edit.layers.len() {
            *self = Self { current: at, ..Self::from(edit) };
            return;
        }
        self.current = places[at];
        for (place, layer) in places.into_iter().zip(edit.layers) {
            self.items[place].layer = layer;
        }
    }

    /// Puts a filter on top of all.
    pub fn add(&mut self, operator: Arc<Operator>) {
        self.items.push(Item::new(operator));
        self.current = self.items.len() - 1;
    }

    /// Takes a filter away.
    pub fn remove(&mut self, place: usize) {
        if place < self.items.len() {
            self.items.remove(place);
        }
        if self.current > place || self.current >= self.items.len() {
            self.current = self.current.saturating_sub(1);
        }
    }

    /// Exchanges a filter with the one that comes after it; the current one stays current.
    pub fn exchange_with_next(&mut self, place: usize) {
        if place + 1 < self.items.len() {
            self.items.swap(place, place + 1);
            self.current = match self.current {
                at if at == place => place + 1,
                at if at == place + 1 => place,
                at => at,
            };
        }
    }

    /// Sets the tuning of the current filter, if that filter has what it sets.
    pub fn tune(&mut self, tuning: Tuning) {
        if let Some(layer) = self.layer_mut() {
            layer.tune(tuning);
        }
    }
}

impl From<Edit> for Stack {
    /// All of an edit's filters take part; the last one is current.
    fn from(edit: Edit) -> Self {
        let current = edit.layers.len().saturating_sub(1);
        let items = edit.layers.into_iter().map(|layer| Item { layer, is_on: true }).collect();
        Self { items, current }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Variant;

    fn stack() -> Stack {
        let mut stack = Stack::default();
        for seed in 0..3 {
            stack.add(Arc::new(Operator::untrained(Variant::DgfB, seed)));
        }
        stack
    }

    fn titles(stack: &Stack, from: &Stack) -> Vec<usize> {
        let place = |item: &Item| {
            let is_it = |other: &Item| Arc::ptr_eq(&other.layer.operator, &item.layer.operator);
            from.items.iter().position(is_it).unwrap()
        };
        stack.items.iter().map(place).collect()
    }

    #[test]
    fn the_current_filter_stays_current_whatever_moves() {
        let start = stack();
        let mut moved = start.clone();
        moved.exchange_with_next(1);
        assert_eq!((titles(&moved, &start), moved.current), (vec![0, 2, 1], 1));
        moved.exchange_with_next(0);
        assert_eq!((titles(&moved, &start), moved.current), (vec![2, 0, 1], 0));
        moved.exchange_with_next(2);
        assert_eq!(titles(&moved, &start), [2, 0, 1]);
        moved.current = 2;
        moved.remove(0);
        assert_eq!((titles(&moved, &start), moved.current), (vec![0, 1], 1));
        moved.remove(1);
        assert_eq!((titles(&moved, &start), moved.current), (vec![0], 0));
        moved.choose(None);
        assert_eq!(moved, Stack::default());
    }

    #[test]
    fn another_filter_in_the_place_of_the_current_one_acts_where_that_acts() {
        use crate::edit::Mask;
        use crate::edit::mask::Shape;

        let mut stack = stack();
        (stack.items[0].is_on, stack.current) = (false, 1);
        let shape = Shape::Linear { from: [0.5, 0.2], to: [0.5, 0.8] };
        let mask = Some(Arc::new(Mask::of(shape)));
        stack.items[1].layer.mask.clone_from(&mask);
        let other = Layer::new(Arc::new(Operator::untrained(Variant::DgfB, 9)));
        let (edit, at) = stack.with(other.clone());
        assert_eq!((edit.layers.len(), at), (2, 0));
        assert_eq!(edit.layers[0], Layer { mask: mask.clone(), ..other.clone() });
        assert_eq!(edit.layers[1], stack.items[2].layer);
        // What is off is still there afterwards.
        let mut taken = stack.clone();
        taken.take((edit, at));
        assert_eq!((taken.items.len(), taken.current), (3, 1));
        assert!(!taken.items[0].is_on && taken.items[1].layer.mask == mask);

        // A filter that is off is joined by the other one.
        stack.items[1].is_on = false;
        let (edit, at) = stack.with(other.clone());
        assert_eq!((edit.layers.len(), at), (2, 0));
        taken.take((Edit { layers: vec![other] }, 0));
        assert_eq!((taken.items.len(), taken.current), (1, 0));
        taken.take((Edit::default(), 0));
        assert_eq!(taken, Stack::default());
    }

    #[test]
    fn what_is_off_takes_no_part() {
        let mut stack = stack();
        stack.items[1].is_on = false;
        let edit = stack.edit();
        assert_eq!(edit.layers, [stack.items[0].layer.clone(), stack.items[2].layer.clone()]);
    }

    #[test]
    fn a_tuning_that_the_filter_does_not_have_is_not_taken() {
        let mut stack = stack();
        stack.tune(Tuning { scale: Some(2.0), ..Tuning::default() });
        assert_eq!(stack.layer().unwrap().tuning, Tuning::default());
        let wide = Tuning { radius: Some(3), ..Tuning::default() };
        stack.tune(wide);
        assert_eq!(stack.layer().unwrap().tuning, wide);
    }
}
