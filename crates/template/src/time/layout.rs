//! Moments by Go's layouts, which show how one certain moment is written: Mon Jan 2 15:04:05 MST 2006
//! (<https://pkg.go.dev/time#pkg-constants>).

use std::fmt::Write as _;

use jiff::tz::Offset;

use super::{MONTHS, Time, WEEKDAYS};

/// Elements by how they look in a layout. A longer one stands before those that it begins with.
const ELEMENTS: &[(&str, Element)] = &[
    ("January", Element::MonthName),
    ("Jan", Element::ShortMonth),
    ("Monday", Element::WeekdayName),
    ("Mon", Element::ShortWeekday),
    ("MST", Element::Zone),
    ("01", Element::Month(2)),
    ("02", Element::Day('0')),
    ("03", Element::HalfHour(2)),
    ("04", Element::Minute(2)),
    ("05", Element::Second(2)),
    ("06", Element::ShortYear),
    ("002", Element::YearDay('0')),
    ("2006", Element::Year),
    ("__2", Element::YearDay(' ')),
    ("_2006", Element::AfterUnderscore),
    ("_2", Element::Day(' ')),
    ("15", Element::Hour),
    ("1", Element::Month(1)),
    ("2", Element::Day('-')),
    ("3", Element::HalfHour(1)),
    ("4", Element::Minute(1)),
    ("5", Element::Second(1)),
    ("PM", Element::Half("PM", "AM")),
    ("pm", Element::Half("pm", "am")),
    ("-070000", Element::Offset { z: false, colon: false, parts: 3 }),
    ("-07:00:00", Element::Offset { z: false, colon: true, parts: 3 }),
    ("-0700", Element::Offset { z: false, colon: false, parts: 2 }),
    ("-07:00", Element::Offset { z: false, colon: true, parts: 2 }),
    ("-07", Element::Offset { z: false, colon: false, parts: 1 }),
    ("Z070000", Element::Offset { z: true, colon: false, parts: 3 }),
    ("Z07:00:00", Element::Offset { z: true, colon: true, parts: 3 }),
    ("Z0700", Element::Offset { z: true, colon: false, parts: 2 }),
    ("Z07:00", Element::Offset { z: true, colon: true, parts: 2 }),
    ("Z07", Element::Offset { z: true, colon: false, parts: 1 }),
];

#[derive(Clone, Copy)]
enum Element {
    MonthName,
    ShortMonth,
    WeekdayName,
    ShortWeekday,
    Zone,
    /// With at least so many digits.
    Month(usize),
    /// Filled up with a character; `-` is none.
    Day(char),
    YearDay(char),
    Hour,
    HalfHour(usize),
    Minute(usize),
    Second(usize),
    Year,
    ShortYear,
    /// An underscore that belongs to no day, and a year.
    AfterUnderscore,
    /// After noon and before.
    Half(&'static str, &'static str),
    /// Hours, minutes and seconds; `Z` where there are none.
    Offset {
        z: bool,
        colon: bool,
        parts: usize,
    },
}

