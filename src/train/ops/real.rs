//! The two kinds of numbers that operations are written for.

use candle_core::FloatDType;

use super::room::Room;

/// f32, which filters are trained in, and f64, which gradients are checked in.
pub trait Real: FloatDType + std::ops::Neg<Output = Self> + std::iter::Sum + Default {
    /// Memory for planes of such numbers.
    const ROOM: &'static Room<Self>;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The nearest number of this kind.
    fn of(value: f64) -> Self;

    /// The same number in f64.
    fn wide(self) -> f64;

    /// `self · b + c`; fused only where that is one instruction.
    fn fma<const FMA: bool>(self, b: Self, c: Self) -> Self;

    /// The larger of two numbers.
    fn larger(self, other: Self) -> Self;

    /// The smaller of two numbers.
    fn smaller(self, other: Self) -> Self;

    /// `√self`.
    fn root(self) -> Self;
}

macro_rules! real {
    ($kind:ty) => {
        #[allow(clippy::inline_always, reason = "a call would lose the features of its caller")]
        #[allow(clippy::cast_lossless, reason = "one text for both kinds")]
        impl Real for $kind {
            const ROOM: &'static Room<Self> = {
                static ROOM: Room<$kind> = Room::new();
                &ROOM
            };
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn of(value: f64) -> Self {
                value as Self
            }

            #[inline(always)]
            fn wide(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn fma<const FMA: bool>(self, b: Self, c: Self) -> Self {
                if FMA { self.mul_add(b, c) } else { self * b + c }
            }

            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                if self > other { self } else { other }
            }

            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                if self < other { self } else { other }
            }

            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
        }
    };
}

real!(f32);
real!(f64);
