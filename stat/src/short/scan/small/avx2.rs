//! The same for x86 processors with AVX2, nearly all since 2013: vectors of 32 bytes, and single
//! instructions for what is done with bits. Whether the processor has them is asked of itself, without a
//! system call.
//!
//! This is the only place with instructions that not every processor has: elsewhere they gain little.

#![allow(unsafe_code)]

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_andnot_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8,
    _mm256_loadu_si256, _mm256_maddubs_epi16, _mm256_min_epu8, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_setr_epi8, _mm256_shuffle_epi8, _mm256_storeu_si256, _mm256_sub_epi8, _mm256_subs_epu8,
    _mm256_unpackhi_epi8, _mm256_unpacklo_epi8, _pext_u64,
};

use super::cells::{self, Counters};
use super::{Values, each_by};
use crate::short::scan::stamps::Stamps;
use crate::short::scan::window::{FRONT, Masks, Window};
use crate::short::scan::{Lines, Scanned};

/// Bytes of a vector.
const VECTOR: usize = 32;

/// Does what [`each`](super::each) does; gives `put` back if this processor cannot.
#[inline(always)]
pub(super) fn each<Put: FnMut(u16, usize, usize)>(
    lines: Lines<'_>,
    put: Put,
) -> Result<Scanned, Put> {
    if !is_able() {
        return Err(put);
    }
    // SAFETY: the processor has all that the function is compiled for.
    Ok(unsafe { each_here(lines, put) })
}

/// Counts as [`count_rows`](super::count_rows) does; `None` if this processor cannot.
pub(super) fn count_rows(
    lines: Lines<'_>,
    stamps: Option<&mut Stamps>,
    counters: &mut Counters<'_>,
) -> Option<Scanned> {
    // SAFETY: the processor has all that the function is compiled for.
    is_able().then(|| unsafe { count_rows_here(lines, stamps, counters) })
}

#[inline]
fn is_able() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn each_here(lines: Lines<'_>, put: impl FnMut(u16, usize, usize)) -> Scanned {
    let masks = |window: &Window| masks(window);
    let compute = |window: &Window, values: &mut Values| compute::<false>(window, values);
    each_by(lines, put, masks, compute)
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_rows_here(
    lines: Lines<'_>,
    stamps: Option<&mut Stamps>,
    counters: &mut Counters<'_>,
) -> Scanned {
    let masks = |window: &Window| masks(window);
    let compute = |window: &Window, values: &mut Values| compute::<true>(window, values);
    let compressed = |mask, of| _pext_u64(mask, of);
    // Compiled twice, so that nothing is asked for each row.
    match stamps {
        Some(stamps) => {
            let stamps = Some(stamps);
            cells::count_by(lines, stamps, counters, masks, compute, compressed)
        }
        None => cells::count_by(lines, None, counters, masks, compute, compressed),
    }
}

/// The bytes from a place of the window on.
#[inline]
#[target_feature(enable = "avx2")]
fn load(window: &Window, from: usize) -> __m256i {
    let bytes: [u8; VECTOR] = window[from..].first_chunk().copied().unwrap_or([0; VECTOR]);
    // SAFETY: there are as many bytes as are read.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Line feeds, TABs, and what is neither a line feed nor a digit.
#[inline]
#[target_feature(enable = "avx2")]
fn masks(window: &Window) -> Masks {
    let mut masks = Masks::default();
    for at in [0, VECTOR] {
        let bytes = load(window, FRONT + at);
        let bits = |lanes| u64::from(_mm256_movemask_epi8(lanes) as u32) << at;
        let values = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
        let digits = _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
        let line_feeds = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\n' as i8));
        masks.line_feeds |= bits(line_feeds);
        masks.tabs |= bits(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\t' as i8)));
        masks.others |= bits(_mm256_or_si256(digits, line_feeds)) ^ 0xffff_ffff << at;
    }
    masks
}

/// [`compute`](super::compute) in other words.
#[inline]
#[target_feature(enable = "avx2")]
fn compute<const CELLS: bool>(window: &Window, values: &mut Values) {
    for (at, values) in [0, VECTOR].into_iter().zip(values.0.as_chunks_mut().0) {
        let before = |bytes: usize| load(window, FRONT + at - bytes);
        let digits = |text| _mm256_subs_epu8(text, _mm256_set1_epi8(b'0' as i8));
        let is_end = |text| match CELLS {
            true => _mm256_cmpgt_epi8(_mm256_set1_epi8(b'0' as i8), text),
            false => _mm256_cmpeq_epi8(text, _mm256_set1_epi8(b'\n' as i8)),
        };
        let (one, two, three, four) = (before(1), before(2), before(3), before(4));
        let is_short = is_end(two);
        let is_shorter_than_four = _mm256_or_si256(is_short, is_end(three));
        let hundreds = _mm256_andnot_si256(is_short, digits(three));
        let thousands = _mm256_andnot_si256(is_shorter_than_four, digits(four));
        let mut low = _mm256_add_epi8(digits(one), tenfold(digits(two)));
        let mut high = _mm256_add_epi8(hundreds, tenfold(thousands));
        if CELLS {
            low = _mm256_or_si256(low, is_end(one));
            high = _mm256_or_si256(high, is_end(one));
        }
        store(low, high, values);
    }
}

/// Ten times each digit.
#[inline]
#[target_feature(enable = "avx2")]
fn tenfold(digits: __m256i) -> __m256i {
    let table = _mm256_setr_epi8(
        0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 0, 0, 0, 0, 0, 0, // for the lower half
        0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 0, 0, 0, 0, 0, 0, // for the upper half
    );
    _mm256_shuffle_epi8(table, digits)
}

/// Stores `low` + 100 × `high`.
#[inline]
#[target_feature(enable = "avx2")]
fn store(low: __m256i, high: __m256i, values: &mut [u16; VECTOR]) {
    let factors = _mm256_set1_epi16(i16::from_le_bytes([1, 100]));
    // Of both halves of a vector, the first eight and the last eight.
    let first = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(low, high), factors);
    let last = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(low, high), factors);
    let lower = _mm256_permute2x128_si256::<0x20>(first, last);
    let upper = _mm256_permute2x128_si256::<0x31>(first, last);
    for (sixteen, values) in [lower, upper].into_iter().zip(values.as_chunks_mut::<16>().0) {
        // SAFETY: there is room for as many as are stored.
        unsafe { _mm256_storeu_si256(values.as_mut_ptr().cast(), sixteen) };
    }
}
