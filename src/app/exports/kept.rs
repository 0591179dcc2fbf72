//! Exports that are not over, kept in the state folder: those that wait, are being written or failed
//! are there again at the next start, however this one ends. Their filters lie beside the list, by
//! their hashes, so that what was ordered is what is written, whatever becomes of the library.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::SystemTime;

use eframe::egui::Context;
use serde::{Deserialize, Serialize};

use super::queue::{Order, Queue, State};
use crate::app::memory::{FORMAT, Memory};
use crate::app::strings::export as words;
use crate::app::writer::Writer;
use crate::atomic;
use crate::edit::{Edit, FilterRecord};
use crate::engine::{BUNDLED_NAME, Exported};
use crate::operator::{self, Operator, OperatorError};
use crate::photo::ExportOptions;

/// The list, inside its folder.
const LIST: &str = "queue.json";

/// The list as it is kept.
#[derive(Serialize, Deserialize)]
struct SavedQueue {
    format: u32,
    exports: Vec<SavedExport>,
}

/// An export as it is kept.
#[derive(Serialize, Deserialize)]
struct SavedExport {
    /// The photo's file; None for the photo that comes with the program.
    photo: Option<PathBuf>,
    filters: Vec<FilterRecord>,
    target: PathBuf,
    options: ExportOptions,
    /// Whether an existing file may be replaced.
    replace: bool,
    /// Why it failed; None where it is still to be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

/// An export that is not over.
struct Unfinished {
    photo: Option<PathBuf>,
    edit: Edit,
    target: PathBuf,
    options: ExportOptions,
    failed: Option<String>,
}

impl Unfinished {
    fn of(order: &Order, state: &State) -> Option<Self> {
        let failed = match state {
            State::Waiting | State::Running(_) => None,
            State::Failed { sentence, .. } => Some(sentence.clone()),
            State::Saved | State::Cancelled => return None,
        };
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let photo = match &order.photo {
            Exported::Bundled => None,
            Exported::Open(photo) if is_bundled(&photo.path) => None,
            Exported::Open(photo) => Some(absolute(&photo.path)),
            Exported::File(path) => Some(absolute(path)),
        };
        Some(Self {
            photo,
            edit: order.edit.clone(),
            target: absolute(&order.target),
            options: order.options,
            failed,
        })
    }
}

fn is_bundled(path: &Path) -> bool {
    path == Path::new(BUNDLED_NAME) && !path.is_file()
}

/// Keeps a queue. Dropping it waits until the last state is on the disk.
pub struct Keeper {
    /// The queue's changes that were sent to be written.
    seen: u64,
    writer: Writer<Vec<Unfinished>>,
    /// Why a queue could not be kept.
    failures: Receiver<String>,
    has_failed: bool,
}

impl Keeper {
    /// Keeps a queue from now on.
    pub fn start(memory: Memory, ctx: &Context) -> Self {
        let (sender, failures) = mpsc::channel();
        let ctx = ctx.clone();
        let writer = Writer::start("exports", move |list: Vec<Unfinished>| {
            if let Err(reason) = write(&memory, &list) {
                drop(sender.send(reason));
                ctx.request_repaint();
            }
        });
        Self { seen: 0, writer, failures, has_failed: false }
    }

    /// Keeps the queue where it has changed; the reason, once, where it could not be kept.
    pub fn keep(&mut self, queue: &Queue) -> Option<String> {
        if self.seen != queue.changes() {
            self.seen = queue.changes();
            self.writer
                .write(queue.orders().filter_map(|(it, at)| Unfinished::of(it, at)).collect());
        }
        let reason = self.failures.try_recv().ok()?;
        (!std::mem::replace(&mut self.has_failed, true)).then_some(reason)
    }
}

/// Writes the list, then removes the filters that are no longer needed.
fn write(memory: &Memory, list: &[Unfinished]) -> Result<(), String> {
    let folder = memory.exports();
    let file = folder.join(LIST);
    if list.is_empty() {
        return match fs::remove_dir_all(&folder) {
            Err(error) if folder.exists() => Err(error.to_string()),
            _ => Ok(()),
        };
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut needed = BTreeSet::new();
    let mut exports = Vec::new();
    for Unfinished { photo, edit, target, options, failed } in list {
        let mut filters = Vec::new();
        for layer in &edit.layers {
            let record = FilterRecord::of(layer);
            let file = filter_file(&folder, &record.sha256);
            if needed.insert(file.clone()) && !file.exists() {
                operator::write(&layer.operator, &file, false)
                    .map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
            }
            filters.push(record);
        }
        exports.push(SavedExport {
            photo: photo.clone(),
            filters,
            target: target.clone(),
            options: *options,
            replace: options.overwrite,
            failed: failed.clone(),
        });
    }
    memory.write(&file, &SavedQueue { format: FORMAT, exports })?;
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "safetensors") && !needed.contains(&path) {
            // What stays is removed the next time.
            drop(fs::remove_file(path));
        }
    }
    Ok(())
}

