//! The exact view: the export, scaled to the screen.
//!
//! [`super::view`] filters what a screen pixel covers once it is mixed. Here every pixel of the photo
//! that is visible is rendered as an export renders it, rounded to the photo's own codes, and what a
//! screen pixel covers is mixed of these ([`Span::of_view`]). That takes longer, so it is done a few
//! rows at a time.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::mix::{mix_row, visible};
use super::pixels::part;
use super::{Source, Span};
use crate::edit::View;
use crate::kernel::render::Stage;
use crate::photo::Image;

/// An exact view in the making: the photo itself, and what stages make of it.
#[derive(Debug)]
pub struct Exact {
    source: Arc<Source>,
    stages: Vec<Stage>,
    rows: Vec<Span>,
    columns: Vec<Span>,
    /// Screen columns and columns of the photo that are visible.
    across: [Range<usize>; 2],
    /// The next row of the screen.
    next: usize,
    before: Vec<[u8; 4]>,
    after: Vec<[u8; 4]>,
}

/// Pixels of the photo that are rendered at once: a few milliseconds of work.
const PIXELS: usize = 1 << 19;

impl Exact {
    /// Nothing is rendered yet.
    pub fn new(source: Arc<Source>, stages: Vec<Stage>, view: &View) -> Self {
        let (width, height) = (source.image().width, source.image().height);
        let [rows, columns] = Span::of_view(view, width, height);
        let area = rows.len() * columns.len();
        let [before, after] = [(); 2].map(|()| vec![[0; 4]; area]);
        let across = visible(&columns);
        Self { source, stages, rows, columns, across, next: 0, before, after }
    }

    /// Renders the next rows; true once there are none left.
    pub fn advance(&mut self) -> bool {
        let [screen, columns] = self.across.clone();
        let start = self.next;
        let mut lines = 0;
        while self.next < self.rows.len() && (lines == 0 || lines * columns.len() < PIXELS) {
            lines += self.rows[self.next].weights.len();
            self.next += 1;
        }
        let spans = &self.rows[start..self.next];
        let [_, rows] = visible(spans);
        if !rows.is_empty() && !columns.is_empty() {
            let width = self.columns.len();
            let has_alpha = self.source.photo().has_alpha;
            let spans = [spans, &self.columns[screen.clone()]];
            let corner = [rows.start, columns.start];
            let mix = |image: &Image, corner: [usize; 2], out: &mut [[u8; 4]]| {
                let out = out[start * width..self.next * width].par_chunks_exact_mut(width);
                out.zip(spans[0]).for_each(|(out, row)| {
                    let out = &mut out[screen.clone()];
                    mix_row(image, corner, row, spans[1], has_alpha, |place, color, alpha| {
                        let code = |v: f32| (v.clamp(0.0, 1.0) * alpha * 255.0 + 0.5) as u8;
                        let [r, g, b] = color.map(code);
                        out[place] = [r, g, b, (alpha * 255.0 + 0.5) as u8];
                    });
                });
            };
            mix(self.source.image(), [0, 0], &mut self.before);
            if !self.stages.is_empty() {
                let rendered = part(&self.source, &self.stages, rows, columns);
                mix(&rendered, corner, &mut self.after);
            }
        }
        self.next == self.rows.len()
    }

    /// The photo itself and what the stages make of it, as [`super::view`] packs them.
    pub fn pictures(self) -> [Arc<[[u8; 4]]>; 2] {
        let before: Arc<[[u8; 4]]> = self.before.into();
        let after = if self.stages.is_empty() { Arc::clone(&before) } else { self.after.into() };
        [before, after]
    }
}
