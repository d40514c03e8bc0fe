//! Orders of series: by value, and by labels as people order them.

use std::cmp::Ordering;

/// Rising, NaN last.
pub(crate) fn compare_values(a: f64, b: f64) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

/// Digits compare as numbers: `a9` stands before `a10`.
pub(crate) fn compare_natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        match (a_rest.is_empty(), b_rest.is_empty()) {
            (true, true) => return a.cmp(b),
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let (a_part, b_part) = (take_part(&mut a_rest), take_part(&mut b_rest));
        let order = match (is_number(a_part), is_number(b_part)) {
            (true, true) => {
                let (a, b) = (a_part.trim_start_matches('0'), b_part.trim_start_matches('0'));
                a.len().cmp(&b.len()).then_with(|| a.cmp(b))
            }
            _ => a_part.cmp(b_part),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn is_number(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_digit())
}

/// Takes all digits, or all else up to the next digit, off the front.
fn take_part<'a>(rest: &mut &'a str) -> &'a str {
    let number = is_number(rest);
    let end = rest.find(|next: char| next.is_ascii_digit() != number).unwrap_or(rest.len());
    let (part, after) = rest.split_at(end);
    *rest = after;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_compare_as_numbers() {
        let sorted = ["", "2", "10", "a", "a1b", "a9", "a10", "a10b2", "a10b11", "b"];
        for pair in sorted.windows(2) {
            assert_eq!(compare_natural(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare_natural(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_ne!(compare_natural("01", "1"), Ordering::Equal);
    }

    #[test]
    fn nan_is_last() {
        let mut values = [2.0, f64::NAN, f64::NEG_INFINITY, 1.0];
        values.sort_by(|a, b| compare_values(*a, *b));
        assert!(values[..3] == [f64::NEG_INFINITY, 1.0, 2.0] && values[3].is_nan());
    }
}
