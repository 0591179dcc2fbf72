//! The look: neutral greys around the photo in a dark and a light theme, one spacing scale, one type
//! scale, one set of icons.

mod colors;
mod icons;
mod system_fonts;

use eframe::egui::{
    self, Align2, CornerRadius, FontDefinitions, FontFamily, FontId, Frame, Label, Margin, Pos2,
    Rect, Response, RichText, Sense, Stroke, TextStyle, Theme, Ui, Vec2, style::HandleShape, vec2,
};

use colors::{DARK, LIGHT};
pub use colors::{ON_PHOTO, Palette, VEIL, of};
pub use icons::{Icon, icon, icon_button, icon_mark, paint_icon};
pub use system_fonts::SystemFonts;

/// The spacing scale, in points.
pub const XS: f32 = 4.0;
pub const S: f32 = 8.0;
pub const M: f32 = 16.0;
pub const L: f32 = 24.0;

/// Height of what can be clicked.
pub const CONTROL: f32 = 28.0;
/// Corners of words with a ground of their own: round ends.
const PILL_CORNER: CornerRadius = CornerRadius::same(13);
/// Corners of what can be clicked.
pub const CORNER: u8 = 5;

/// Sets the look of a window, in both themes.
pub fn apply(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    icons::add(&mut fonts);
    ctx.set_fonts(fonts);
    // Ctrl+0 and Ctrl+plus are the photo's, not the interface's.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    for (theme, palette) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = type_scale().into();
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.4;
            spacing(&mut style.spacing);
            style.visuals = theme.default_visuals();
            visuals(&mut style.visuals, palette);
        });
    }
}

/// Whether there is a font for all letters of a text, among those of the system too.
pub fn can_write(ctx: &egui::Context, text: &str) -> bool {
    let font = FontId::new(14.0, FontFamily::Proportional);
    let mut letters = text.chars().filter(|letter| letter.is_alphanumeric());
    ctx.fonts_mut(|fonts| letters.all(|letter| fonts.has_glyph(&font, letter)))
}

fn type_scale() -> [(TextStyle, FontId); 5] {
    use FontFamily::{Monospace, Proportional};
    [
        (TextStyle::Small, FontId::new(13.0, Proportional)),
        (TextStyle::Body, FontId::new(14.0, Proportional)),
        (TextStyle::Button, FontId::new(14.0, Proportional)),
        (TextStyle::Heading, FontId::new(18.0, Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, Monospace)),
    ]
}

fn spacing(spacing: &mut egui::Spacing) {
    spacing.item_spacing = vec2(S, S);
    spacing.button_padding = vec2(12.0, XS);
    spacing.interact_size = vec2(40.0, CONTROL);
    spacing.window_margin = Margin::same(L as i8);
    spacing.menu_margin = Margin::same(S as i8);
    // Scroll bars have room of their own: nothing that can be clicked lies under them.
    spacing.scroll.floating_allocated_width = S;
    spacing.slider_rail_height = 4.0;
    spacing.tooltip_width = 320.0;
}

fn visuals(visuals: &mut egui::Visuals, palette: &Palette) {
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.raised);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.extreme_bg_color = palette.field;
    visuals.weak_text_color = Some(palette.weak);
    visuals.hyperlink_color = palette.text;
    visuals.selection.bg_fill = palette.chosen;
    visuals.selection.stroke = Stroke::new(1.0, palette.strong);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.strong);

    let widgets = &mut visuals.widgets;
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(CORNER);
        widget.expansion = 0.0;
        widget.bg_stroke = Stroke::NONE;
        widget.fg_stroke = Stroke::new(1.0, palette.text);
        (widget.bg_fill, widget.weak_bg_fill) = (palette.raised, palette.raised);
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    (widgets.hovered.bg_fill, widgets.hovered.weak_bg_fill) = (palette.hover, palette.hover);
    widgets.hovered.fg_stroke = Stroke::new(1.0, palette.strong);
    (widgets.active.bg_fill, widgets.active.weak_bg_fill) = (palette.pressed, palette.pressed);
    widgets.active.fg_stroke = Stroke::new(1.0, palette.strong);
    // A widget in focus is drawn as active.
    widgets.active.bg_stroke = Stroke::new(1.5, palette.focus);
}

/// A panel's frame.
pub fn panel_frame(ui: &Ui, margin: Vec2) -> Frame {
    Frame::new().fill(of(ui).panel).inner_margin(Margin::symmetric(margin.x as i8, margin.y as i8))
}

/// A dialog's frame.
pub fn dialog_frame(ui: &egui::Style) -> Frame {
    Frame::window(ui)
}

/// The title of a section.
pub fn section(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).strong());
}

/// Text that matters less.
pub fn weak(text: impl Into<String>) -> RichText {
    RichText::new(text).small().weak()
}

/// Whether a slider was clicked twice: those of egui know of drags alone.
pub fn is_clicked_twice(slider: &Response) -> bool {
    slider.interact(Sense::click()).double_clicked()
}

/// The button that a dialog is for: of the colour of text, so that it stands out without colour.
pub fn primary<'a>(ui: &Ui, text: &'a str) -> egui::Button<'a> {
    egui::Button::new(RichText::new(text).color(of(ui).inverse)).fill(of(ui).text)
}

/// Size of a word on the photo with its ground.
pub fn pill_size(ui: &Ui, text: &str) -> Vec2 {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ON_PHOTO);
    galley.size() + 2.0 * vec2(10.0, XS)
}

/// A word on the photo, on a dark ground; of a long one the end is left out. `anchor` says which
/// part of it lies at `position`.
pub fn pill(ui: &mut Ui, anchor: Align2, position: Pos2, width_max: f32, text: &str) {
    let size = pill_size(ui, text).min(vec2(width_max, f32::INFINITY));
    let rect = anchor.anchor_size(position, size);
    ui.painter().rect_filled(rect, PILL_CORNER, VEIL);
    small_line(ui, rect, RichText::new(text).color(ON_PHOTO));
}

/// A word in a bar, on a ground of its own.
pub fn chip(ui: &mut Ui, text: &str) -> Response {
    let (rect, _) = ui.allocate_exact_size(pill_size(ui, text), Sense::hover());
    ui.painter().rect_filled(rect, PILL_CORNER, of(ui).raised);
    words_at(ui, rect, text)
}

/// A small line of text in the middle of a rectangle, readable by a screen reader.
pub fn words_at(ui: &mut Ui, rect: Rect, text: &str) -> Response {
    small_line(ui, rect, RichText::new(text).strong())
}

fn small_line(ui: &mut Ui, rect: Rect, text: RichText) -> Response {
    ui.put(rect.shrink2(vec2(XS, 0.0)), Label::new(text.small()).truncate())
}
