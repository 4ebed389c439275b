//! Bit-packed integers: 32 values at a time, the width known when the loop is compiled.

/// Values that are unpacked at once.
pub(crate) const AT_ONCE: usize = 32;

/// Unpacks 32 values of `width` bits (at most 32), least significant bit first. `bytes` holds at
/// least `4 * width` bytes; with fewer, nothing is written and `false` returned.
pub(crate) fn unpack_u32(width: u32, bytes: &[u8], out: &mut [u32; AT_ONCE]) -> bool {
    macro_rules! widths {
        ($($w:literal)*) => {
            match width {
                0 => { out.fill(0); true }
                $($w => narrow::<$w>(bytes, out),)*
                _ => false,
            }
        };
    }
    widths!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
}

/// Unpacks 32 differences of `width` bits and adds them up: each value is the one before plus
/// `least` plus a difference, wrapping. `last` is the value before, and becomes the last one.
pub(crate) fn add_up(width: u32, bytes: &[u8], least: i64, last: &mut i64, out: &mut [i64; AT_ONCE]) -> bool {
    macro_rules! widths {
        ($($w:literal)*) => {
            match width {
                0 => {
                    for out in out {
                        *last = last.wrapping_add(least);
                        *out = *last;
                    }
                    true
                }
                $($w => add_up_of::<$w>(bytes, least, last, out),)*
                _ => false,
            }
        };
    }
    widths!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
        33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64)
}

/// The little-endian integer in `N` bytes from `at` on; the caller has checked the length.
#[inline(always)]
fn load<const N: usize>(bytes: &[u8], at: usize) -> u128 {
    let mut part = [0; 16];
    part[..N].copy_from_slice(&bytes[at..at + N]);
    u128::from_le_bytes(part)
}

#[inline(always)]
fn load4(bytes: &[u8], at: usize) -> u32 {
    load::<4>(bytes, at) as u32
}

#[inline(always)]
fn load8(bytes: &[u8], at: usize) -> u64 {
    load::<8>(bytes, at) as u64
}

/// Runs a block for each of the 32 places, which is a constant in it: loads, shifts and masks need no arithmetic.
macro_rules! for_each_place {
    ($place:ident $block:block) => {
        for_each_place!($place $block 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    };
    ($place:ident $block:block $($n:literal)*) => {
        $({
            const $place: usize = $n;
            $block
        })*
    };
}

#[inline(always)]
fn narrow<const W: usize>(bytes: &[u8], out: &mut [u32; AT_ONCE]) -> bool {
    let Some(bytes) = bytes.get(..4 * W) else {
        return false;
    };
    let mask = u32::MAX >> (32 - W);
    for_each_place!(I {
        let bit = I * W;
        // The last loads are moved back so that none reaches beyond the bytes.
        out[I] = if W <= 25 {
            let at = (bit / 8).min(4 * W - 4);
            (load4(bytes, at) >> (bit - 8 * at)) & mask
        } else {
            let at = (bit / 8).min(4 * W - 8);
            (load8(bytes, at) >> (bit - 8 * at)) as u32 & mask
        };
    });
    true
}

/// The value at place `I` of those packed in `W` bits each.
#[inline(always)]
fn value<const W: usize, const I: usize>(bytes: &[u8]) -> u64 {
    let bit = I * W;
    let mask = u64::MAX >> (64 - W);
    if W == 1 {
        u64::from((load4(bytes, 0) >> bit) & 1)
    } else if W <= 57 {
        let at = (bit / 8).min(4 * W - 8);
        (load8(bytes, at) >> (bit - 8 * at)) & mask
    } else {
        let at = (bit / 8).min(4 * W - 16);
        (load::<16>(bytes, at) >> (bit - 8 * at)) as u64 & mask
    }
}

#[inline(always)]
fn add_up_of<const W: usize>(bytes: &[u8], least: i64, last: &mut i64, out: &mut [i64; AT_ONCE]) -> bool {
    let Some(bytes) = bytes.get(..4 * W) else {
        return false;
    };
    let mut sum = *last;
    for_each_place!(I {
        sum = sum.wrapping_add(least.wrapping_add(value::<W, I>(bytes) as i64));
        out[I] = sum;
    });
    *last = sum;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Packs bit by bit: the definition of the format.
    fn pack(values: &[u64], width: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; 4 * width as usize];
        for (i, value) in values.iter().enumerate() {
            for b in 0..width as usize {
                let bit = i * width as usize + b;
                bytes[bit / 8] |= ((value >> b & 1) as u8) << (bit % 8);
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn what_was_packed_bit_by_bit_comes_back(values in prop::array::uniform32(any::<u64>()), width in 0..=64_u32) {
            let mask = if width == 0 { 0 } else { u64::MAX >> (64 - width) };
            let values = values.map(|v| v & mask);
            let bytes = pack(&values, width);
            let mut sums = [1; AT_ONCE];
            let mut last = 5_i64;
            prop_assert!(add_up(width, &bytes, 3, &mut last, &mut sums));
            let mut expected = 5_i64;
            for (sum, value) in sums.into_iter().zip(values) {
                expected = expected.wrapping_add(3).wrapping_add(value as i64);
                prop_assert_eq!(sum, expected);
            }
            prop_assert_eq!(last, expected);
            if width <= 32 {
                let mut narrow = [1; AT_ONCE];
                prop_assert!(unpack_u32(width, &bytes, &mut narrow));
                prop_assert_eq!(narrow.map(u64::from), values);
            }
            if width > 0 {
                prop_assert!(!add_up(width, &bytes[1..], 3, &mut last, &mut sums));
            }
        }
    }
}