fn filter_file(folder: &Path, sha256: &str) -> PathBuf {
    folder.join(sha256).with_extension("safetensors")
}

/// What was kept: each export with its state, and a sentence for each that cannot be taken up again.
/// What killed writers left beside the targets is removed.
pub fn restore(memory: &Memory) -> (Vec<(Order, State)>, Vec<String>) {
    let folder = memory.exports();
    let since = modified(&folder.join(LIST));
    let saved = memory.read::<SavedQueue>(&folder.join(LIST));
    let saved = saved.filter(|saved| saved.format == FORMAT);
    let (mut restored, mut problems) = (Vec::new(), Vec::new());
    let mut filters = HashMap::new();
    let mut folders = BTreeSet::new();
    for export in saved.into_iter().flat_map(|saved| saved.exports) {
        folders.extend(export.target.parent().map(Path::to_owned));
        let target = export.target.clone();
        match export.order(&folder, since, &mut filters) {
            Ok(order) => restored.push(order),
            Err(reason) => problems.push(words::not_restored(&target, &reason)),
        }
    }
    folders.iter().for_each(|folder| atomic::sweep(folder));
    (restored, problems)
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

impl SavedExport {
    /// What is to be written, and where it stands. `since` is when that was noted last.
    fn order(
        self,
        folder: &Path,
        since: Option<SystemTime>,
        filters: &mut HashMap<String, Arc<Operator>>,
    ) -> Result<(Order, State), String> {
        let mut layers = Vec::new();
        for record in &self.filters {
            let operator = match filters.get(&record.sha256) {
                Some(operator) => Arc::clone(operator),
                None => {
                    let operator = filter(folder, record)?;
                    filters.insert(record.sha256.clone(), Arc::clone(&operator));
                    operator
                }
            };
            let reason = |error: OperatorError| error.to_string().trim_end_matches('.').to_owned();
            layers.push(record.layer(operator).map_err(reason)?);
        }
        let state = match self.failed {
            Some(sentence) => State::Failed { sentence, exists: self.target.exists() },
            // It was completed, and the process ended before it could note that.
            None if since.is_some() && modified(&self.target) >= since => State::Saved,
            None => State::Waiting,
        };
        let photo = self.photo.map_or(Exported::Bundled, Exported::File);
        let options = ExportOptions { overwrite: self.replace, ..self.options };
        Ok((Order { photo, edit: Edit { layers }, target: self.target, options }, state))
    }
}

/// The filter that an export was ordered with.
fn filter(folder: &Path, record: &FilterRecord) -> Result<Arc<Operator>, String> {
    let is_name = record.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let operator = operator::read(&filter_file(folder, &record.sha256));
    let operator = operator.ok().filter(|it| is_name && it.sha256() == record.sha256);
    operator.map(Arc::new).ok_or_else(|| words::filter_lost(&record.filter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{Balance, Layer};
    use crate::engine::Ticket;
    use crate::operator::{Library, Tuning};

    /// Four exports: saved, failed, being written and waiting.
    fn queue(folder: &Path) -> Queue {
        let library = Library::load_from(None);
        let mut layer = Layer::new(Arc::clone(&library.entries[0].operator));
        layer.strength = 0.35;
        layer.balance = Balance { tone: 0.4, detail: 1.3 };
        layer.tuning = Tuning { scale: Some(2.0), ..Tuning::default() };
        let other = Layer::new(Arc::clone(&library.entries[6].operator));
        let mut queue = Queue::default();
        for (at, layers) in [vec![], vec![layer.clone()], vec![layer, other.clone()], vec![other]]
            .into_iter()
            .enumerate()
        {
            queue.add(Order {
                photo: if at == 3 {
                    Exported::Bundled
                } else {
                    Exported::File(folder.join("a.jpg"))
                },
                edit: Edit { layers },
                target: folder.join(format!("{at}.png")),
                options: ExportOptions {
                    overwrite: at == 2,
                    quality: 71,
                    ..ExportOptions::DEFAULT
                },
            });
        }
        let failed = State::Failed { sentence: "No.".to_owned(), exists: false };
        for (ticket, state) in [(1, State::Saved), (2, failed)] {
            queue.start(|| Ticket(ticket));
            queue.end(Ticket(ticket), state);
        }
        queue.start(|| Ticket(3));
        queue
    }

    fn keep(memory: &Memory, queue: &Queue) {
        let list: Vec<_> =
            queue.orders().filter_map(|(order, state)| Unfinished::of(order, state)).collect();
        write(memory, &list).unwrap();
    }

    #[test]
    fn what_is_not_over_comes_back_as_it_was_ordered() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().join("state"));
        assert!(restore(&memory).0.is_empty());
        let mut queue = queue(folder.path());
        keep(&memory, &queue);
        let filters = || memory.exports().read_dir().unwrap().count() - 1;
        assert_eq!(filters(), 2);
        // What a killed process has left.
        let draft = folder.path().join(".understudy-x.part");
        fs::write(&draft, "").unwrap();
        for name in ["1.png", "3.png"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let (restored, problems) = restore(&memory);
        assert!(problems.is_empty() && !draft.exists(), "{problems:?}");
        let states: Vec<_> = restored.iter().map(|(_, state)| state.clone()).collect();
        let failed = State::Failed { sentence: "No.".to_owned(), exists: true };
        assert_eq!(states, [failed, State::Waiting, State::Saved]);
        for ((order, _), (was, _)) in restored.iter().zip(queue.orders().skip(1)) {
            assert_eq!((&order.target, order.options), (&was.target, was.options));
            let records = |order: &Order| order.edit.record();
            assert_eq!(records(order), records(was));
        }
        assert!(matches!(restored[2].0.photo, Exported::Bundled));
        let [one, two] = [0, 1].map(|at| Arc::clone(&restored[at].0.edit.layers[0].operator));
        assert!(Arc::ptr_eq(&one, &two), "a filter is read once");

        queue.cancel(3);
        queue.cancel(4);
        keep(&memory, &queue);
        assert_eq!((restore(&memory).0.len(), filters()), (1, 1));
        queue.end(Ticket(3), State::Cancelled);
        queue.dismiss();
        keep(&memory, &queue);
        assert!(!memory.exports().exists());
    }

    #[test]
    fn an_export_whose_filter_is_lost_is_not_written_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::at(folder.path().join("state"));
        keep(&memory, &queue(folder.path()));
        for entry in memory.exports().read_dir().unwrap().flatten() {
            if entry.path().extension().is_some_and(|it| it == "safetensors") {
                fs::write(entry.path(), "none").unwrap();
            }
        }
        let (restored, problems) = restore(&memory);
        assert_eq!((restored.len(), problems.len()), (0, 3));
        assert!(problems[0].contains("1.png"), "{}", problems[0]);
        fs::write(memory.exports().join(LIST), "{ no").unwrap();
        assert!(restore(&memory).0.is_empty());
    }

    #[test]
    fn a_queue_that_cannot_be_kept_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("state"), "a file in the way").unwrap();
        let memory = Memory::at(folder.path().join("state"));
        let mut queue = queue(folder.path());
        let mut keeper = Keeper::start(memory, &Context::default());
        let mut told = Vec::new();
        for _ in 0..2 {
            queue.retry(2, false);
            told.extend(keeper.keep(&queue));
            std::thread::sleep(std::time::Duration::from_millis(300));
            told.extend(keeper.keep(&queue));
        }
        assert_eq!(told.len(), 1, "{told:?}");
    }
}
