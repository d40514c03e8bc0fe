//! Whatever comes as the times of a maintenance window is read or refused, never a panic and in bounded time; and what is read
//! means the same when it is printed and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_alerting::maintenance::Schedule;

/// 2026-01-05T00:00:00Z.
const NOW: i64 = 1_767_571_200_000;

fuzz_target!(|text: &str| {
    if let Ok(schedule) = text.parse::<Schedule>() {
        let printed = schedule.to_string();
        let again: Schedule = printed.parse().expect("what is printed can be read");
        assert_eq!(again, schedule, "{printed}");
        let times: Vec<_> = schedule.after(NOW).take(20).collect();
        assert!(times.is_sorted());
        assert!(times.iter().all(|time| time.starts_at > NOW && time.starts_at < time.ends_at));
        if let Some(change) = schedule.next_change(NOW) {
            assert!(change > NOW);
            assert_ne!(schedule.contains(change), schedule.contains(NOW));
        }
    }
});
