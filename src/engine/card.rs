//! What the engine keeps in graphics memory, and what does not fit there.

use crate::gpu::{Gpu, GpuPhoto, GpuSolver};
use crate::render::Source;

/// Photos and solutions in graphics memory.
#[derive(Debug, Default)]
pub(super) struct Card {
    /// When each was used last.
    photos: Vec<(u64, usize, GpuPhoto)>,
    /// Photos that do not fit, and why, as the end of a sentence.
    refused: Vec<(u64, String)>,
    pub solver: GpuSolver,
}

impl Card {
    /// Sees that a photo is in graphics memory, where at most `budget` bytes are kept.
    ///
    /// # Errors
    /// Why it does not fit, as the end of a sentence.
    pub fn take(
        &mut self,
        gpu: &Gpu,
        source: &Source,
        now: u64,
        budget: usize,
    ) -> Result<(), String> {
        let id = source.id();
        let bytes = GpuPhoto::bytes_of(source.image());
        if bytes > budget {
            self.photos.retain(|(.., photo)| photo.id != id);
            return Err(format!(
                "the photo needs {} MiB of graphics memory and {} are allowed",
                bytes >> 20,
                budget >> 20
            ));
        }
        if let Some((used, ..)) = self.photos.iter_mut().find(|(.., photo)| photo.id == id) {
            *used = now;
            return Ok(());
        }
        if let Some((_, reason)) = self.refused.iter().find(|(refused, _)| *refused == id) {
            return Err(reason.clone());
        }
        self.make_room(budget - bytes);
        let photo = GpuPhoto::new(gpu, source).or_else(|reason| {
            // Once more with all the room that there is.
            if self.photos.is_empty() {
                return Err(reason);
            }
            self.photos.clear();
            GpuPhoto::new(gpu, source)
        });
        match photo {
            Ok(photo) => {
                self.photos.push((now, bytes, photo));
                Ok(())
            }
            Err(reason) => {
                self.refused.push((id, reason.clone()));
                Err(reason)
            }
        }
    }

    /// A photo that was taken, and the solver.
    pub fn photo(&mut self, source: &Source) -> Option<(&mut GpuPhoto, &mut GpuSolver)> {
        let photo = self.photos.iter_mut().find(|(.., photo)| photo.id == source.id());
        photo.map(|(.., photo)| (photo, &mut self.solver))
    }

    /// When the oldest photo was used last.
    pub fn oldest(&self) -> Option<u64> {
        self.photos.iter().map(|(used, ..)| *used).min()
    }

    /// Forgets what was used last at `time`.
    pub fn forget(&mut self, time: u64) {
        self.photos.retain(|(used, ..)| *used != time);
    }

    /// Forgets the photos that were used longest ago until they take no more than `bytes`.
    fn make_room(&mut self, bytes: usize) {
        while let Some(oldest) = self.oldest().filter(|_| self.photo_bytes() > bytes) {
            self.forget(oldest);
        }
    }

    /// Graphics memory that is kept, in bytes.
    pub fn bytes(&self) -> usize {
        self.photo_bytes() + self.solver.graphics_bytes()
    }

    fn photo_bytes(&self) -> usize {
        self.photos.iter().map(|(_, bytes, _)| bytes).sum()
    }
}
