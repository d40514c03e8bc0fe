use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch, UTC.
pub(crate) fn now() -> i64 {
    // A clock before 1970 is a clock that was never set.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis() as i64)
}
