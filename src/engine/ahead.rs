//! Strips rendered ahead of their use: while one is encoded, the next one is made.

use std::ops::Range;
use std::sync::mpsc;
use std::thread;

use super::export::Strips;
use crate::photo::Image;

/// Gives rows of the photo, or the end of a sentence why not.
pub(super) type Give<'a> = dyn FnMut(Range<usize>) -> Result<Image, String> + 'a;

/// Does work that takes strips from top to bottom, of a photo of `height` rows. Another thread renders
/// them, at most one before it is asked for.
pub(super) fn ahead<R>(
    mut strips: Strips<'_>,
    height: usize,
    work: impl FnOnce(&mut Give<'_>) -> R,
) -> R {
    thread::scope(|scope| {
        // Dropped when the work is over, which ends the thread.
        let (ask, asked) = mpsc::channel::<Range<usize>>();
        let (give, given) = mpsc::channel();
        scope.spawn(move || {
            for rows in asked {
                if give.send(strips.render(rows)).is_err() {
                    return;
                }
            }
        });
        let mut begun: Option<Range<usize>> = None;
        work(&mut |rows| {
            let broken = || "rendering broke off".to_owned();
            if begun.as_ref() != Some(&rows) {
                if begun.take().is_some() {
                    // Other rows than those that came next before.
                    drop(given.recv());
                }
                ask.send(rows.clone()).map_err(|_| broken())?;
            }
            let strip = given.recv().map_err(|_| broken())?;
            let next = rows.end..(rows.end + rows.len()).min(height);
            begun = Some(next).filter(|next| !next.is_empty() && ask.send(next.clone()).is_ok());
            strip
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::edit::{Edit, Layer};
    use crate::engine::Backend;
    use crate::operator::{Operator, Variant};
    use crate::photo::Photo;
    use crate::render::Source;

    #[test]
    fn strips_in_any_order_are_those_that_were_asked_for() {
        let pixels = (0..60 * 40).map(|i| [i as u8, (i / 60) as u8, 7, 255]).collect();
        let source = Source::new(Arc::new(Photo::from_image(Image::eight(60, 40, pixels))));
        let operator = Arc::new(Operator::untrained(Variant::DgfB, 1));
        let edit = Edit { layers: vec![Layer::new(operator)] };
        let cpu = Backend::Cpu { reason: String::new() };
        let strips = || Strips::new(&cpu, &source, &edit, None);
        let asked = [0..10, 10..20, 20..30, 5..15, 15..25, 30..40, 38..40];
        let got = ahead(strips(), 40, |give| asked.clone().map(|rows| give(rows).unwrap()));
        assert_eq!(got, asked.map(|rows| strips().render(rows).unwrap()));
        // Work that leaves early leaves no thread behind: this returns.
        ahead(strips(), 40, |give| give(0..10).map(drop)).unwrap();
    }
}
