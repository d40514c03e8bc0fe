//! Readings that a rollup is tried on: made by a rule, the same in each run.

use watchfire_model::{Batch, Labels, STALE};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A counter with resets, a gauge with fractions, and one with gaps, markers and samples exactly at the starts of buckets.
pub(crate) fn fill(batch: &mut Batch, from: i64, until: i64) {
    let of = |metric, job| Labels::of(metric, [("job", job)]).unwrap();
    let (mut total, mut state) = (0.0, 1_u64);
    for at in (from..until).step_by(MINUTE as usize) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let random = (state >> 40) as f64 / 100.0;
        total = if state.is_multiple_of(97) { 0.0 } else { total + random.floor() };
        batch.push(&of("requests_total", "api"), at + 7_123, total);
        batch.push(&of("temperature", "api"), at + 500, random);
        if (at / HOUR) % 3 != 0 {
            batch.push(&of("jobs", "batch"), at, if state.is_multiple_of(11) { STALE } else { random });
        }
    }
}
