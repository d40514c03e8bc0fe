//! The days that a rule names, period by period.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::rule::{End, Frequency, Rule};

/// Periods without any day after which nothing more is expected: the 29th of February on a given day of the week comes up
/// within 40 years, and every day of the calendar after 400.
fn patience(frequency: Frequency) -> u32 {
    match frequency {
        Frequency::Daily => 15_000,
        Frequency::Weekly | Frequency::Monthly => 2_500,
        Frequency::Yearly => 450,
    }
}

/// The days of a rule whose first day may be `start`, in their order, from the period on that holds `from`; or, where it
/// counts its days, from `start` on.
pub(super) fn days(rule: &Rule, start: Date, from: Date) -> impl Iterator<Item = Date> + use<'_> {
    let counts = matches!(rule.end, End::Count(_));
    let mut period = if counts || from <= start { 0 } else { period_of(rule, start, from) };
    let mut empty = 0;
    let last = last_day(rule);
    let mut rest = Vec::new().into_iter();
    std::iter::from_fn(move || {
        loop {
            if let Some(day) = rest.next() {
                return Some(day);
            }
            if empty >= patience(rule.frequency) {
                return None;
            }
            let mut found = of_period(rule, start, period)?;
            found.retain(|day| *day >= start);
            found.sort_unstable();
            found.dedup();
            if found.first().is_some_and(|day| *day > last) {
                return None;
            }
            empty = if found.is_empty() { empty + 1 } else { 0 };
            period += 1;
            rest = found.into_iter();
        }
    })
}

/// A day that is not before the rule's end.
fn last_day(rule: &Rule) -> Date {
    match rule.end {
        End::Never | End::Count(_) => Date::MAX,
        End::UntilDate(date) => date,
        End::UntilLocal(at) => at.date(),
        // The day there is at most one later than that of UTC.
        End::Until(at) => {
            let day = TimeZone::UTC.to_datetime(at).date();
            day.checked_add(2.days()).unwrap_or(Date::MAX)
        }
    }
}

/// The period that holds the day, or the one before.
fn period_of(rule: &Rule, start: Date, day: Date) -> i64 {
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let since = match rule.frequency {
        Frequency::Daily => days_between(start, day),
        Frequency::Weekly => days_between(week(rule, start), day) / 7,
        Frequency::Monthly => months(day) - months(start),
        Frequency::Yearly => i64::from(day.year()) - i64::from(start.year()),
    };
    (since / i64::from(rule.interval)).max(0)
}

fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// The first day of the week that holds the day.
fn week(rule: &Rule, day: Date) -> Date {
    let since = i64::from(day.weekday().since(rule.week_start));
    day.checked_sub(since.days()).unwrap_or(day)
}

/// The days of one period, in no order; `None` beyond the calendar.
fn of_period(rule: &Rule, start: Date, period: i64) -> Option<Vec<Date>> {
    let steps = period.checked_mul(i64::from(rule.interval))?;
    let first = |date: Date| date.first_of_month();
    match rule.frequency {
        Frequency::Daily => {
            let day = start.checked_add(steps.days()).ok()?;
            let kept = month_fits(rule, day) && month_day_fits(rule, day) && weekday_fits(rule, day);
            Some(if kept { vec![day] } else { Vec::new() })
        }
        Frequency::Weekly => {
            let monday = week(rule, start).checked_add((steps * 7).days()).ok()?;
            let week = (0..7_i64).filter_map(|day| monday.checked_add(day.days()).ok());
            let same = |day: &Date| {
                if rule.by_day.is_empty() {
                    day.weekday() == start.weekday()
                } else {
                    weekday_fits(rule, *day)
                }
            };
            Some(week.filter(|day| same(day) && month_fits(rule, *day)).collect())
        }
        Frequency::Monthly => {
            let month = first(start).checked_add(steps.months()).ok()?;
            Some(if month_fits(rule, month) { of_month(rule, start, month) } else { Vec::new() })
        }
        Frequency::Yearly => {
            let year = Date::new(start.year(), 1, 1).ok()?.checked_add(steps.years()).ok()?;
            Some(of_year(rule, start, year))
        }
    }
}

fn of_year(rule: &Rule, start: Date, year: Date) -> Vec<Date> {
    let months = |months: &[i8], days: &dyn Fn(Date) -> Vec<Date>| -> Vec<Date> {
        let months = months.iter().filter_map(|month| Date::new(year.year(), *month, 1).ok());
        months.flat_map(days).collect()
    };
    if !rule.by_month.is_empty() {
        return months(&rule.by_month, &|month| of_month(rule, start, month));
    }
    if rule.by_month_day.is_empty() && rule.by_day.is_empty() {
        return months(&[start.month()], &|month| month_days(&[start.day()], month));
    }
    // Without months, days of the week are counted in the year.
    let each = || weekdays(rule, year, year.last_of_year());
    if rule.by_month_day.is_empty() {
        return each();
    }
    let all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    limited(rule, months(&all, &|month| month_days(&rule.by_month_day, month)), each)
}

fn of_month(rule: &Rule, start: Date, month: Date) -> Vec<Date> {
    let each = || weekdays(rule, month, month.last_of_month());
    if !rule.by_month_day.is_empty() {
        limited(rule, month_days(&rule.by_month_day, month), each)
    } else if rule.by_day.is_empty() {
        month_days(&[start.day()], month)
    } else {
        each()
    }
}

/// Days of the month by their numbers, as far as the month has them.
fn month_days(numbers: &[i8], month: Date) -> Vec<Date> {
    let day = |number: &i8| {
        let day = if *number < 0 { month.days_in_month() + number + 1 } else { *number };
        Date::new(month.year(), month.month(), day).ok()
    };
    numbers.iter().filter_map(day).collect()
}

/// Those days that are also days of the week that `BYDAY` names, if it names any.
fn limited(rule: &Rule, mut days: Vec<Date>, each: impl FnOnce() -> Vec<Date>) -> Vec<Date> {
    if !rule.by_day.is_empty() {
        let each = each();
        days.retain(|day| each.contains(day));
    }
    days
}

/// The days of the week that `BYDAY` names between two days, counted there.
fn weekdays(rule: &Rule, first: Date, last: Date) -> Vec<Date> {
    let mut found = Vec::new();
    for by_day in &rule.by_day {
        let until = i64::from(by_day.weekday.since(first.weekday()));
        let Ok(mut day) = first.checked_add(until.days()) else { continue };
        let mut each = Vec::new();
        while day <= last {
            each.push(day);
            let Ok(next) = day.checked_add(7.days()) else { break };
            day = next;
        }
        match by_day.ordinal {
            None => found.append(&mut each),
            Some(ordinal) => {
                let index = if ordinal < 0 {
                    each.len().checked_sub(usize::from(ordinal.unsigned_abs()))
                } else {
                    Some(usize::from(ordinal.unsigned_abs()) - 1)
                };
                found.extend(index.and_then(|index| each.get(index)));
            }
        }
    }
    found
}

fn month_fits(rule: &Rule, day: Date) -> bool {
    rule.by_month.is_empty() || rule.by_month.contains(&day.month())
}

fn month_day_fits(rule: &Rule, day: Date) -> bool {
    let from_end = day.day() - day.days_in_month() - 1;
    rule.by_month_day.is_empty()
        || rule.by_month_day.contains(&day.day())
        || rule.by_month_day.contains(&from_end)
}

fn weekday_fits(rule: &Rule, day: Date) -> bool {
    rule.by_day.is_empty() || rule.by_day.iter().any(|by_day| by_day.weekday == day.weekday())
}
