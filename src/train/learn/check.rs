//! The filter against the check pairs, which play no part in learning.

use std::sync::Arc;

use super::{Event, LearnError, Session};
use crate::operator::{Check, CheckPair, Operator};
use crate::photo;
use crate::train::judge::judge;

/// How many check pairs a filter carries.
const CARRIED: usize = 4;

/// A check pair that was judged.
struct Checked {
    psnr: f64,
    psnr_nothing: f64,
    pair: CheckPair,
}

impl Session<'_> {
    /// How close the filter comes, and small copies of some pairs to measure it again; None without
    /// check pairs.
    pub(super) fn check(
        &self,
        operator: &Arc<Operator>,
    ) -> Result<Option<(Check, Vec<CheckPair>)>, LearnError> {
        let mut checked = Vec::new();
        for pair in &self.task.check {
            self.at_work()?;
            let open =
                |path| photo::open(path).map_err(|error| LearnError::Photo(error.to_string()));
            let (before, after) = (Arc::new(open(&pair.before)?), open(&pair.after)?);
            let judged = judge(operator, Arc::clone(&before), &after.image);
            match judged.map_err(LearnError::Photo)? {
                Some(judged) => checked.push(Checked {
                    psnr: judged.closeness.psnr,
                    psnr_nothing: judged.psnr_nothing,
                    pair: CheckPair::new(pair.name.clone(), &before.image, &after.image),
                }),
                None => self.say(Event::LeftOut(format!(
                    "“{}” was left out of the check: the photo and its edit differ in size.",
                    pair.name
                )))?,
            }
        }
        Ok(summary(checked))
    }
}

/// The means, and pairs from the worst to the best in even steps.
fn summary(mut checked: Vec<Checked>) -> Option<(Check, Vec<CheckPair>)> {
    if checked.is_empty() {
        return None;
    }
    let count = checked.len();
    let mean = |of: fn(&Checked) -> f64| checked.iter().map(of).sum::<f64>() / count as f64;
    let check = Check {
        photos: checked.iter().map(|it| it.pair.name.clone()).collect(),
        psnr: mean(|it| it.psnr),
        psnr_nothing: mean(|it| it.psnr_nothing),
    };
    checked.sort_by(|a, b| a.psnr.total_cmp(&b.psnr));
    let carried = count.min(CARRIED);
    let place = |i: usize| if carried > 1 { i * (count - 1) / (carried - 1) } else { 0 };
    Some((check, (0..carried).map(|i| checked[place(i)].pair.clone()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Image;

    #[test]
    fn what_is_carried_goes_from_the_worst_to_the_best() {
        let image = Image::eight(2, 1, vec![[9, 9, 9, 255]; 2]);
        let checked = |i: usize| Checked {
            psnr: [33.0, 21.0, 40.0, 35.0, 30.0, 28.0, 31.0][i],
            psnr_nothing: 20.0,
            pair: CheckPair::new(i.to_string(), &image, &image),
        };
        let (check, pairs) = summary((0..7).map(checked).collect()).unwrap();
        assert_eq!(check.photos.len(), 7);
        assert!((check.psnr - 218.0 / 7.0).abs() < 1e-9);
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["1", "4", "0", "2"]);
        assert_eq!(summary((0..1).map(checked).collect()).unwrap().1.len(), 1);
        assert!(summary(Vec::new()).is_none());
    }
}
