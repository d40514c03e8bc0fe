//! Dates of the proleptic Gregorian calendar, for the years -9999 to 9999. A library that knows time zones and every format
//! takes 80 kB of the browser's code; what pages show needs this much. Tests compare it with that library.

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The months as charts name them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date and a time of day, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    /// Milliseconds since midnight.
    pub(crate) clock: i64,
}

impl Civil {
    /// The date of an instant in UTC: milliseconds since the epoch. `None` outside of the years that are known.
    ///
    /// By Howard Hinnant's `civil_from_days` (<https://howardhinnant.github.io/date_algorithms.html>), which counts days in eras of
    /// 400 years that begin on the first of March.
    pub(crate) fn of(timestamp: i64) -> Option<Self> {
        let days = timestamp.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        (-9999..=9999).contains(&year).then_some(Self { year, month, day, clock: timestamp.rem_euclid(DAY) })
    }

    /// The instant of this date in UTC; the way back.
    pub(crate) fn timestamp(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let from_march = (self.month + 9) % 12;
        let day_of_year = (153 * from_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        (era * 146_097 + day_of_era - 719_468) * DAY + self.clock
    }

    /// Reads `2026-11-20`, with a time of day after a `T` or a blank: `14:00`, `14:00:05` or `14:00:05.250`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.find(['T', 't', ' ']) {
            Some(at) => (&text[..at], text[at + 1..].trim_start()),
            None => (text, "00:00"),
        };
        let (sign, digits) = date.strip_prefix('-').map_or((1, date), |rest| (-1, rest));
        let mut parts = digits.split('-');
        let year = sign * number(parts.next()?, 4)?;
        let (month, day) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let real = parts.next().is_none() && (1..=12).contains(&month);
        if !real || !(1..=days_of(year, month)).contains(&day) {
            return None;
        }
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        let mut parts = whole.split(':');
        let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
        let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
        let fits = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
        let millis = milliseconds(fraction)?;
        let clock = ((hour * 60 + minute) * 60 + second) * 1000 + millis;
        fits.then_some(Self { year, month, day, clock })
    }

    /// By a pattern of `strftime`: `%Y`, `%m`, `%d`, `%b`, `%H`, `%I`, `%M`, `%S`, `%.3f`, `%p`; the rest stands as it is.
    pub(crate) fn format(self, pattern: &str) -> String {
        let (seconds, millis) = (self.clock / 1000, self.clock % 1000);
        let hour = seconds / 3600;
        let mut out = String::with_capacity(pattern.len() + 8);
        let mut rest = pattern;
        while let Some((before, code)) = rest.split_once('%') {
            out.push_str(before);
            let mut letters = code.chars();
            match letters.next() {
                Some('Y') => {
                    out.push_str(if self.year < 0 { "-" } else { "" });
                    pad(&mut out, self.year.abs(), 4);
                }
                Some('m') => pad(&mut out, self.month, 2),
                Some('d') => pad(&mut out, self.day, 2),
                Some('b') => out.push_str(MONTHS[(self.month - 1).clamp(0, 11) as usize]),
                Some('H') => pad(&mut out, hour, 2),
                Some('I') => pad(&mut out, (hour + 11) % 12 + 1, 2),
                Some('M') => pad(&mut out, seconds / 60 % 60, 2),
                Some('S') => pad(&mut out, seconds % 60, 2),
                Some('p') => out.push_str(if hour < 12 { "AM" } else { "PM" }),
                Some('.') if code.starts_with(".3f") => {
                    out.push('.');
                    pad(&mut out, millis, 3);
                    rest = &code[3..];
                    continue;
                }
                Some(other) => {
                    out.push('%');
                    out.push(other);
                }
                None => out.push('%'),
            }
            rest = letters.as_str();
        }
        out + rest
    }
}

fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

/// The digits behind a point, as milliseconds; what is finer is cut off.
fn milliseconds(text: &str) -> Option<i64> {
    if text.len() > 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = text.bytes().chain(*b"000").take(3);
    Some(digits.fold(0, |millis, digit| millis * 10 + i64::from(digit - b'0')))
}

fn pad(out: &mut String, number: i64, digits: usize) {
    let text = number.to_string();
    out.extend(std::iter::repeat_n('0', digits.saturating_sub(text.len())));
    out.push_str(&text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-31",
            "2026-02-29",
            "2026-13-01",
            "26-11-20",
            "2026-11-20T24:00",
            "2026-11-20 14",
            "2026-11-20T14:60",
            "2026-11-20T14:00:60",
            "2026-11-20T14:00:00.",
            "2026-11-20T14:00:00.x",
            "+026-01-01",
        ] {
            let expected = text == "2026-11-20T14:00:00.";
            assert_eq!(Civil::parse(text).is_some(), expected, "{text:?}");
        }
    }

    const PATTERN: &str = "%Y-%m-%d %H:%M:%S%.3f %b %I %p";

    proptest! {
        #[test]
        fn it_agrees_with_jiff(timestamp in -62_167_219_200_000_i64..253_402_200_000_000) {
            let known = jiff::Timestamp::from_millisecond(timestamp).unwrap();
            let civil = Civil::of(timestamp).unwrap();
            prop_assert_eq!(civil.format(PATTERN), known.strftime(PATTERN).to_string());
            prop_assert_eq!(civil.timestamp(), timestamp);
            let written = civil.format("%Y-%m-%dT%H:%M:%S%.3f");
            prop_assert_eq!(Civil::parse(&written), Some(civil));
        }

        #[test]
        fn nothing_breaks_it(timestamp in any::<i64>(), text in "\\PC*") {
            let _ = (Civil::of(timestamp).map(|civil| civil.format(&text)), Civil::parse(&text));
        }
    }
}
