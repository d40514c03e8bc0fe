use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Sorts as `Vec::sort_by` does, by code that is compiled once: the other is compiled anew for each place that calls it, which
/// costs 6 kB of WebAssembly each time. For lists that people read; it allocates.
pub fn sort_small<T>(items: &mut Vec<T>, compare: &dyn Fn(&T, &T) -> Ordering) {
    let order = order(items.len(), &|one, other| compare(&items[one], &items[other]));
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|at| taken[at].take()));
}

/// Collects into a map as `collect` does, which would sort first: see [`sort_small`]. For maps that are small; of values with the same key
/// the last one stays.
pub fn mapped<K: Ord, V>(items: &mut dyn Iterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in items {
        map.insert(key, value);
    }
    map
}

#[inline(never)]
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| key % 8);
            let mut sorted = items;
            sort_small(&mut sorted, &|one, other| (one.0 % 8).cmp(&(other.0 % 8)));
            prop_assert_eq!(sorted, expected);
        }
    }
}
