//! The exact view: the export, scaled to the screen.
//!
//! [`super::view`] filters what a screen pixel covers once it is mixed. Here every pixel of the photo
//! that is visible is rendered as an export renders it, rounded to the photo's own codes, and what a
//! screen pixel covers is mixed of these ([`Span::of_view`]). That takes longer, so it is done a few
//! rows at a time.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::pixels::part;
use super::{Source, Span};
use crate::edit::View;
use crate::kernel::codes;
use crate::kernel::render::Stage;
use crate::photo::{Image, Pixels};

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
                    mix_row(image, corner, row, spans[1], has_alpha, &mut out[screen.clone()]);
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

/// The spans that are on the photo, and the pixels that they are mixed from.
fn visible(spans: &[Span]) -> [Range<usize>; 2] {
    let is_on = |span: &Span| !span.weights.is_empty();
    match (spans.iter().position(is_on), spans.iter().rposition(is_on)) {
        (Some(first), Some(last)) => {
            [first..last + 1, spans[first].first..spans[last].pixels().end]
        }
        _ => [0..0, 0..0],
    }
}

/// One row of the screen. `image` begins at row and column `corner` of the photo.
fn mix_row(
    image: &Image,
    corner: [usize; 2],
    row: &Span,
    columns: &[Span],
    has_alpha: bool,
    out: &mut [[u8; 4]],
) {
    let [_, pixels] = visible(columns);
    let (first, len) = (pixels.start, pixels.len());
    if row.weights.is_empty() || len == 0 {
        return;
    }
    let mut line = [0, 1, 2, 3].map(|_| vec![0.0_f32; len]);
    let mut sums = line.clone();
    for (y, weight) in row.pixels().zip(&row.weights) {
        let start = (y - corner[0]) * image.width + first - corner[1];
        let [r, g, b, alpha] = &mut line;
        codes::unpack(image, start, [r, g, b]);
        if has_alpha {
            for (x, alpha) in alpha.iter_mut().enumerate() {
                *alpha = match &image.pixels {
                    Pixels::Eight(pixels) => f32::from(pixels[start + x][3]) / 255.0,
                    Pixels::Sixteen(pixels) => f32::from(pixels[start + x][3]) / 65535.0,
                };
            }
        }
        for (sums, line) in sums.iter_mut().zip(&line).take(if has_alpha { 4 } else { 3 }) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        }
    }
    for (pixel, column) in out.iter_mut().zip(columns) {
        let from = column.first - first..column.pixels().end - first;
        let mixed = |sums: &[f32]| -> f32 {
            sums[from.clone()].iter().zip(&column.weights).map(|(sum, weight)| sum * weight).sum()
        };
        let alpha = if has_alpha { mixed(&sums[3]) } else { 1.0 };
        let code = |sums: &[f32]| (mixed(sums).clamp(0.0, 1.0) * alpha * 255.0 + 0.5) as u8;
        *pixel = [code(&sums[0]), code(&sums[1]), code(&sums[2]), (alpha * 255.0 + 0.5) as u8];
    }
}
