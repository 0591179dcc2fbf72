//! Vectors of f32, as wide as the processor has them.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

use super::runs::{load, store};

/// Some f32 in a register. All methods are to be inlined into a loop that is compiled for them, as
/// [`super::wide::in_vectors`] does.
pub(crate) trait Vector: Copy {
    /// How many numbers.
    const LANES: usize;

    /// Whether [`Self::look_up`] is quick.
    const LOOKS_UP: bool;

    /// Numbers of a padded plane from `start` on.
    fn load(plane: &[f32], start: usize) -> Self;

    /// Writes to a padded plane from `start` on.
    fn store(self, plane: &mut [f32], start: usize);

    /// The same number everywhere.
    fn splat(value: f32) -> Self;

    /// `self + other`.
    fn add(self, other: Self) -> Self;

    /// `self · other`.
    fn mul(self, other: Self) -> Self;

    /// `self · factor + term`.
    fn fma(self, factor: Self, term: Self) -> Self;

    /// The larger of both.
    fn max(self, other: Self) -> Self;

    /// The smaller of both.
    fn min(self, other: Self) -> Self;

    /// For each number the value of the table at its whole part, 0..8.
    fn look_up(self, table: &[f32; 8]) -> Self;
}

/// For every processor; the compiler makes vectors of what it has.
#[derive(Clone, Copy)]
pub(crate) struct Plain<const FMA: bool>([f32; 8]);

impl<const FMA: bool> Vector for Plain<FMA> {
    const LANES: usize = 8;
    const LOOKS_UP: bool = false;

    #[inline(always)]
    fn load(plane: &[f32], start: usize) -> Self {
        Self(load(plane, start))
    }

    #[inline(always)]
    fn store(self, plane: &mut [f32], start: usize) {
        store(&self.0, plane, start);
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * other.0[i]))
    }

    #[inline(always)]
    fn fma(self, factor: Self, term: Self) -> Self {
        let fma = |i: usize| super::wide::fma::<FMA>(self.0[i], factor.0[i], term.0[i]);
        Self(std::array::from_fn(fma))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| if self.0[i] > other.0[i] { self.0[i] } else { other.0[i] }))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| if self.0[i] < other.0[i] { self.0[i] } else { other.0[i] }))
    }

    #[inline(always)]
    fn look_up(self, table: &[f32; 8]) -> Self {
        Self(self.0.map(|value| table[value as usize & 7]))
    }
}

/// Implements [`Vector`] by intrinsics, all of which the loop around it has to be compiled for.
#[cfg(target_arch = "x86_64")]
macro_rules! vector {
    (
        $name:ident($register:ty, $lanes:literal): $load:ident, $store:ident, $splat:ident,
        $add:ident, $mul:ident, $fma:ident, $max:ident, $min:ident,
        |$places:ident, $table:ident| $look_up:expr
    ) => {
        #[derive(Clone, Copy)]
        pub(crate) struct $name($register);

        // SAFETY of all blocks: `in_vectors` runs these where the processor has the instructions, and
        // memory is read and written within arrays of the vector's length.
        #[allow(clippy::undocumented_unsafe_blocks, reason = "said above, for all of them")]
        impl Vector for $name {
            const LANES: usize = $lanes;
            const LOOKS_UP: bool = true;

            #[inline(always)]
            fn load(plane: &[f32], start: usize) -> Self {
                let lanes: &[f32; $lanes] =
                    plane[start..].first_chunk().expect("planes are padded");
                Self(unsafe { $load(lanes.as_ptr()) })
            }

            #[inline(always)]
            fn store(self, plane: &mut [f32], start: usize) {
                let lanes: &mut [f32; $lanes] =
                    plane[start..].first_chunk_mut().expect("planes are padded");
                unsafe { $store(lanes.as_mut_ptr(), self.0) }
            }

            #[inline(always)]
            fn splat(value: f32) -> Self {
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn fma(self, factor: Self, term: Self) -> Self {
                Self(unsafe { $fma(self.0, factor.0, term.0) })
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self(unsafe { $max(self.0, other.0) })
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self(unsafe { $min(self.0, other.0) })
            }

            #[inline(always)]
            fn look_up(self, $table: &[f32; 8]) -> Self {
                let $places = self.0;
                Self(unsafe { $look_up })
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vector!(
    Avx2(__m256, 8): _mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps,
    _mm256_add_ps, _mm256_mul_ps, _mm256_fmadd_ps, _mm256_max_ps, _mm256_min_ps,
    |places, table| {
        _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.as_ptr()), _mm256_cvttps_epi32(places))
    }
);

#[cfg(target_arch = "x86_64")]
vector!(
    Avx512(__m512, 16): _mm512_loadu_ps, _mm512_storeu_ps, _mm512_set1_ps,
    _mm512_add_ps, _mm512_mul_ps, _mm512_fmadd_ps, _mm512_max_ps, _mm512_min_ps,
    |places, table| {
        // Twice: the upper half is that of places 8 to 15.
        let half = _mm256_castps_pd(_mm256_loadu_ps(table.as_ptr()));
        let table = _mm512_castpd_ps(_mm512_broadcast_f64x4(half));
        _mm512_permutexvar_ps(_mm512_cvttps_epi32(places), table)
    }
);
