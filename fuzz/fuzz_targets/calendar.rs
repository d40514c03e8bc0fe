//! Whatever comes as a calendar of who is on call is read or refused, never a panic and in bounded time; and the shifts that
//! are made of it are in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_alerting::calendar::{Calendar, MOST_EVENTS};
use watchfire_alerting::time_interval::Location;

/// 2026-01-05T00:00:00Z.
const NOW: i64 = 1_767_571_200_000;

fuzz_target!(|text: &str| {
    let zone = Location::new("Europe/Berlin").expect("a time zone");
    if let Ok(calendar) = Calendar::read(text, &zone) {
        assert!(calendar.events.len() <= MOST_EVENTS);
        let (shifts, _) = calendar.shifts(&["ann", "bob", "On call"], NOW);
        assert!(shifts.is_sorted());
        assert!(shifts.iter().all(|(from, to, _)| from <= to));
    }
});
