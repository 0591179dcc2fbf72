//! The filter against the check pairs, which play no part in learning.

use std::sync::Arc;

use super::{Event, LearnError, Session, Worst};
use crate::operator::{Check, CheckPair, Operator};
use crate::photo;
use crate::train::judge::judge;

/// How many check pairs a filter carries.
const CARRIED: usize = 4;

/// What the check pairs say of a filter.
pub(super) struct Checked {
    /// How close it comes.
    pub check: Check,
    /// Small copies of some pairs, from the worst to the best, to measure it again.
    pub carried: Vec<CheckPair>,
    /// The pair that it comes least close to.
    pub worst: Worst,
}

/// A check pair that was judged.
struct Judged {
    /// As if it were the worst.
    worst: Worst,
    small: CheckPair,
}

impl Session<'_> {
    /// What the check pairs say of a filter; None without any.
    pub(super) fn check(&self, operator: &Arc<Operator>) -> Result<Option<Checked>, LearnError> {
        let mut all = Vec::new();
        for pair in &self.task.check {
            self.at_work()?;
            let open =
                |path| photo::open(path).map_err(|error| LearnError::Photo(error.to_string()));
            let (before, after) = (Arc::new(open(&pair.before)?), open(&pair.after)?);
            let judged = judge(operator, Arc::clone(&before), &after.image);
            match judged.map_err(LearnError::Photo)? {
                Some(judged) => all.push(Judged {
                    small: CheckPair::new(pair.name.clone(), &before.image, &after.image),
                    worst: Worst {
                        pair: pair.clone(),
                        operator: Arc::clone(operator),
                        psnr: judged.closeness.psnr,
                        psnr_nothing: judged.psnr_nothing,
                        is_check: true,
                    },
                }),
                None => self.say(Event::LeftOut(format!(
                    "“{}” was left out of the check: the photo and its edit differ in size.",
                    pair.name
                )))?,
            }
        }
        Ok(summary(all))
    }
}

/// The means, pairs from the worst to the best in even steps, and the worst.
fn summary(mut all: Vec<Judged>) -> Option<Checked> {
    let count = all.len();
    let mean =
        |of: fn(&Worst) -> f64| all.iter().map(|it| of(&it.worst)).sum::<f64>() / count as f64;
    let check = Check {
        photos: all.iter().map(|it| it.worst.pair.name.clone()).collect(),
        psnr: mean(|it| it.psnr),
        psnr_nothing: mean(|it| it.psnr_nothing),
    };
    all.sort_by(|a, b| a.worst.psnr.total_cmp(&b.worst.psnr));
    let worst = all.first()?.worst.clone();
    let carried = count.min(CARRIED);
    let place = |i: usize| if carried > 1 { i * (count - 1) / (carried - 1) } else { 0 };
    let carried = (0..carried).map(|i| all[place(i)].small.clone()).collect();
    Some(Checked { check, carried, worst })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Variant;
    use crate::photo::Image;
    use crate::train::examples::{Confidence, Pair, Rule};

    #[test]
    fn what_is_carried_goes_from_the_worst_to_the_best() {
        let image = Image::eight(2, 1, vec![[9, 9, 9, 255]; 2]);
        let operator = Arc::new(Operator::untrained(Variant::Base, 1));
        let judged = |i: usize| Judged {
            worst: Worst {
                pair: Pair {
                    name: i.to_string(),
                    before: "before".into(),
                    after: "after".into(),
                    rule: Rule::Name,
                    confidence: Confidence::Sure,
                },
                operator: Arc::clone(&operator),
                psnr: [33.0, 21.0, 40.0, 35.0, 30.0, 28.0, 31.0][i],
                psnr_nothing: 20.0,
                is_check: true,
            },
            small: CheckPair::new(i.to_string(), &image, &image),
        };
        let checked = summary((0..7).map(judged).collect()).unwrap();
        assert_eq!(checked.check.photos.len(), 7);
        assert!((checked.check.psnr - 218.0 / 7.0).abs() < 1e-9);
        let names: Vec<&str> = checked.carried.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["1", "4", "0", "2"]);
        assert_eq!(checked.worst.psnr, 21.0);
        assert_eq!(summary((0..1).map(judged).collect()).unwrap().carried.len(), 1);
        assert!(summary(Vec::new()).is_none());
    }
}
