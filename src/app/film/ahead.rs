//! The neighbours of the photo on screen, decoded before they are asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::engine::Ticket;
use crate::photo::{Depth, Photo};

/// Neighbours, and the one that is being decoded.
#[derive(Default)]
pub struct Ahead {
    photos: Vec<Decoded>,
    asked: Option<(Ticket, PathBuf)>,
}

struct Decoded {
    modified: Option<SystemTime>,
    photo: Arc<Photo>,
}

/// When a file was last written.
fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

impl Ahead {
    /// A photo that is decoded already, if its file is still the same.
    pub fn take(&mut self, path: &Path) -> Option<Arc<Photo>> {
        let place = self.photos.iter().position(|it| it.photo.path == path)?;
        let decoded = self.photos.remove(place);
        (decoded.modified.is_some() && decoded.modified == modified(path)).then_some(decoded.photo)
    }

    /// Keeps a photo that is a neighbour now.
    pub fn keep(&mut self, photo: Arc<Photo>) {
        let modified = modified(&photo.path);
        self.photos.push(Decoded { modified, photo });
    }

    /// Keeps those of `wanted` alone and says which of them is to be decoded next.
    pub fn next(&mut self, wanted: &[&Path]) -> Option<PathBuf> {
        self.photos.retain(|it| wanted.contains(&it.photo.path.as_path()));
        if self.asked.is_some() {
            return None;
        }
        let is_there = |path: &Path| self.photos.iter().any(|it| it.photo.path == path);
        wanted.iter().find(|path| !is_there(path)).map(|path| path.to_path_buf())
    }

    /// One is being decoded.
    pub fn ask(&mut self, ticket: Ticket, path: PathBuf) {
        self.asked = Some((ticket, path));
    }

    /// The file that a ticket was about, which is over now.
    pub fn answered(&mut self, ticket: Ticket) -> Option<PathBuf> {
        self.asked.take_if(|(asked, _)| *asked == ticket).map(|(_, path)| path)
    }
}

/// Bytes of a photo in memory.
pub fn bytes(photo: &Photo) -> usize {
    let pixel = match photo.image.depth() {
        Depth::Eight => 4,
        Depth::Sixteen => 8,
    };
    photo.image.width * photo.image.height * pixel
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Image;

    #[test]
    fn neighbours_are_kept_and_a_changed_file_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "b", "c"].map(|name| folder.path().join(name));
        let photo = |path: &Path| {
            std::fs::write(path, "x").unwrap();
            let image = Image::eight(1, 1, vec![[0; 4]]);
            Arc::new(Photo { path: path.to_owned(), ..Photo::from_image(image) })
        };
        let mut ahead = Ahead::default();
        ahead.keep(photo(&paths[0]));
        ahead.keep(photo(&paths[2]));
        let wanted = [paths[0].as_path(), paths[1].as_path()];
        assert_eq!(ahead.next(&wanted), Some(paths[1].clone()));
        ahead.ask(Ticket(7), paths[1].clone());
        assert_eq!(ahead.next(&wanted), None);
        assert_eq!(ahead.answered(Ticket(6)), None);
        assert_eq!(ahead.answered(Ticket(7)), Some(paths[1].clone()));
        assert!(ahead.take(&paths[2]).is_none(), "no neighbour any more");
        assert!(ahead.take(&paths[0]).is_some());
        ahead.keep(photo(&paths[1]));
        std::fs::remove_file(&paths[1]).unwrap();
        assert!(ahead.take(&paths[1]).is_none());
    }
}
