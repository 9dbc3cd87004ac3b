use super::*;
use crate::ranks::counts::MAX_DISTINCT;
use proptest::prelude::*;

fn of(values: std::ops::Range<i64>) -> Distribution {
    let mut distribution = Distribution::default();
    values.for_each(|value| distribution.add(&Decimal::new(value, 1)));
    distribution
}

#[test]
fn one_distinct_value_too_many_makes_it_approximate() {
    let most = MAX_DISTINCT as i64;
    assert!(of(0..most).is_exact());
    let mut more = of(0..most + 1);
    assert!(!more.is_exact());
    assert_eq!(more.mode(), None);
    let n = most as u64 + 1;
    let median = more.near_rank(n / 2).unwrap().estimate();
    assert_eq!(
        (median.value.to_string(), median.error.to_string()),
        ("3276.7".into(), "0.1".into())
    );
}

#[test]
fn parts_are_merged_to_what_the_whole_is_in_any_order() {
    let most = MAX_DISTINCT as i64;
    let mut whole = of(0..most + 1);
    let mut parts = [of(0..10), of(10..most), of(most..most + 1)];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let mut merged = Distribution::default();
        order.iter().for_each(|&part| merged.absorb(&parts[part].contents()));
        assert_eq!(merged.contents(), whole.contents());
        let mut again = Distribution::default();
        again.absorb(&of(0..0).contents());
        again.absorb(&merged.contents());
        assert_eq!(again.contents(), whole.contents());
    }
}

/// Values near each other, over many magnitudes, and some that are not short.
fn values(count: i64) -> Vec<Decimal> {
    let near = (0..count).map(|at| Decimal::new(at * at % 99_991, 2));
    let far = (0..count / 2).map(|at| format!("{at}.5e{}", at % 60).parse().unwrap());
    let long = (0..9).map(|at| format!("{at}.12345678901234567{at}").parse().unwrap());
    near.chain(far).chain(long).collect()
}

#[test]
fn whenever_the_capacity_shrinks_the_contents_are_those_of_the_last_one() {
    for (count, last, is_given_up) in [(20, 200, false), (900, 200, false), (900, 1000, true)] {
        let values = values(count);
        let capacity = Capacity::of_each(last);
        let mut expected = Distribution::default();
        expected.hold(capacity);
        values.iter().for_each(|value| expected.add(value));
        if let Contents::Approximate { bins, grid } = expected.contents() {
            assert!(grid.unwrap().1.len() <= capacity.values);
            assert_eq!(bins.is_none(), is_given_up);
        }
        for shrinks_at in [0, values.len() / 3, values.len()] {
            let mut found = Distribution::default();
            let (before, behind) = values.split_at(shrinks_at);
            before.iter().rev().for_each(|value| found.add(value));
            found.hold(Capacity::of_each(5));
            found.hold(capacity);
            behind.iter().for_each(|value| found.add(value));
            assert_eq!(found.contents(), expected.contents(), "{count} {last} {shrinks_at}");
            let mut merged = Distribution::default();
            merged.hold(capacity);
            merged.absorb(&found.contents());
            assert_eq!(merged.contents(), expected.contents());
            for rank in [2, count as u64 / 2, count as u64] {
                assert_eq!(found.near_rank(rank), expected.near_rank(rank));
            }
        }
    }
}

/// Numbers as they come: near each other, in steps, growing, far apart, or of any size.
fn numbers() -> impl Strategy<Value = Vec<i64>> {
    let many = |number| proptest::collection::vec(number, 0..3000);
    prop_oneof![
        many((0i64..1 << 17).boxed()),
        many((0i64..1 << 40).boxed()),
        many(any::<i64>().prop_map(|number| number >> 1).boxed()),
        many((any::<i64>(), 1u32..60).prop_map(|(number, cut)| number >> cut).boxed()),
        many((0i64..1000).boxed()).prop_map(|steps| {
            steps.iter().scan(-(1 << 30), |at, step| Some(*at + step)).collect()
        }),
    ]
}

/// A distribution that goes over to cells while it takes numbers, some of them in other units.
#[test]
fn counts_of_short_numbers_and_long_values_make_the_same_as_one_by_one() {
    let most = MAX_DISTINCT as i64;
    let long: Vec<Decimal> =
        (0..9).map(|at| format!("{at}.12345678901234567{at}").parse().unwrap()).collect();
    for (short, far) in
        [(most - 9, None), (most - 8, None), (most + 1, None), (most, Some("1e300"))]
    {
        let numbers: Vec<_> = (0..short).map(|at| (at * at % 9_999_991, 2)).collect();
        let (mut fast, mut slow) = (Distribution::default(), Distribution::default());
        let far = far.map(|text| text.parse().unwrap());
        for value in long.iter().chain(&far) {
            fast.add(value);
            slow.add(value);
        }
        numbers.iter().for_each(|(number, n)| slow.add_many(&Decimal::new(*number, 3), *n));
        fast.add_counts(Ascending::of(numbers), 3);
        assert_eq!(fast.is_exact(), short == most - 9);
        assert_eq!(fast.contents(), slow.contents());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn many_at_a_time_are_counted_as_one_by_one(
        first in 0u16..6, batches in proptest::collection::vec((numbers(), 0u16..19), 1..4),
        rank in any::<proptest::sample::Index>(),
    ) {
        let values = (0..=MAX_DISTINCT as i64).map(|at| Decimal::new(at * at % 999_983, first));
        let mut fast = Distribution::default();
        values.for_each(|value| fast.add(&value));
        let mut slow = fast.clone();
        let mut n = MAX_DISTINCT + 1;
        for (numbers, scale) in batches {
            for numbers in numbers.chunks(700) {
                let ends = numbers.iter().min().copied().zip(numbers.iter().max().copied());
                fast.add_short(numbers, ends.unwrap_or_default(), scale);
                numbers.iter().for_each(|number| slow.add(&Decimal::new(*number, scale)));
                n += numbers.len();
                for rank in [1, rank.index(n) + 1, n / 2, n] {
                    let rank = rank as u64;
                    prop_assert_eq!(fast.near_rank(rank), slow.near_rank(rank));
                }
            }
        }
        prop_assert_eq!(fast.contents(), slow.contents());
    }
}

#[test]
fn ranks_made_anew_count_no_sample_twice() {
    let add = |distribution: &mut Distribution, number, count| {
        distribution.add_short(&vec![number; count], (number, number), 1);
    };
    let mut found = of(0..MAX_DISTINCT as i64 + 1);
    let mut expected = found.clone();
    // Counters in front of the grid, and ranks; then a cell that these do not know yet.
    add(&mut found, 100, 5);
    assert!(found.near_rank(7).is_some());
    add(&mut found, -1_000, 9_000);
    assert!(found.near_rank(7).is_some());
    // A sample without a counter: the ranks are out of date.
    let far = Decimal::new(1, 0) * Decimal::power(1, 9);
    found.add(&far);
    expected.add_many(&Decimal::new(100, 1), 5);
    expected.add_many(&Decimal::new(-1_000, 1), 9_000);
    expected.add(&far);
    let n = MAX_DISTINCT as u64 + 9_007;
    for rank in [7, n / 2, n] {
        assert_eq!(found.near_rank(rank), expected.near_rank(rank), "{rank}");
    }
}
