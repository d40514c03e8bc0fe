//! Numbers as digits.

/// With `decimals` digits behind the point. What rounds to zero has no sign.
pub(super) fn fixed(value: f64, decimals: u8) -> String {
    if value.abs() >= 1e15 {
        return scientific(value, Some(decimals));
    }
    let text = format!("{value:.*}", usize::from(decimals));
    if text.starts_with('-') && text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.')) {
        return text[1..].to_owned();
    }
    text
}

/// About three digits that count, without a tail of zeros behind whole numbers of three digits.
pub(super) fn human(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        size if size >= 1e15 => return scientific(value, Some(2)),
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.0995 || size == 0.0 => 2,
        size if size < 1e-9 => return scientific(value, Some(2)),
        size => {
            let leading = -(size.log10().floor()) as u8;
            return without_zeros(&fixed(value, leading + 2)).to_owned();
        }
    };
    fixed(value, decimals)
}

/// `1.23e10`.
pub(super) fn scientific(value: f64, decimals: Option<u8>) -> String {
    if let Some(decimals) = decimals {
        return format!("{value:.*e}", usize::from(decimals));
    }
    let text = format!("{value:.3e}");
    let (number, power) = text.split_once('e').unwrap_or((&text, "0"));
    [without_zeros(number), "e", power].concat()
}

/// The whole part in hexadecimal digits.
pub(super) fn hex(value: f64, prefix: &str) -> String {
    let sign = if value <= -1.0 { "-" } else { "" };
    format!("{sign}{prefix}{:X}", value.abs() as u64)
}

/// With a thin gap between groups of three digits: `1 234 567.8`.
pub(super) fn grouped(value: f64, decimals: Option<u8>) -> String {
    let text = match decimals {
        Some(decimals) => fixed(value, decimals),
        None if value.abs() >= 1e15 => return human(value),
        None => without_zeros(&fixed(value, 3)).to_owned(),
    };
    let whole = text.find(['.', 'e']).unwrap_or(text.len());
    let mut grouped = String::with_capacity(text.len() + 8);
    for (index, letter) in text.char_indices() {
        let left = whole.saturating_sub(index);
        if index > 0 && left > 0 && left % 3 == 0 && !grouped.ends_with('-') {
            grouped.push('\u{202f}');
        }
        grouped.push(letter);
    }
    grouped
}

/// Without zeros at the end of what stands behind a point.
pub(super) fn without_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}
