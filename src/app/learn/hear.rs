//! What the threads tell.

use eframe::egui::{Context, TextureOptions};

use super::reader::News;
use super::{Learn, name, strings};

/// How often the clock of a run is drawn.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

impl Learn {
    /// Takes all that was told meanwhile.
    pub fn hear(&mut self, ctx: &Context) {
        for index in 0..self.readers.len() {
            while let Some(news) = self.readers[index].next() {
                self.take_news(ctx, index, news);
            }
        }
        self.readers.retain(|reader| !reader.is_done());
        let mut has_left_nothing = false;
        if let Some(run) = &mut self.run {
            while let Some(news) = run.next() {
                has_left_nothing |= run.take(news);
            }
        }
        if has_left_nothing {
            self.run = None;
        }
        if self.is_learning() {
            ctx.request_repaint_after(TICK);
        }
    }

    fn take_news(&mut self, ctx: &Context, reader: usize, news: News) {
        match news {
            News::Comparing(progress) => self.readers[reader].progress = Some(progress),
            News::Paired(pairing) => {
                self.readers[reader].progress = None;
                let unpaired = pairing.unpaired.into_iter().map(|file| file.why);
                self.table.unpaired.extend(unpaired);
                self.table.add(pairing.pairs);
            }
            News::None(sentence) => {
                self.readers[reader].progress = None;
                self.problem = Some(sentence);
            }
            News::Read(pair, status, seen) => {
                let seen = seen.map(|image| {
                    let load = |image| ctx.load_texture("example", image, TextureOptions::LINEAR);
                    image.map(load)
                });
                self.table.take(&pair.before, &pair.after, status, seen);
            }
        }
    }

    /// Proposes a name that is free: the present one with a number behind it.
    pub(super) fn renew_name(&mut self) {
        if let Some(folder) = &self.folder {
            let number = |c: char| c.is_ascii_digit() || c == ' ';
            let base = self.name.trim_end_matches(number).to_owned();
            let base = if base.is_empty() { strings::NEW_NAME } else { &base };
            self.name = name::free(folder, base);
        }
    }
}
