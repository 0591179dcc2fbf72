//! Compiles a loop for the widest vectors that the processor has, chosen at run time.

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
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
        #[target_feature(enable = "avx512f,avx2,fma")]
        fn run<W: Wide>(work: W) -> W::Output {
            work.run::<true>()
        }
        // SAFETY: the line above found the features on this processor; AVX-512 includes AVX2.
        return unsafe { run(work) };
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        #[target_feature(enable = "avx2,fma")]
        fn run<W: Wide>(work: W) -> W::Output {
            work.run::<true>()
        }
        // SAFETY: the line above found both features on this processor.
        return unsafe { run(work) };
    }
    if cfg!(target_arch = "aarch64") { work.run::<true>() } else { work.run::<false>() }
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
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
        #[target_feature(enable = "avx512f,avx2,fma")]
        fn run<L: Lanes>(work: L) -> L::Output {
            work.run::<true, 16>()
        }
        // SAFETY: the line above found the features on this processor; AVX-512 includes AVX2.
        return unsafe { run(work) };
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        #[target_feature(enable = "avx2,fma")]
        fn run<L: Lanes>(work: L) -> L::Output {
            work.run::<true, 8>()
        }
        // SAFETY: the line above found both features on this processor.
        return unsafe { run(work) };
    }
    if cfg!(target_arch = "aarch64") { work.run::<true, 4>() } else { work.run::<false, 4>() }
}
