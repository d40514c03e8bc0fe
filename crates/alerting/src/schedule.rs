//! Who is on call: rotations in layers, and those who stand in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::config::{Local, ScheduleConfig};
use crate::time_interval::{Location, TimeInterval, next_change};

/// The most changes that are looked at for a list of shifts.
const MOST_CHANGES: usize = 10_000;

/// Who is on call when. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    name: String,
    zone: Location,
    layers: Vec<Layer>,
    /// Of calendars: from, until, who.
    calendars: Vec<(i64, i64, String)>,
    /// From, until, who.
    overrides: Vec<(i64, i64, String)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Layer {
    start: DateTime,
    /// Milliseconds by the clock.
    every: i64,
    receivers: Vec<String>,
    intervals: Vec<TimeInterval>,
}

/// A time in which the same one is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// From then on.
    pub from: i64,
    /// Until then.
    pub to: i64,
    /// Who; `None` where nobody is.
    pub receiver: Option<String>,
}

impl Schedule {
    /// Of a configuration that was read without a problem, with its time intervals.
    pub fn new(config: &ScheduleConfig, intervals: &BTreeMap<&str, &[TimeInterval]>) -> Self {
        let zone = config.time_zone.clone();
        let at = |local: Local| instant(&zone, local.0).unwrap_or(i64::MAX);
        let overrides = config
            .overrides
            .iter()
            .map(|instead| (at(instead.from), at(instead.to), instead.receiver.clone()))
            .collect();
        let layers = config.layers.iter().map(|layer| Layer {
            start: layer.start.0,
            every: layer.every.millis().max(1),
            receivers: layer.receivers.clone(),
            intervals: layer
                .time_intervals
                .iter()
                .filter_map(|name| intervals.get(name.as_str()))
                .flat_map(|intervals| intervals.iter().cloned())
                .collect(),
        });
        let calendars =
            config.calendars.iter().flat_map(|calendar| calendar.shifts.iter().cloned()).collect();
        Self { name: config.name.clone(), layers: layers.collect(), calendars, overrides, zone }
    }

    /// What escalations call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the time zone whose clocks count.
    pub fn time_zone(&self) -> &str {
        self.zone.name()
    }

    /// What the clocks of its time zone show at a time, as overrides are written: `2026-04-01 12:00`; `None` beyond the calendar.
    pub fn clock(&self, at: i64) -> Option<String> {
        let local = self.zone.zone().to_datetime(Timestamp::from_millisecond(at).ok()?);
        Some(local.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// All who are ever on call.
    pub fn receivers(&self) -> BTreeSet<&str> {
        let layers = self.layers.iter().flat_map(|layer| &layer.receivers);
        layers.chain(self.times().map(|(_, _, receiver)| receiver)).map(String::as_str).collect()
    }

    /// Times that count before layers; a later one counts before those before it.
    fn times(&self) -> impl DoubleEndedIterator<Item = &(i64, i64, String)> {
        self.calendars.iter().chain(&self.overrides)
    }

    /// Who is on call at a time.
    pub fn on_call(&self, at: i64) -> Option<&str> {
        let instead = self.times().rev().find(|(from, to, _)| (*from..*to).contains(&at));
        let of_layers = || self.layers.iter().rev().find_map(|layer| layer.on_call(&self.zone, at));
        instead.map(|(_, _, receiver)| receiver.as_str()).or_else(of_layers)
    }

    /// The next time after `at` at which somebody else may be on call.
    fn next_change(&self, at: i64) -> Option<i64> {
        let overrides = self.times().flat_map(|(from, to, _)| [*from, *to]);
        let layers = self.layers.iter().flat_map(|layer| {
            let intervals =
                (!layer.intervals.is_empty()).then(|| next_change(&layer.intervals, at)).flatten();
            [layer.next_turn(&self.zone, at), intervals].into_iter().flatten()
        });
        overrides.chain(layers).filter(|change| *change > at).min()
    }

    /// Who is on call from `from` to `to`, without a gap between the shifts; those in which nobody is are there, too.
    pub fn shifts(&self, from: i64, to: i64) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        let mut at = from;
        for _ in 0..MOST_CHANGES {
            if at >= to {
                break;
            }
            let receiver = self.on_call(at).map(str::to_owned);
            let until = self.next_change(at).unwrap_or(to).min(to);
            match shifts.last_mut().filter(|last| last.receiver == receiver) {
                Some(last) => last.to = until,
                None => shifts.push(Shift { from: at, to: until, receiver }),
            }
            at = until;
        }
        shifts
    }

    /// When the shift that is on at `at` began; `None` where that is longer ago than shifts are looked for.
    pub fn begun(&self, at: i64) -> Option<i64> {
        const DAY: i64 = 86_400_000;
        // Most shifts are short; what is far back is looked for only where it has to be.
        [1, 8, 64, 512, 4096].into_iter().find_map(|days| {
            let from = at.saturating_sub(days * DAY);
            let shift = self.shifts(from, at.saturating_add(1)).pop()?;
            (shift.from > from && shift.to > at).then_some(shift.from)
        })
    }
}

impl Layer {
    /// How many shifts were over at a time; `None` before the first.
    fn turn(&self, zone: &Location, at: i64) -> Option<i64> {
        let local = zone.zone().to_datetime(Timestamp::from_millisecond(at).ok()?);
        let passed = i64::try_from(self.start.duration_until(local).as_millis()).ok()?;
        if passed < 0 {
            return None;
        }
        let turn = passed / self.every;
        // Clocks that are set back show a time twice; a shift that has begun goes on.
        let begun = self.begin(zone, turn + 1).is_some_and(|begin| begin <= at);
        Some(turn + i64::from(begun))
    }

    /// When a shift begins.
    fn begin(&self, zone: &Location, turn: i64) -> Option<i64> {
        let passed = SignedDuration::from_millis(self.every.checked_mul(turn)?);
        instant(zone, self.start.checked_add(passed).ok()?)
    }

    fn on_call(&self, zone: &Location, at: i64) -> Option<&str> {
        let turn = self.turn(zone, at)?;
        if !self.intervals.is_empty() && !self.intervals.iter().any(|interval| interval.contains(at)) {
            return None;
        }
        let count = i64::try_from(self.receivers.len()).ok().filter(|count| *count > 0)?;
        self.receivers.get(usize::try_from(turn % count).ok()?).map(String::as_str)
    }

    fn next_turn(&self, zone: &Location, at: i64) -> Option<i64> {
        let next = self.turn(zone, at).map_or(0, |turn| turn + 1);
        self.begin(zone, next)
    }
}

/// When clocks show a time; of a time that they skip the one after, of one that they show twice the first.
fn instant(zone: &Location, local: DateTime) -> Option<i64> {
    zone.zone().to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::as_millisecond)
}
