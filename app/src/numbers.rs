//! Numbers for people.

/// A number with its digits in groups of three, apart by a narrow space that does not break (ISO 80000-1).
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// How long ago something was, by milliseconds: `4 s ago`.
pub(crate) fn ago(millis: i64) -> String {
    match millis / 1000 {
        ..1 => "just now".to_owned(),
        seconds @ 1..60 => format!("{seconds} s ago"),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3600),
    }
}

/// How far in the future something is, by milliseconds: `in 4 min`.
pub(crate) fn ahead(millis: i64) -> String {
    match millis / 1000 {
        ..1 => "now".to_owned(),
        seconds @ 1..60 => format!("in {seconds} s"),
        seconds @ 60..3600 => format!("in {} min", seconds / 60),
        seconds @ 3600..172_800 => format!("in {} h", seconds / 3600),
        seconds => format!("in {} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number).replace('\u{202f}', " "), text);
        }
    }

    #[test]
    fn ages_in_words() {
        let table = [
            (999, "just now"),
            (1000, "1 s ago"),
            (59_999, "59 s ago"),
            (60_000, "1 min ago"),
            (7_200_000, "2 h ago"),
        ];
        for (millis, expected) in table {
            assert_eq!(ago(millis), expected);
        }
    }

    #[test]
    fn the_future_in_words() {
        let table = [
            (0, "now"),
            (5000, "in 5 s"),
            (90_000, "in 1 min"),
            (7_200_000, "in 2 h"),
            (259_200_000, "in 3 d"),
        ];
        for (millis, expected) in table {
            assert_eq!(ahead(millis), expected);
        }
    }
}