/// A moment by a layout.
pub(super) fn format(time: &Time, layout: &str) -> String {
    let mut text = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some(c) = rest.chars().next() {
        if let Some((element, length)) = element(rest) {
            write(&mut text, time, element);
            rest = &rest[length..];
        } else if let Some((digits, length)) = fraction(rest) {
            write_fraction(&mut text, time, &rest[..length], digits);
            rest = &rest[length..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    text
}

fn element(rest: &str) -> Option<(Element, usize)> {
    let (text, element) = ELEMENTS.iter().find(|(text, _)| rest.starts_with(text))?;
    // Words that begin with the short names are no names.
    if matches!(element, Element::ShortMonth | Element::ShortWeekday)
        && rest[text.len()..].starts_with(|c: char| c.is_ascii_lowercase())
    {
        return None;
    }
    Some((*element, text.len()))
}

/// A point or comma with zeros or nines and no other digit: how many, and the bytes.
fn fraction(rest: &str) -> Option<(usize, usize)> {
    let digits = rest.strip_prefix(['.', ','])?;
    let first = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let count = digits.find(|c| c != first).unwrap_or(digits.len());
    let ends = !digits[count..].starts_with(|c: char| c.is_ascii_digit());
    ends.then_some((count, count + 1))
}

fn write_fraction(text: &mut String, time: &Time, shown: &str, count: usize) {
    let nanos = format!("{:09}", time.zone.to_datetime(time.at).subsec_nanosecond());
    let nanos = format!("{nanos:0<count$}");
    let digits = &nanos[..count];
    let digits = if shown.ends_with('9') { digits.trim_end_matches('0') } else { digits };
    if !digits.is_empty() {
        text.push_str(&shown[..1]);
        text.push_str(digits);
    }
}

fn write(text: &mut String, time: &Time, element: Element) {
    let local = time.zone.to_datetime(time.at);
    let (month, weekday) = (local.month() as usize - 1, local.weekday().to_sunday_zero_offset() as usize);
    let fill = |text: &mut String, value: i16, filler: char, width: usize| match filler {
        '0' => write!(text, "{value:0width$}"),
        ' ' => write!(text, "{value:width$}"),
        _ => write!(text, "{value}"),
    };
    let half = if local.hour() % 12 == 0 { 12 } else { local.hour() % 12 };
    // Writing to a string never fails.
    let _ = match element {
        Element::MonthName => write!(text, "{}", MONTHS[month]),
        Element::ShortMonth => write!(text, "{}", &MONTHS[month][..3]),
        Element::WeekdayName => write!(text, "{}", WEEKDAYS[weekday]),
        Element::ShortWeekday => write!(text, "{}", &WEEKDAYS[weekday][..3]),
        Element::Zone => write!(text, "{}", abbreviation(time)),
        Element::Month(width) => write!(text, "{:0width$}", local.month()),
        Element::Day(filler) => fill(text, i16::from(local.day()), filler, 2),
        Element::YearDay(filler) => fill(text, local.day_of_year(), filler, 3),
        Element::Hour => write!(text, "{:02}", local.hour()),
        Element::HalfHour(width) => write!(text, "{half:0width$}"),
        Element::Minute(width) => write!(text, "{:0width$}", local.minute()),
        Element::Second(width) => write!(text, "{:0width$}", local.second()),
        Element::Year => write!(text, "{:04}", local.year()),
        Element::ShortYear => write!(text, "{:02}", local.year().rem_euclid(100)),
        Element::AfterUnderscore => write!(text, "_{:04}", local.year()),
        Element::Half(after, before) => write!(text, "{}", if local.hour() >= 12 { after } else { before }),
        Element::Offset { z, colon, parts } => {
            write_offset(text, time.zone.to_offset(time.at), z, if colon { ":" } else { "" }, parts);
            Ok(())
        }
    };
}

fn write_offset(text: &mut String, offset: Offset, z: bool, colon: &str, parts: usize) {
    let seconds = offset.seconds();
    if z && seconds == 0 {
        text.push('Z');
        return;
    }
    let all = seconds.unsigned_abs();
    let _ = write!(text, "{}{:02}", if seconds < 0 { '-' } else { '+' }, all / 3600);
    for value in [all / 60 % 60, all % 60].iter().take(parts - 1) {
        let _ = write!(text, "{colon}{value:02}");
    }
}

/// The zone's short name; its offset if it is nothing but an offset.
fn abbreviation(time: &Time) -> String {
    let info = time.zone.to_offset_info(time.at);
    if time.zone.iana_name().is_none() && info.abbreviation().starts_with(['+', '-']) {
        let mut text = String::new();
        write_offset(&mut text, info.offset(), false, "", 2);
        return text;
    }
    info.abbreviation().to_owned()
}
