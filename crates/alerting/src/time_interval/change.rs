use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::TimeInterval;

/// Days that are looked at: every combination of a day of the month, a month and a day of the week comes up within 40
/// years (the 29th of February on a Monday is the rarest).
const DAYS: usize = 41 * 366;

/// The same as milliseconds.
const SPAN: i64 = DAYS as i64 * 86_400_000;

/// The next instant, in milliseconds since the epoch, at which time comes into one of the intervals or is in none of them
/// any more; `None` where there is none within the next 41 years.
pub fn next_change(intervals: &[TimeInterval], at: i64) -> Option<i64> {
    let inside = |at: i64| intervals.iter().any(|interval| interval.contains(at));
    let now = inside(at);
    // Of each interval, so that only the one that turns is asked again.
    let mut turns: Vec<(Option<i64>, &TimeInterval)> =
        intervals.iter().map(|interval| (of_one(interval, at), interval)).collect();
    loop {
        let next = turns.iter().filter_map(|(turn, _)| *turn).min().filter(|next| next - at <= SPAN)?;
        if inside(next) != now {
            return Some(next);
        }
        for (turn, interval) in &mut turns {
            if *turn == Some(next) {
                *turn = of_one(interval, next);
            }
        }
    }
}

/// The same of one interval.
pub(super) fn of_one(interval: &TimeInterval, at: i64) -> Option<i64> {
    let inside = interval.contains(at);
    // Not the interval's own: ranges of minutes that fill the day are no ranges.
    let minutes = boundaries(interval);
    if minutes.is_empty() && interval.has_every_date() {
        return None;
    }
    let mut date = interval.local(at)?.date();
    let mut before = date.yesterday().is_ok_and(|date| interval.has_date(date));
    for _ in 0..DAYS {
        let today = interval.has_date(date);
        if today != before || (today && !minutes.is_empty()) {
            let turn = instants(interval.location.zone(), date, &minutes)
                .filter(|instant| *instant > at && interval.contains(*instant) != inside)
                .min();
            if turn.is_some() {
                return turn;
            }
        }
        before = today;
        date = date.tomorrow().ok()?;
    }
    None
}

/// The minutes of the day at which the interval may begin or end; none where it takes whole days.
fn boundaries(interval: &TimeInterval) -> Vec<u16> {
    let whole = (0..1440).all(|minute| interval.times.iter().any(|range| range.contains(minute)));
    if whole {
        return Vec::new();
    }
    interval.times.iter().flat_map(|range| [range.start, range.end]).filter(|minute| *minute < 1440).collect()
}

/// The instants at which clocks show one of `minutes` on that day, or midnight, or are changed; in no order.
fn instants(zone: &TimeZone, date: Date, minutes: &[u16]) -> impl Iterator<Item = i64> {
    let shown = minutes.iter().copied().chain([0]).flat_map(move |minute| {
        let local = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        let ambiguous = zone.to_ambiguous_timestamp(local);
        match ambiguous.offset() {
            // What clocks skip they never show; the instant of the change stands for it.
            AmbiguousOffset::Gap { .. } => [None, None],
            _ => [ambiguous.earlier().ok(), ambiguous.later().ok()],
        }
    });
    shown.flatten().chain(changed(zone, date)).map(Timestamp::as_millisecond)
}

/// When clocks are changed on that day, at most twice.
fn changed(zone: &TimeZone, date: Date) -> Vec<Timestamp> {
    let midnight = |date: Date| zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).earlier().ok();
    let (Some(start), Some(end)) = (midnight(date), date.tomorrow().ok().and_then(midnight)) else {
        return Vec::new();
    };
    // From a while before it, since clocks may be changed at midnight.
    let from = start.checked_sub(SignedDuration::from_hours(2)).unwrap_or(start);
    let transitions = zone.following(from).take(2).map(|transition| transition.timestamp());
    transitions.filter(|at| *at < end).collect()
}
