use super::*;
use proptest::prelude::*;

fn sketch(values: &[f64]) -> Sketch {
    let mut sketch = Sketch::default();
    values.iter().for_each(|&value| sketch.add_many(&Decimal::shortest(value).unwrap(), 1));
    sketch
}

/// Values in the first and the last bins.
const EDGES: [f64; 6] =
    [f64::MIN_POSITIVE, 2.23e-308, 2.24e-308, f64::MAX, 1.79e308, -f64::MIN_POSITIVE];

#[test]
fn the_bins_reach_from_end_to_end_without_merging() {
    let sketch = sketch(&[f64::MAX, -f64::MAX, 3e-308, -3e-308, 1e-320, 0.0, 1.0]);
    let filled: Vec<Filled> = sketch.filled().collect();
    assert_eq!(filled.len(), 6);
    assert_eq!(filled[2], Filled { bin: SketchBin::Zero, count: 2 });
    for (filled, value) in filled.iter().zip([-f64::MAX, -3e-308, 0.0, 3e-308, 1.0, f64::MAX]) {
        let middle = filled.bin.interval().estimate().value.to_f64();
        assert!((middle - value).abs() <= 0.01 * value.abs(), "{middle} for {value}");
        assert!(filled.bin.exists());
    }
    assert!(!SketchBin::Positive(i32::MAX).exists() && !SketchBin::Negative(40_000).exists());
}

#[test]
fn samples_of_a_bin_are_assumed_to_lie_evenly_over_it() {
    // Less than two bins wide.
    let values: Vec<f64> = (0..=1000).map(|it| 23.0 + f64::from(it) / 1000.0).collect();
    let limits: Vec<f64> = (0..=10).map(|it| 23.0 + f64::from(it) / 10.0).collect();
    let below = sketch(&values).below(&limits, 23.0, 24.0);
    for (tenth, below) in (0i64..).zip(&below) {
        assert!((*below as i64 - 100 * tenth).abs() <= 10, "{below:?}");
    }
    let zeros = sketch(&[0.0, 0.0, 5.0, -5.0]);
    assert_eq!(zeros.below(&[-5.0, 0.0, 1e-9, 4.0, 6.0], -5.0, 5.0), [0, 1, 3, 3, 4]);
}

proptest! {
    #[test]
    fn a_quantile_is_within_one_percent_of_the_sample_of_its_rank(
        mut values in proptest::collection::vec(prop_oneof![
            proptest::num::f64::NORMAL,
            proptest::sample::select(&EDGES[..]),
            -1e3..1e3f64,
        ], 2..200),
    ) {
        let sketch = sketch(&values);
        values.sort_unstable_by(f64::total_cmp);
        for rank in 1..=values.len() {
            let interval = sketch.at_rank(rank as u64).unwrap().interval();
            let (found, value) = (interval.estimate(), values[rank - 1]);
            let off = (found.value.to_f64() - value).abs();
            prop_assert!(off <= 0.01 * value.abs(), "{:?} for {}", found, value);
            let value = Decimal::shortest(value).unwrap();
            prop_assert!(interval.low <= value && value <= interval.high);
        }
    }

    #[test]
    fn a_sketch_reassembled_in_any_order_is_the_same(
        mut values in proptest::collection::vec(prop_oneof![
            proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO,
            proptest::sample::select(&EDGES[..]),
        ], 0..100),
    ) {
        let whole = sketch(&values);
        values.reverse();
        let mut again = Sketch::default();
        sketch(&values).filled().for_each(|filled| again.add_filled(filled));
        prop_assert!(again.filled().eq(whole.filled()));
    }
}
