//! All photos of an edit, to learn from some and to be judged by others.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Arguments, pairs_held_out, pairs_to_learn_from};
use crate::operator::{Base, Provenance};
use crate::photo::{self, Image, Photo};
use crate::train::examples::{Example, Pair, read_one};
use crate::train::judge::judge_psnr;
use crate::train::learn::{operator, reading};
use crate::train::metrics::psnr;

/// The photos of an edit: those to learn from in their order, then those held out.
pub(super) struct Photos {
    pub edit: String,
    /// How many are to learn from.
    pub to_learn: usize,
    pairs: Vec<Pair>,
    read: OnceCell<Vec<Read>>,
}

struct Read {
    example: Example,
    before: Arc<Photo>,
    after: Image,
}

impl Photos {
    pub fn new(arguments: &Arguments, edit: &str) -> Result<Self, String> {
        let mut pairs = pairs_to_learn_from(arguments, edit)?;
        let to_learn = pairs.len();
        pairs.extend(pairs_held_out(arguments, edit)?);
        Ok(Self { edit: edit.to_owned(), to_learn, pairs, read: OnceCell::new() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The examples of these photos.
    pub fn examples(&self, which: &[usize]) -> Result<Vec<Example>, String> {
        let read = self.read()?;
        Ok(which.iter().map(|index| read[*index].example.clone()).collect())
    }

    /// Mean PSNR in dB on these photos of each base, and of doing nothing at the end.
    pub fn judge(&self, bases: Vec<Base>, which: &[usize]) -> Result<Vec<f64>, String> {
        let read = self.read()?;
        let mut means = Vec::with_capacity(bases.len() + 1);
        let mean = |of: &dyn Fn(&Read) -> Result<Option<f64>, String>| -> Result<f64, String> {
            let mut sum = 0.0;
            for index in which {
                let psnr = of(&read[*index])?;
                sum += psnr.ok_or_else(|| {
                    format!("“{}” and its edit differ in size.", self.pairs[*index].name)
                })?;
            }
            Ok(sum / which.len() as f64)
        };
        for base in bases {
            let filter = Arc::new(operator(base, &self.edit, Provenance::default()));
            means.push(mean(&|it| judge_psnr(&filter, Arc::clone(&it.before), &it.after))?);
        }
        means.push(mean(&|it| Ok(psnr(&it.before.image, &it.after)))?);
        Ok(means)
    }

    /// What is read once, and only where something is to be measured.
    fn read(&self) -> Result<&[Read], String> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let options = reading(0);
        let open = |path: &Path| photo::open(path).map_err(|error| error.to_string());
        let read = |pair: &Pair| {
            Ok(Read {
                example: read_one(pair, &options).map_err(|reason| reason.to_string())?,
                before: Arc::new(open(&pair.before)?),
                after: open(&pair.after)?.image,
            })
        };
        let all = self.pairs.par_iter().map(read).collect::<Result<Vec<_>, String>>()?;
        Ok(self.read.get_or_init(|| all))
    }
}
