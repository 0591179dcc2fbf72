//! The X-ray: what is inside the current filter, as small pictures, and large on the photo.

use eframe::egui::{
    Button, ColorImage, Context, Grid, Image, TextureHandle, TextureOptions, Ui, vec2,
};

use super::strings::xray as strings;
use super::{sections, theme};
use crate::render::{Inside, Sheet};

/// Thumbnails beside each other.
const COLUMNS: usize = 2;

/// The sheets of the filter that was looked into last.
#[derive(Default)]
pub struct Xray {
    /// Whether somebody sees them.
    pub is_open: bool,
    sheets: Vec<(Inside, TextureHandle)>,
    large: Option<Inside>,
}

/// What the user asks for here.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// The section is open, or folded.
    Open(bool),
    /// One of them large on the photo, or no longer.
    Enlarge(Inside),
    /// The photo again.
    Reduce,
}

impl Xray {
    /// Takes the sheets of a filter.
    pub fn take(&mut self, ctx: &Context, sheets: &[Sheet]) {
        let texture = |sheet: &Sheet| {
            let image =
                ColorImage::from_rgba_premultiplied(sheet.size, sheet.pixels.as_flattened());
            (sheet.of, ctx.load_texture("x-ray", image, TextureOptions::LINEAR))
        };
        self.sheets = sheets.iter().map(texture).collect();
    }

    /// Another photo or filter: what is known is of the one before.
    pub fn clear(&mut self) {
        self.sheets.clear();
    }

    /// The sheet that is large on the photo, with its name.
    pub fn large(&self) -> Option<(&TextureHandle, &'static str)> {
        let large = self.large.filter(|_| self.is_open)?;
        let (of, texture) = self.sheets.iter().find(|(of, _)| *of == large)?;
        Some((texture, strings::name(*of)))
    }

    /// Does what was asked for.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::Open(is_open) => self.is_open = is_open,
            Action::Enlarge(of) => self.large = (self.large != Some(of)).then_some(of),
            Action::Reduce => self.large = None,
        }
    }
}

/// Shows them, folded until the section is opened. `is_on` says whether the filter takes part.
pub fn show(ui: &mut Ui, xray: &Xray, is_on: bool, actions: &mut Vec<super::Action>) {
    let section = sections::show(ui, "x-ray", strings::XRAY, |ui| {
        if !is_on {
            ui.label(theme::weak(strings::OFF));
        } else if xray.sheets.is_empty() {
            ui.label(theme::weak(strings::LOOKING));
        } else {
            sheets(ui, xray, actions);
        }
    });
    section.header_response.on_hover_text(strings::XRAY_TIP);
    let is_open = section.openness > 0.0;
    if is_open != xray.is_open {
        actions.push(super::Action::Xray(Action::Open(is_open)));
    }
}

fn sheets(ui: &mut Ui, xray: &Xray, actions: &mut Vec<super::Action>) {
    let gap = theme::S;
    let width = (ui.available_width() - gap) / COLUMNS as f32;
    ui.spacing_mut().button_padding = vec2(2.0, 2.0);
    let grid = Grid::new("x-ray sheets").num_columns(COLUMNS).spacing(vec2(gap, theme::XS));
    grid.show(ui, |ui| {
        for row in xray.sheets.chunks(COLUMNS) {
            for (of, texture) in row {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    let size = texture.size_vec2();
                    let inner = width - 4.0;
                    let image =
                        Image::new(texture).fit_to_exact_size(vec2(inner, inner * size.y / size.x));
                    let is_large = xray.large == Some(*of);
                    let button = ui.add(Button::image(image).selected(is_large));
                    let words = format!("{}. {}", strings::tip(*of), strings::LARGE_TIP);
                    if button.on_hover_text(words).accessible_name(strings::name(*of)).clicked() {
                        actions.push(super::Action::Xray(Action::Enlarge(*of)));
                    }
                    ui.label(theme::weak(strings::name(*of)));
                });
            }
            ui.end_row();
        }
    });
}
