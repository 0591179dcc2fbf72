//! The look: neutral greys around the photo, one spacing scale, one type scale.
//!
//! Colour is kept for focus alone, so that nothing beside the photo tints the eye.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, FontFamily, FontId, Frame, Label, Margin, Pos2, Rect,
    Response, RichText, Sense, Stroke, TextStyle, Ui, Vec2, style::HandleShape, vec2,
};

/// Around the photo.
pub const SURROUND: Color32 = Color32::from_gray(48);
/// Panels and bars.
pub const PANEL: Color32 = Color32::from_gray(32);
/// Hairlines between panels.
pub const LINE: Color32 = Color32::from_gray(22);
/// Buttons and slider rails.
pub const RAISED: Color32 = Color32::from_gray(54);
/// The same under the pointer.
pub const HOVER: Color32 = Color32::from_gray(66);
/// The same while pressed.
pub const PRESSED: Color32 = Color32::from_gray(44);
/// What is chosen.
pub const CHOSEN: Color32 = Color32::from_gray(78);
/// Text.
pub const TEXT: Color32 = Color32::from_gray(222);
/// Text that matters less; 5 : 1 on panels.
pub const WEAK: Color32 = Color32::from_gray(160);
/// Text that matters more.
pub const STRONG: Color32 = Color32::from_gray(250);
/// The used part of a slider's rail.
pub const FILLED: Color32 = Color32::from_gray(140);
/// Keyboard focus: the only colour.
pub const FOCUS: Color32 = Color32::from_rgb(126, 172, 230);
/// Behind words that lie on the photo.
pub const VEIL: Color32 = Color32::from_black_alpha(176);

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

/// Sets the look of a window. It is the same whatever the system's theme: a photo needs the dark.
pub fn apply(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    // Ctrl+0 and Ctrl+plus are the photo's, not the interface's.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    ctx.all_styles_mut(|style| {
        style.text_styles = type_scale().into();
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.4;
        spacing(&mut style.spacing);
        visuals(&mut style.visuals);
    });
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

fn visuals(visuals: &mut egui::Visuals) {
    *visuals = egui::Visuals::dark();
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, RAISED);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.extreme_bg_color = LINE;
    visuals.weak_text_color = Some(WEAK);
    visuals.hyperlink_color = TEXT;
    visuals.selection.bg_fill = CHOSEN;
    visuals.selection.stroke = Stroke::new(1.0, STRONG);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.text_cursor.stroke = Stroke::new(1.5, STRONG);

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
        widget.fg_stroke = Stroke::new(1.0, TEXT);
        (widget.bg_fill, widget.weak_bg_fill) = (RAISED, RAISED);
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    (widgets.hovered.bg_fill, widgets.hovered.weak_bg_fill) = (HOVER, HOVER);
    widgets.hovered.fg_stroke = Stroke::new(1.0, STRONG);
    (widgets.active.bg_fill, widgets.active.weak_bg_fill) = (PRESSED, PRESSED);
    widgets.active.fg_stroke = Stroke::new(1.0, STRONG);
    // A widget in focus is drawn as active.
    widgets.active.bg_stroke = Stroke::new(1.5, FOCUS);
}

/// A panel's frame.
pub fn panel_frame(margin: Vec2) -> Frame {
    Frame::new().fill(PANEL).inner_margin(Margin::symmetric(margin.x as i8, margin.y as i8))
}

/// A dialog's frame.
pub fn dialog_frame(ui: &egui::Style) -> Frame {
    Frame::window(ui)
}

/// The title of a section.
pub fn section(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).color(STRONG));
}

/// Text that matters less.
pub fn weak(text: impl Into<String>) -> RichText {
    RichText::new(text).small().color(WEAK)
}

/// The button that a dialog is for: light, so that it stands out without colour.
pub fn primary(text: &str) -> egui::Button<'_> {
    egui::Button::new(RichText::new(text).color(LINE)).fill(TEXT)
}

/// Size of a word on the photo with its ground.
pub fn pill_size(ui: &Ui, text: &str) -> Vec2 {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, STRONG);
    galley.size() + 2.0 * vec2(10.0, XS)
}

/// A word on the photo, on a dark ground; of a long one the end is left out. `anchor` says which
/// part of it lies at `position`.
pub fn pill(ui: &mut Ui, anchor: Align2, position: Pos2, width_max: f32, text: &str) {
    let size = pill_size(ui, text).min(vec2(width_max, f32::INFINITY));
    let rect = anchor.anchor_size(position, size);
    ui.painter().rect_filled(rect, PILL_CORNER, VEIL);
    words_at(ui, rect, text);
}

/// A word in a bar, on a ground of its own.
pub fn chip(ui: &mut Ui, text: &str) -> Response {
    let (rect, _) = ui.allocate_exact_size(pill_size(ui, text), Sense::hover());
    ui.painter().rect_filled(rect, PILL_CORNER, RAISED);
    words_at(ui, rect, text)
}

/// A small line of light text in the middle of a rectangle, readable by a screen reader.
pub fn words_at(ui: &mut Ui, rect: Rect, text: &str) -> Response {
    let label = Label::new(RichText::new(text).small().color(STRONG)).truncate();
    ui.put(rect.shrink2(vec2(XS, 0.0)), label)
}
