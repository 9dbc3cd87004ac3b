use super::*;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn width(text: &str) -> Width {
    Width::of(&decimal(text)).unwrap()
}

#[test]
fn widths_are_multiples_of_each_other() {
    let mut at = width("0.01");
    for expected in ["0.01", "0.02", "0.1", "0.2", "1", "2", "10"] {
        assert_eq!(at, width(expected));
        assert!(at < at.coarser(1));
        at = at.coarser(1);
    }
    assert_eq!(width("2e300").coarser(-1), width("1e300"));
    assert_eq!(["0", "5", "3", "-1", "1.5"].map(|it| Width::of(&decimal(it))), [None; 5]);
}

/// As many cells as there is room for, and one more.
fn too_many(step: i64, places: u16) -> Vec<(Decimal, u64)> {
    (0..=MAX_DISTINCT as i64).map(|at| (Decimal::new(at * step, places), 1)).collect()
}

#[test]
fn the_cells_are_the_finest_for_which_there_is_room() {
    assert_eq!(Grid::of(&too_many(1, 2), MAX_DISTINCT).contents().0, width("0.02"));
    // In tenths all would still be distinct; in units of 0.2 some are not.
    assert_eq!(Grid::of(&too_many(10, 2), MAX_DISTINCT).contents().0, width("0.2"));
    let mut far = too_many(1, 0);
    far.insert(0, (decimal("-1e300"), 3));
    far.push((decimal("1.5e-7"), 1));
    far.sort();
    let mut grid = Grid::of(&far, MAX_DISTINCT);
    assert_eq!(grid.contents().0, width("2"));
    assert_eq!(grid.at_rank(3).unwrap().low, decimal("-1e300"));
    let middle = grid.at_rank(3 + 2 + 20_000).unwrap();
    assert_eq!((middle.low, middle.high), (decimal("20000"), decimal("20002")));
}

#[test]
fn a_sample_too_many_makes_the_cells_only_as_wide_as_necessary() {
    let mut grid = Grid::of(&too_many(1, 0), MAX_DISTINCT);
    for far in (0..).map(|at| Decimal::new(1_000_000 + 2 * at, 0)).take(MAX_DISTINCT / 2 - 1) {
        grid.add_many(&far, 1);
    }
    assert_eq!(grid.contents().0, width("2"));
    grid.add_many(&decimal("-7"), 1);
    assert_eq!(grid.contents().0, width("10"));
}

#[test]
fn samples_below_a_limit_between_cells_are_estimated() {
    let mut grid =
        Grid::with_cells(width("2"), [(&decimal("0"), 10), (&decimal("2"), 20)], MAX_DISTINCT);
    let below = ["-1", "0", "1", "2", "3", "4", "99"].map(|it| grid.below(&decimal(it)));
    assert_eq!(below, [0, 0, 5, 10, 20, 30, 30]);
}

#[test]
fn ranks_count_cells_beyond_the_machine_words_on_both_sides() {
    let cells = ["-2e40", "-1e40", "-3", "0", "8", "1e40", "2e40"].map(decimal);
    let mut grid = Grid::with_cells(width("1"), cells.iter().map(|cell| (cell, 2)), MAX_DISTINCT);
    for rank in 1..=14 {
        let low = grid.at_rank(rank).map(|cell| cell.low);
        assert_eq!(low.as_ref(), Some(&cells[(rank as usize - 1) / 2]), "{rank}");
    }
    assert!(grid.at_rank(15).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn parts_in_any_order_make_the_grid_of_the_whole(
        scale in 1i64..1000, shift in -100_000i64..100_000, tail in proptest::collection::vec("-?[1-9]e-?[0-9]{1,2}", 0..20),
        first in 0usize..20_000,
    ) {
        let mut values = too_many(scale, 3);
        values.extend((0..30_000).map(|at| (Decimal::new(shift + at * at % 99_991, 1), 2)));
        values.extend(tail.iter().map(|text| (decimal(text), 1)));
        values.sort();
        values.dedup_by(|later, value| later.0 == value.0);
        let whole = Grid::of(&values, MAX_DISTINCT).contents();
        // One after the other, upwards and downwards.
        let over = MAX_DISTINCT + 1;
        let mut upwards = Grid::of(&values[..over], MAX_DISTINCT);
        values[over..].iter().for_each(|(value, count)| upwards.add_many(value, *count));
        prop_assert_eq!(&upwards.contents(), &whole);
        let rest = values.len() - over;
        let mut downwards = Grid::of(&values[rest..], MAX_DISTINCT);
        values[..rest].iter().rev().for_each(|(value, n)| downwards.add_many(value, *n));
        prop_assert_eq!(&downwards.contents(), &whole);
        // Overlapping parts, each a grid of its own.
        let mut parts = [Grid::of(&values[first..first + over], MAX_DISTINCT), Grid::of(&values[..over], MAX_DISTINCT)];
        let twice: Vec<(Decimal, u64)> = values[..first + over].iter().enumerate()
            .map(|(at, (value, n))| {
                let times = u64::from(at < over) + u64::from(at >= first);
                (value.clone(), n * times)
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        let (width, cells) = parts[1].contents();
        parts[0].absorb(width, &cells);
        prop_assert_eq!(parts[0].contents(), Grid::of(&twice, MAX_DISTINCT).contents());
    }
}

#[test]
fn far_cells_take_more_room_where_many_channels_share() {
    let few = 40;
    let values: Vec<_> = (0..few).map(|at| (Decimal::power(1, 15 * at - 300), 1)).collect();
    // In the finest cells, all but the two least are beyond the machine words; in somewhat wider ones, all
    // but three.
    let used = |most: usize| Grid::of(&values, most).contents().1.len();
    assert_eq!(used(MAX_DISTINCT), 40);
    assert_eq!([154, 153, 151, 40].map(used), [40, 40, 40, 12]);
    // One by one, they make the same.
    for most in [153, 40, 28] {
        let mut grid = Grid::of(&values[..2], most);
        values[2..].iter().rev().for_each(|(value, count)| grid.add_many(value, *count));
        assert_eq!(grid.contents(), Grid::of(&values, most).contents());
    }
}
