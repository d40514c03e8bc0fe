//! Bodies of requests, as programs that Watchfire knows nothing of would send them.

mod otlp;
mod push;
mod remote_write;

use crate::LABEL;
use crate::reading::{Reading, Sending, Value, Way};

/// The body of a request with all that goes this way, and how many samples it brings; none where nothing goes this way.
/// `since` is when the counters began: milliseconds since the epoch.
pub fn body(way: Way, all: &[Sending], since: i64) -> Option<(Vec<u8>, usize)> {
    let sendings: Vec<&Sending> = all.iter().filter(|sending| sending.way == way).collect();
    if sendings.is_empty() {
        return None;
    }
    let samples = sendings.iter().map(|sending| sending.samples()).sum();
    let bytes = match way {
        Way::RemoteWrite => remote_write::body(&sendings),
        Way::Push => push::body(&sendings),
        Way::Otlp => otlp::body(&sendings, since),
    };
    Some((bytes, samples))
}

/// The labels of a reading with those of its sender.
fn labels<'a>(sending: &'a Sending, reading: &'a Reading) -> impl Iterator<Item = (&'a str, &'a str)> {
    let sender = [("job", sending.job), ("instance", sending.instance.as_str()), LABEL];
    sender.into_iter().chain(reading.labels.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The upper bounds of a histogram's buckets as the label `le` has them.
fn edges(bounds: &[f64]) -> impl Iterator<Item = String> {
    bounds.iter().map(f64::to_string).chain(std::iter::once("+Inf".to_owned()))
}
