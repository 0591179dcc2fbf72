//! Compiles a loop for the widest vectors that the processor has, chosen at run time.

use std::sync::OnceLock;

use super::vector::{Plain, Vector};

/// How wide the processor's vectors are, as far as a loop is compiled for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every processor of this kind has: four numbers at once, by SSE2 or NEON.
    Portable,
    /// Eight numbers: AVX2 and FMA.
    Avx2,
    /// Sixteen: AVX-512.
    Avx512,
}

impl Level {
    /// All levels, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this processor has it.
    pub fn is_here(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Self::Avx2.is_here() && is_x86_feature_detected!("avx512f"),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The one that kernels take: the widest that is here, or what [`limit`] said.
    pub fn taken() -> Self {
        #[cfg(test)]
        if let Some(level) = tests::FORCED.get() {
            return level;
        }
        *TAKEN.get_or_init(|| {
            let here = Self::ALL.into_iter().rev().find(|level| level.is_here());
            here.unwrap_or(Self::Portable)
        })
    }
}

static TAKEN: OnceLock<Level> = OnceLock::new();

/// Kernels take no wider vectors than these, to measure what another processor would do. To be called
/// before any kernel runs.
///
/// # Errors
/// A sentence where this processor does not have them, or kernels have run.
pub fn limit(level: Level) -> Result<(), String> {
    if !level.is_here() {
        return Err(format!("This processor has no {}. Leave out --vectors.", level.name()));
    }
    TAKEN.set(level).map_err(|_| "Vectors are limited too late.".to_owned())
}

/// A loop that is worth compiling more than once.
pub(crate) trait Wide {
    /// What it returns.
    type Output;

    /// The loop; mark it `#[inline(always)]`. With `FMA`, [`fma`] is one instruction.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs the loop as compiled for this processor.
#[inline]
pub(crate) fn wide<W: Wide>(work: W) -> W::Output {
    struct Any<W>(W);
    impl<W: Wide> Lanes for Any<W> {
        type Output = W::Output;

        #[inline(always)]
        fn run<const FMA: bool, const LANES: usize>(self) -> W::Output {
            self.0.run::<FMA>()
        }
    }
    in_lanes(Any(work))
}

/// `a·b + c`; fused only where that is one instruction, since it is a slow call elsewhere.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would lose the features of the loop around it")]
pub(crate) fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// A loop that says itself how many f32 it takes at once, where that decides over its speed.
pub(crate) trait Lanes {
    /// What it returns.
    type Output;

    /// The loop over vectors of `LANES` numbers; mark it `#[inline(always)]`.
    fn run<const FMA: bool, const LANES: usize>(self) -> Self::Output;
}

/// Runs the loop with as many lanes as this processor has: 16, 8 or 4.
#[inline]
pub(crate) fn in_lanes<L: Lanes>(work: L) -> L::Output {
    #[cfg(target_arch = "x86_64")]
    match Level::taken() {
        Level::Avx512 => {
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn run<L: Lanes>(work: L) -> L::Output {
                work.run::<true, 16>()
            }
            // SAFETY: a level that is taken is on this processor.
            return unsafe { run(work) };
        }
        Level::Avx2 => {
            #[target_feature(enable = "avx2,fma")]
            fn run<L: Lanes>(work: L) -> L::Output {
                work.run::<true, 8>()
            }
            // SAFETY: a level that is taken is on this processor.
            return unsafe { run(work) };
        }
        Level::Portable => {}
    }
    if cfg!(target_arch = "aarch64") { work.run::<true, 4>() } else { work.run::<false, 4>() }
}

/// A loop that is written in vectors, since what stays in registers decides over its speed.
pub(crate) trait InVectors {
    /// The loop; mark it `#[inline(always)]`. `N` vectors are 16 numbers: what is loaded once for all of
    /// them is worth its load, and they leave registers for it.
    fn run<V: Vector, const N: usize>(self);
}

/// Runs the loop in this processor's vectors.
#[inline]
pub(crate) fn in_vectors<W: InVectors>(work: W) {
    #[cfg(target_arch = "x86_64")]
    match Level::taken() {
        Level::Avx512 => {
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn run<W: InVectors>(work: W) {
                work.run::<super::vector::Avx512, 1>();
            }
            // SAFETY: a level that is taken is on this processor.
            return unsafe { run(work) };
        }
        Level::Avx2 => {
            #[target_feature(enable = "avx2,fma")]
            fn run<W: InVectors>(work: W) {
                work.run::<super::vector::Avx2, 2>();
            }
            // SAFETY: a level that is taken is on this processor.
            return unsafe { run(work) };
        }
        Level::Portable => {}
    }
    if cfg!(target_arch = "aarch64") {
        work.run::<Plain<true>, 2>();
    } else {
        work.run::<Plain<false>, 2>();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub static FORCED: Cell<Option<Level>> = const { Cell::new(None) };
    }

    /// What kernels do at every level that this processor has, the narrowest first.
    pub fn at_all_levels<T: Send>(work: impl Fn() -> T + Sync) -> Vec<(Level, T)> {
        let here = Level::ALL.into_iter().filter(|level| level.is_here());
        // Jobs of kernels stay on its one thread, where the level is forced.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let at = |level| {
            pool.install(|| {
                FORCED.set(Some(level));
                (level, work())
            })
        };
        here.map(at).collect()
    }

    #[test]
    fn vectors_of_all_widths_compute_the_same() {
        struct Curve<'a>(&'a [f32; 64], &'a [f32; 8], &'a mut [f32]);

        impl InVectors for Curve<'_> {
            #[inline(always)]
            fn run<V: Vector, const N: usize>(self) {
                let Self(values, table, out) = self;
                for start in (0..64).step_by(V::LANES) {
                    let value = V::load(values, start);
                    let sum = value.look_up(table).fma(V::splat(2.0), value.mul(value)).add(value);
                    sum.max(V::splat(1.0)).min(V::splat(60.0)).store(out, start);
                }
            }
        }

        let values: [f32; 64] = std::array::from_fn(|i| i as f32 / 8.0);
        let table = std::array::from_fn(|i| (i * i) as f32);
        let want = values.map(|value| {
            (2.0 * value.floor() * value.floor() + value * value + value).clamp(1.0, 60.0)
        });
        for (level, got) in at_all_levels(|| {
            let mut out = vec![0.0; 64];
            in_vectors(Curve(&values, &table, &mut out));
            out
        }) {
            assert_eq!(got, want, "{level:?}");
        }
    }
}
