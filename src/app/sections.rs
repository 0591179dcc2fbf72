//! Sections that can be folded. Which are open is kept with the window, for the next time.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{CollapsingHeader, CollapsingResponse, Context, Id, RichText, Ui, UiBuilder};

/// Names of the open sections.
#[derive(Clone, Default)]
struct Open(Arc<BTreeSet<String>>);

/// Which sections are open.
pub fn open(ctx: &Context) -> BTreeSet<String> {
    let open: Open = ctx.data(|data| data.get_temp(Id::NULL)).unwrap_or_default();
    BTreeSet::clone(&open.0)
}

/// These are open, as they were the last time.
pub fn restore(ctx: &Context, open: BTreeSet<String>) {
    ctx.data_mut(|data| data.insert_temp(Id::NULL, Open(Arc::new(open))));
}

/// A section that can be folded; `name` is what it is kept by.
pub fn show(
    ui: &mut Ui,
    name: &str,
    title: &str,
    contents: impl FnOnce(&mut Ui),
) -> CollapsingResponse<()> {
    let was_open = open(ui.ctx()).contains(name);
    let header = CollapsingHeader::new(RichText::new(title).strong()).default_open(was_open);
    // The same in every workspace: what is open in one is open in the other.
    let place = UiBuilder::new().scope_id(Id::unique(("section", name)));
    let shown = ui.scope_builder(place, |ui| header.show_unindented(ui, contents)).inner;
    // Clicked: it moves there, a frame at a time.
    if shown.header_response.clicked() {
        let mut now = open(ui.ctx());
        if !now.remove(name) {
            now.insert(name.to_owned());
        }
        restore(ui.ctx(), now);
    }
    shown
}
