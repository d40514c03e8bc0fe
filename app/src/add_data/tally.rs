use std::collections::BTreeMap;

use crate::api::IngestStatus;
use crate::numbers::{self, grouped};

/// What has come since the page was opened, by protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The server's clock when it was last asked, in milliseconds since the epoch.
    now: i64,
    counts: BTreeMap<String, Count>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    /// What the server counted when it was last asked.
    counted: u64,
    /// Samples since the page was opened.
    samples: u64,
    series: u64,
    last: Option<i64>,
}

/// Samples that have come, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Received {
    samples: u64,
    series: u64,
    /// Milliseconds since the last.
    ago: Option<i64>,
}

impl Tally {
    /// Takes in what the server says. The first time is where counting begins.
    pub(super) fn take(&mut self, status: IngestStatus) {
        self.now = status.now;
        for arrivals in status.ways {
            let count = self
                .counts
                .entry(arrivals.protocol)
                .or_insert_with(|| Count { counted: arrivals.samples, ..Count::default() });
            // A server that was started anew counts from nothing.
            count.samples += arrivals.samples.checked_sub(count.counted).unwrap_or(arrivals.samples);
            count.counted = arrivals.samples;
            count.series = arrivals.series;
            count.last = arrivals.last;
        }
    }

    /// What has come by any of these protocols; `None` if nothing has.
    pub(super) fn of(&self, protocols: &[&str]) -> Option<Received> {
        self.sum(|protocol| protocols.contains(&protocol))
    }

    /// What has come by all protocols together; `None` if nothing has.
    pub(super) fn total(&self) -> Option<Received> {
        self.sum(|_| true)
    }

    fn sum(&self, counts: impl Fn(&str) -> bool) -> Option<Received> {
        let come = self.counts.iter().filter(|(protocol, count)| count.samples > 0 && counts(protocol));
        let (samples, series, last) = come.fold((0, 0, None), |(samples, series, last), (_, count)| {
            // The server may count series from before the page was opened, while another was.
            (samples + count.samples, series + count.series.min(count.samples), last.max(count.last))
        });
        (samples > 0).then(|| Received { samples, series, ago: last.map(|last| (self.now - last).max(0)) })
    }
}

impl Received {
    /// Such as `received 12 samples, 3 series, last 1 s ago`.
    pub(super) fn words(self) -> String {
        let Self { samples, series, ago } = self;
        let plural = if samples == 1 { "" } else { "s" };
        let last = ago.map(|millis| format!(", last {}", numbers::ago(millis))).unwrap_or_default();
        format!("received {} sample{plural}, {} series{last}", grouped(samples), grouped(series))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Arrivals;

    fn status(now: i64, ways: &[(&str, u64, u64, Option<i64>)]) -> IngestStatus {
        let arrivals = |&(protocol, samples, series, last): &(&str, u64, u64, Option<i64>)| Arrivals {
            protocol: protocol.to_owned(),
            samples,
            series,
            last,
        };
        IngestStatus { now, ways: ways.iter().map(arrivals).collect() }
    }

    fn words(received: Option<Received>) -> Option<String> {
        received.map(Received::words)
    }

    #[test]
    fn what_came_before_is_not_counted() {
        let mut tally = Tally::default();
        tally.take(status(10_000, &[("push", 500, 0, Some(9000)), ("otlp_http", 0, 0, None)]));
        assert_eq!(tally.total(), None);
        tally.take(status(12_000, &[("push", 501, 9, Some(11_000)), ("otlp_http", 0, 0, None)]));
        assert_eq!(words(tally.of(&["push"])).unwrap(), "received 1 sample, 1 series, last 1 s ago");
        assert_eq!(tally.of(&["otlp_http"]), None);
        assert_eq!(tally.of(&[]), None);
        tally.take(status(13_000, &[("push", 501, 1, Some(11_000)), ("otlp_http", 4, 2, Some(13_000))]));
        assert_eq!(words(tally.total()).unwrap(), "received 5 samples, 3 series, last just now");
    }

    #[test]
    fn a_server_that_was_started_anew_goes_on_counting() {
        let mut tally = Tally::default();
        for counted in [7, 9, 0, 4] {
            tally.take(status(0, &[("push", counted, 1, None)]));
        }
        assert_eq!(words(tally.of(&["push"])).unwrap(), "received 6 samples, 1 series");
    }
}
