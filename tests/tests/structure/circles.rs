//! Circles in a graph.

use std::collections::{BTreeMap, BTreeSet};

/// Circles, as the names along them, the first name again at the end: one through each node that is on
/// a circle, unless a circle found earlier already goes through it.
pub(crate) fn among<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut circles: Vec<Vec<&str>> = Vec::new();
    for &start in graph.keys() {
        if circles.iter().any(|circle| circle.contains(&start)) {
            continue;
        }
        circles.extend(shortest(graph, start));
    }
    circles
}

/// The shortest way from `start` back to itself.
fn shortest<'a>(
    graph: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: &'a str,
) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![start]];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for &next in way.last().and_then(|last| graph.get(last)).into_iter().flatten() {
                let way = [&way[..], &[next]].concat();
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

#[test]
fn circles_are_found_where_there_are_some() {
    let graph = |edges: &[(&'static str, &'static str)]| {
        let mut graph = BTreeMap::<_, BTreeSet<_>>::new();
        for &(from, to) in edges {
            graph.entry(from).or_default().insert(to);
        }
        graph
    };
    assert!(among(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let found = among(&graph(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "c")]));
    assert_eq!(found, [vec!["b", "c", "b"], vec!["d", "c", "d"]]);
}
