//! Where the panes are: as large as they can be for the photo and the picture area.

use eframe::egui::{Rect, Vec2, pos2};

use super::super::canvas::{Canvas, GAP};
use super::super::comparison::Comparison;
use super::super::theme;
use super::PaneId;

/// Height of a pane's header, in points.
pub const HEADER: f32 = 36.0;

/// Where a pane is.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The pane.
    pub pane: PaneId,
    /// Its header.
    pub header: Rect,
    /// Its picture.
    pub picture: Canvas,
}

/// The places of panes as a grid, for a photo of some width to height. With them the place that is
/// left for one more, if there is one.
pub fn grid(canvas: &Canvas, panes: &[PaneId], aspect: f32) -> (Vec<Cell>, Option<Rect>) {
    // One pane alone leaves the place of a second free: comparing takes two.
    let count = panes.len().max(2);
    let (columns, rows) = columns_and_rows(count, canvas.rect.size(), aspect);
    let tiles = canvas.tiles(columns, rows, GAP);
    let cells = panes.iter().zip(&tiles).map(|(&pane, tile)| cell(pane, tile)).collect();
    (cells, tiles.get(panes.len()).map(|tile| tile.rect))
}

/// The places of two panes that are seen together.
pub fn two(canvas: &Canvas, panes: [PaneId; 2], comparison: Comparison) -> Vec<Cell> {
    if !comparison.overlays() {
        let tiles = canvas.parts(Some(comparison));
        return panes.into_iter().zip(&tiles).map(|(pane, tile)| cell(pane, tile)).collect();
    }
    // Their headers stand beside each other over the one picture.
    let whole = cell(panes[0], canvas);
    let headers = canvas.piece(whole.header).tiles(2, 1, GAP);
    let place = |(pane, header): (PaneId, &Canvas)| Cell { pane, header: header.rect, ..whole };
    panes.into_iter().zip(&headers).map(place).collect()
}

/// The place of one pane alone.
pub fn alone(canvas: &Canvas, pane: PaneId) -> Vec<Cell> {
    vec![cell(pane, canvas)]
}

fn cell(pane: PaneId, tile: &Canvas) -> Cell {
    let rect = tile.rect;
    let edge = tile.snapped(rect.top() + HEADER.min(rect.height() / 2.0));
    let header = Rect { max: pos2(rect.right(), edge), ..rect };
    let picture = tile.piece(Rect { min: pos2(rect.left(), edge), ..rect });
    Cell { pane, header, picture }
}

/// How many columns and rows show the photo largest; of equals, those with fewer places left over.
fn columns_and_rows(count: usize, size: Vec2, aspect: f32) -> (usize, usize) {
    let width_of_photo = |columns: usize| {
        let rows = count.div_ceil(columns);
        let margins = 2.0 * theme::M;
        let width = (size.x - GAP * (columns - 1) as f32) / columns as f32 - margins;
        let height = (size.y - GAP * (rows - 1) as f32) / rows as f32 - HEADER - margins;
        width.min(height * aspect)
    };
    let mut best = (1, f32::NEG_INFINITY, usize::MAX);
    for columns in 1..=count {
        let (width, left) = (width_of_photo(columns), columns * count.div_ceil(columns) - count);
        if width > best.1 + 1.0 || (width > best.1 - 1.0 && left < best.2) {
            best = (columns, width, left);
        }
    }
    (best.0, count.div_ceil(best.0))
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;

    #[test]
    fn panes_are_as_large_as_the_photo_and_the_area_allow() {
        let wide = vec2(1200.0, 700.0);
        assert_eq!(columns_and_rows(2, wide, 1.5), (2, 1));
        assert_eq!(columns_and_rows(2, wide, 5.0), (1, 2));
        assert_eq!(columns_and_rows(2, vec2(500.0, 900.0), 1.5), (1, 2));
        assert_eq!(columns_and_rows(4, wide, 1.5), (2, 2));
        assert_eq!(columns_and_rows(3, wide, 0.6), (3, 1));
        assert_eq!(columns_and_rows(9, wide, 1.5), (3, 3));
        // Places left over are no gain.
        assert_eq!(columns_and_rows(6, wide, 1.5), (3, 2));
    }

    #[test]
    fn an_area_of_no_size_still_has_places() {
        for count in 2..=9 {
            let (columns, rows) = columns_and_rows(count, vec2(0.0, 0.0), 1.0);
            assert!(columns * rows >= count);
        }
    }
}
