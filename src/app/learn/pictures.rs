//! Small pictures of what can be dropped.

use eframe::egui::{
    Color32, CornerRadius, Painter, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};

use crate::app::theme;

/// Size of a picture.
pub const SIZE: Vec2 = vec2(64.0, 40.0);

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Two folders.
    TwoFolders,
    /// A folder with photos and edits.
    OneFolder,
    /// A photo and its edit.
    TwoFiles,
}

impl Picture {
    /// All of them, in the order of the words.
    pub const ALL: [Self; 3] = [Self::TwoFolders, Self::OneFolder, Self::TwoFiles];

    /// Draws it.
    pub fn paint(self, ui: &Ui, rect: Rect) {
        let (painter, colors) = (ui.painter(), theme::of(ui));
        let at = |x: f32, y: f32, width: f32, height: f32| {
            Rect::from_min_size(rect.min + vec2(x, y), vec2(width, height))
        };
        match self {
            Self::TwoFolders => {
                folder(painter, at(2.0, 8.0, 27.0, 24.0), colors.chosen);
                folder(painter, at(35.0, 8.0, 27.0, 24.0), colors.filled);
            }
            Self::OneFolder => {
                folder(painter, at(10.0, 4.0, 44.0, 32.0), colors.chosen);
                photo(painter, at(16.0, 16.0, 15.0, 14.0), colors.raised, colors.text);
                photo(painter, at(33.0, 16.0, 15.0, 14.0), colors.filled, colors.text);
            }
            Self::TwoFiles => {
                photo(painter, at(10.0, 4.0, 32.0, 24.0), colors.chosen, colors.text);
                photo(painter, at(22.0, 12.0, 32.0, 24.0), colors.filled, colors.text);
            }
        }
    }
}

fn folder(painter: &Painter, rect: Rect, fill: Color32) {
    let tab = Rect::from_min_size(rect.min, vec2(rect.width() * 0.45, 8.0));
    painter.rect_filled(tab, CornerRadius::same(2), fill);
    let body = Rect::from_min_max(pos2(rect.left(), rect.top() + 4.0), rect.max);
    painter.rect_filled(body, CornerRadius::same(3), fill);
}

/// A frame with hills in it.
fn photo(painter: &Painter, rect: Rect, fill: Color32, line: Color32) {
    painter.rect_filled(rect, CornerRadius::same(2), fill);
    let stroke = Stroke::new(1.0, line);
    painter.rect_stroke(rect, CornerRadius::same(2), stroke, StrokeKind::Inside);
    let at = |x: f32, y: f32| pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    let hills = [at(0.12, 0.8), at(0.38, 0.4), at(0.58, 0.65), at(0.72, 0.5), at(0.88, 0.8)];
    painter.line(hills.to_vec(), stroke);
}
