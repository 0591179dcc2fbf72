//! An edit's picture strip by strip, as encoders ask for it.

use std::ops::Range;

use super::{Image, PhotoError};

/// Pixels that are rendered and held at once: 8 or 16 MiB.
const STRIP_PIXELS: usize = 1 << 21;

/// The strips of a picture, top to bottom.
pub(super) struct Strips<'a> {
    render: &'a mut dyn FnMut(Range<usize>) -> Result<Image, PhotoError>,
    width: usize,
    height: usize,
    rows: usize,
    next: usize,
}

impl<'a> Strips<'a> {
    pub(super) fn new(
        width: usize,
        height: usize,
        render: &'a mut dyn FnMut(Range<usize>) -> Result<Image, PhotoError>,
    ) -> Self {
        // Whole rows of JPEG blocks.
        let rows = (STRIP_PIXELS / width).max(1).next_multiple_of(16);
        Self { render, width, height, rows, next: 0 }
    }

    /// The next strip and its first row; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Image)>, PhotoError> {
        if self.next == self.height {
            return Ok(None);
        }
        let range = self.next..(self.next + self.rows).min(self.height);
        let top = range.start;
        let count = range.len();
        let image = (self.render)(range)?;
        if (image.width, image.height) != (self.width, count) {
            let reason = format!(
                "a strip of {}x{count} pixels came as {}x{}",
                self.width, image.width, image.height
            );
            return Err(PhotoError::Render { reason });
        }
        self.next += count;
        Ok(Some((top, image)))
    }
}
