//! What the threads tell.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{Context, TextureOptions};

use super::reader::News;
use super::run::{End, Run};
use super::{Learn, name, strings};

/// How often the clock of a run is drawn.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

impl Learn {
    /// Takes all that was told meanwhile, and returns the filters that were learned.
    pub fn hear(&mut self, ctx: &Context) -> Vec<PathBuf> {
        for index in 0..self.readers.len() {
            while let Some(news) = self.readers[index].next() {
                self.take_news(ctx, index, news);
            }
        }
        self.readers.retain(|reader| !reader.is_done());
        let newest = self.run.as_ref().and_then(Run::shown).map(|it| Arc::clone(&it.operator));
        if let Some(looking) = &mut self.looking {
            looking.follow(newest.as_ref(), ctx);
        }
        let worst = self.run.as_mut().and_then(|run| run.worst.as_mut());
        for looking in self.looking.iter_mut().chain(worst) {
            looking.hear(ctx);
        }
        let mut learned = Vec::new();
        if let Some(run) = &mut self.run {
            while let Some(news) = run.next() {
                run.take(news, ctx);
                match &run.end {
                    Some(End::Learned { .. }) => learned.push(run.file.clone()),
                    Some(End::Failed(_) | End::Cancelled) | None => {}
                }
            }
            if run.end == Some(End::Cancelled) {
                self.run = None;
            }
        }
        if self.is_learning() {
            ctx.request_repaint_after(TICK);
        }
        learned
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
            News::Read(pair, mut reading) => {
                let load = |image| ctx.load_texture("example", image, TextureOptions::LINEAR);
                let thumbnails = std::mem::take(&mut reading.seen).map(|image| image.map(load));
                self.table.take(&pair, *reading, thumbnails);
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
