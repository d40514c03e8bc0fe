//! What a click on a legend does.

use std::collections::BTreeSet;

use watchfire_panel::Key;

/// Sorts by a column of numbers in words: by the numbers that they begin with, and their steps.
pub fn sorted(key: &mut Key, column: usize, turned: bool) {
    let size = |text: &str| {
        let end = text
            .find(|letter: char| !letter.is_ascii_digit() && !"-+.".contains(letter))
            .unwrap_or(text.len());
        let number = text[..end].parse::<f64>().unwrap_or(f64::NEG_INFINITY);
        let unit = text[end..].trim_start();
        let steps = [
            ("P", 1e15),
            ("T", 1e12),
            ("G", 1e9),
            ("M", 1e6),
            ("K", 1e3),
            ("k", 1e3),
            ("ms", 1e-3),
            ("µ", 1e-6),
            ("n", 1e-9),
        ];
        let times = steps.iter().find(|(step, _)| unit.starts_with(step)).map_or(1.0, |(_, times)| *times);
        number * times
    };
    watchfire_model::sort_small(&mut key.rows, &|one, other| {
        let of = |row: &watchfire_panel::KeyRow| {
            row.numbers.get(column).map_or(f64::NEG_INFINITY, |text| size(text))
        };
        let order = of(other).total_cmp(&of(one));
        if turned { order.reverse() } else { order }
    });
}

/// Which names are hidden after `name` was clicked.
pub fn chosen(
    hidden: &BTreeSet<String>,
    name: &str,
    all: impl Iterator<Item = String>,
    toggle: bool,
) -> BTreeSet<String> {
    let mut next = hidden.clone();
    if toggle {
        if !next.remove(name) {
            next.insert(name.to_owned());
        }
        return next;
    }
    let mut others = BTreeSet::new();
    for other in all.filter(|other| other != name) {
        others.insert(other);
    }
    // A second click on the one that is alone brings all back.
    if others == *hidden { BTreeSet::new() } else { others }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn click_isolates_and_ctrl_click_toggles() {
        let all = || ["a", "b", "c"].into_iter().map(str::to_owned);
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let table = [
            (set(&[]), "a", false, set(&["b", "c"])),
            (set(&["b", "c"]), "a", false, set(&[])),
            (set(&["b", "c"]), "b", false, set(&["a", "c"])),
            (set(&[]), "a", true, set(&["a"])),
            (set(&["a", "b"]), "a", true, set(&["b"])),
        ];
        for (hidden, name, toggle, expected) in table {
            assert_eq!(chosen(&hidden, name, all(), toggle), expected, "{hidden:?} {name} {toggle}");
        }
    }
}
