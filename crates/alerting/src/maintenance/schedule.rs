use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::days::days;
use super::rule::{End, Rule};
use crate::config::Period;
use crate::time_interval::Location;

/// When something is: once, or again and again by a rule. Times of day are those of clocks there: what they skip in spring is
/// later by as much, what they show twice in autumn is meant the first time (RFC 5545, 3.3.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// When it starts for the first time, on the clocks there.
    pub start: DateTime,
    /// Whose clocks.
    pub location: Location,
    /// How long it lasts each time; more than nothing, at most a year.
    pub duration: Period,
    /// How it comes again; `None` for once. A start that the rule does not name is none.
    pub rule: Option<Rule>,
    /// Starts that are left out, the earliest first.
    pub except: Vec<DateTime>,
}

/// A time in which it stays as it is, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spell {
    pub(super) from: i64,
    /// It is so at least until then.
    pub(super) until: i64,
    pub(super) open: bool,
}

/// One time that it is, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When it starts.
    pub starts_at: i64,
    /// When it is over.
    pub ends_at: i64,
}

/// What goes on without a gap for so many times goes on for ever.
const ALWAYS: usize = 1000;

impl Schedule {
    /// The most starts that are left out: some for each week of twenty years. Each is compared with what comes.
    pub const MOST_EXCEPT: usize = 5000;

    /// The longest that something lasts: a leap year.
    pub const LONGEST: Period = Period::seconds(366 * 86_400);

    /// Whether it is at `at`, milliseconds since the epoch.
    pub fn contains(&self, at: i64) -> bool {
        self.during(at).next().is_some()
    }

    /// Whether it is at `at`, and for how long that is sure.
    pub(super) fn spell(&self, at: i64) -> Spell {
        let next = self.from(at.saturating_sub(self.duration.millis())).find(|next| next.ends_at > at);
        match next {
            Some(next) if next.starts_at <= at => Spell { from: at, until: next.ends_at, open: true },
            next => Spell { from: at, until: next.map_or(i64::MAX, |next| next.starts_at), open: false },
        }
    }

    /// The times that it is at `at`: more than one where it lasts longer than until it comes again.
    pub fn during(&self, at: i64) -> impl Iterator<Item = Occurrence> {
        self.from(at.saturating_sub(self.duration.millis()))
            .take_while(move |occurrence| occurrence.starts_at <= at)
            .filter(move |occurrence| at < occurrence.ends_at)
    }

    /// The times that start after `at`, in their order.
    pub fn after(&self, at: i64) -> impl Iterator<Item = Occurrence> {
        self.from(at).skip_while(move |occurrence| occurrence.starts_at <= at)
    }

    /// When it begins to be, or is over, after `at`; `None` where it stays as it is.
    pub fn next_change(&self, at: i64) -> Option<i64> {
        if !self.contains(at) {
            return self.after(at).next().map(|occurrence| occurrence.starts_at);
        }
        // What comes again before it is over goes on; for ever, if it always does.
        let mut end = at;
        for (number, next) in self.from(at.saturating_sub(self.duration.millis())).enumerate() {
            if next.starts_at > end {
                return Some(end);
            }
            if number >= ALWAYS {
                return None;
            }
            end = end.max(next.ends_at);
        }
        Some(end)
    }

    /// The same without what is of it at `at`: one that is once is over then, and one that comes again leaves this time out. `None`
    /// where it is not at `at`.
    #[must_use]
    pub fn ended(&self, at: i64) -> Option<Self> {
        let begun: Vec<(DateTime, Occurrence)> = self
            .starts(at.saturating_sub(self.duration.millis()))
            .take_while(|(_, occurrence)| occurrence.starts_at <= at)
            .filter(|(_, occurrence)| at < occurrence.ends_at)
            .collect();
        let (_, first) = begun.first()?;
        let mut ended = self.clone();
        if self.rule.is_none() {
            // It lasts whole seconds, and one at least.
            ended.duration = Period::seconds(((at - first.starts_at) / 1000).max(1));
        } else {
            ended.except.extend(begun.iter().map(|(start, _)| *start));
            // They are looked up by halves.
            ended.except.sort_unstable();
            ended.except.dedup();
        }
        Some(ended)
    }

    /// The times that start at `at` or later, in their order.
    fn from(&self, at: i64) -> impl Iterator<Item = Occurrence> {
        self.starts(at).map(|(_, occurrence)| occurrence)
    }

    /// The same, each with its start on the clocks there.
    fn starts(&self, at: i64) -> impl Iterator<Item = (DateTime, Occurrence)> {
        // Days here begin at most a day earlier or later than those of UTC.
        let about = |at: Timestamp| at.checked_sub(SignedDuration::from_hours(48)).unwrap_or(at);
        let first = self.start.date();
        let from = match Timestamp::from_millisecond(at) {
            Ok(at) => Some(self.location.zone().to_datetime(about(at)).date()),
            // Before the calendar begins, or after its end.
            Err(_) => (at < 0).then_some(first),
        };
        let once = from.filter(|_| self.rule.is_none()).map(|_| first);
        let again =
            from.zip(self.rule.as_ref()).into_iter().flat_map(move |(from, rule)| days(rule, first, from));
        let starts = once.into_iter().chain(again).map(|date| date.to_datetime(self.start.time()));
        starts.enumerate().map_while(|(number, start)| self.occurrence(number, start)).filter(
            move |(start, occurrence)| {
                self.except.binary_search(start).is_err() && occurrence.starts_at >= at
            },
        )
    }

    /// What starts at `start`, unless the rule has ended before.
    fn occurrence(&self, number: usize, start: DateTime) -> Option<(DateTime, Occurrence)> {
        let starts_at = self.location.zone().to_timestamp(start).ok()?;
        let ended = match self.rule.as_ref().map_or(End::Never, |rule| rule.end) {
            End::Never => false,
            End::Count(count) => number >= count as usize,
            End::Until(until) => starts_at > until,
            End::UntilLocal(until) => start > until,
            End::UntilDate(until) => start.date() > until,
        };
        let starts_at = starts_at.as_millisecond();
        let occurrence = Occurrence { starts_at, ends_at: starts_at.saturating_add(self.duration.millis()) };
        (!ended).then_some((start, occurrence))
    }
}
