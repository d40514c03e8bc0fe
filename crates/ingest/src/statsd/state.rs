use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use watchfire_model::{Batch, Labels, METRIC_NAME, Metadata, MetadataKind};

use super::line::{StatsdKind, StatsdLine, number};
use super::{LineError, parse_line};

/// Upper bounds of a timing's buckets, in seconds: those that Prometheus' clients use, and longer ones.
const SECONDS: [f64; 14] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Upper bounds of a distribution's buckets, whose unit nobody knows: 1, 2 and 5 of each power of ten.
const PLAIN: [f64; 19] = [
    0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0,
    10_000.0, 100_000.0,
];

/// What a datagram did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Values that were counted.
    pub values: usize,
    /// Lines that could not be read.
    pub bad_lines: usize,
    /// Lines of series beyond the limit.
    pub too_many: usize,
    /// What is wrong with the first bad line.
    pub first_error: Option<LineError>,
}

/// Adds up what lines say. Memory is bounded by the number of series; those without an event for long leave.
#[derive(Debug)]
pub struct Aggregator {
    series: HashMap<String, Series>,
    max_series: usize,
    /// Members of all sets since the last flush. Each takes the room of a series.
    members: usize,
    hasher: RandomState,
    /// Milliseconds without an event after which a series leaves.
    idle: i64,
}

#[derive(Debug)]
struct Series {
    /// The metric's name and its labels, without a suffix.
    name: String,
    labels: Vec<(String, String)>,
    state: State,
    touched: i64,
    /// Whether there was an event since the last flush.
    fresh: bool,
}

#[derive(Debug)]
enum State {
    Counter(f64),
    Gauge(f64),
    Histogram {
        bounds: &'static [f64],
        counts: Vec<f64>,
        sum: f64,
    },
    /// Hashes of its members.
    Set(HashSet<u64>),
}

impl Aggregator {
    /// Takes up to `max_series` series; one leaves after `idle` milliseconds without an event.
    pub fn new(max_series: usize, idle: i64) -> Self {
        Self { series: HashMap::new(), max_series, members: 0, hasher: RandomState::new(), idle }
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Counts what one datagram says: lines with `\n` between them. `now` is in milliseconds since the epoch.
    pub fn take(&mut self, datagram: &[u8], now: i64) -> Taken {
        let mut taken = Taken::default();
        for line in
            datagram.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
        {
            match parse_line(line) {
                Ok(line) => match self.line(&line, now) {
                    Some(values) => taken.values += values,
                    None => taken.too_many += 1,
                },
                Err(error) => {
                    taken.bad_lines += 1;
                    taken.first_error.get_or_insert(error);
                }
            }
        }
        taken
    }

    /// How many values were counted; `None` when there is no room for the series.
    fn line(&mut self, line: &StatsdLine<'_>, now: i64) -> Option<usize> {
        // Kinds apart: a name may be sent as a counter and as a gauge.
        let key = format!("{:?} {} {}", line.kind, line.name, line.tags);
        if !self.series.contains_key(&key) {
            if self.series.len() + self.members >= self.max_series {
                return None;
            }
            self.series.insert(key.clone(), Series::new(line));
        }
        let others = self.series.len();
        let series = self.series.get_mut(&key)?;
        (series.touched, series.fresh) = (now, true);
        let values = line.values.split(':');
        let State::Set(members) = &mut series.state else {
            return Some(values.map(|value| series.state.count(line, value)).count());
        };
        let mut counted = 0;
        for value in values {
            let member = self.hasher.hash_one(value);
            if !members.contains(&member) {
                if others + self.members >= self.max_series {
                    return None;
                }
                members.insert(member);
                self.members += 1;
            }
            counted += 1;
        }
        Some(counted)
    }

    /// The state of all series with events since the last flush, as samples of `now`; nothing when there were none. Series
    /// that are idle for too long leave.
    pub fn flush(&mut self, now: i64) -> Batch {
        let mut batch = Batch::default();
        for series in self.series.values_mut().filter(|series| series.fresh) {
            series.fresh = false;
            series.write(&mut batch, now);
        }
        // Sets with members are fresh, so all were emptied.
        self.members = 0;
        let oldest = now.saturating_sub(self.idle);
        self.series.retain(|_, series| series.touched >= oldest);
        batch
    }
}

impl Series {
    fn new(line: &StatsdLine<'_>) -> Self {
        let state = match line.kind {
            StatsdKind::Counter => State::Counter(0.0),
            StatsdKind::Gauge => State::Gauge(0.0),
            StatsdKind::Timing => State::histogram(&SECONDS),
            StatsdKind::Distribution => State::histogram(&PLAIN),
            StatsdKind::Set => State::Set(HashSet::new()),
        };
        let mut labels: Vec<(String, String)> = Vec::new();
        for tag in line.tags.split(',').filter(|tag| !tag.is_empty()) {
            let (name, value) = tag.split_once(':').unwrap_or((tag, "true"));
            let name = clean(name, false);
            // The first of two with one name stays.
            if !labels.iter().any(|(other, _)| *other == name) && name != METRIC_NAME {
                labels.push((name, value.to_owned()));
            }
        }
        let mut name = clean(line.name, true);
        if line.kind == StatsdKind::Timing && !name.ends_with("_seconds") {
            name.push_str("_seconds");
        }
        Self { name, labels, state, touched: 0, fresh: false }
    }

    fn write(&mut self, batch: &mut Batch, now: i64) {
        let kind = match &mut self.state {
            State::Counter(total) => {
                let total = *total;
                let suffix = if self.name.ends_with("_total") { "" } else { "_total" };
                self.push(batch, suffix, None, now, total);
                MetadataKind::Counter
            }
            State::Gauge(value) => {
                let value = *value;
                self.push(batch, "", None, now, value);
                MetadataKind::Gauge
            }
            State::Set(values) => {
                let size = std::mem::take(values).len() as f64;
                self.push(batch, "", None, now, size);
                MetadataKind::Gauge
            }
            State::Histogram { bounds, counts, sum } => {
                let (bounds, counts, sum) = (*bounds, counts.clone(), *sum);
                let mut total = 0.0;
                for (bound, count) in
                    bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]).zip(&counts)
                {
                    total += count;
                    self.push(batch, "_bucket", Some(&bound), now, total);
                }
                self.push(batch, "_sum", None, now, sum);
                self.push(batch, "_count", None, now, total);
                MetadataKind::Histogram
            }
        };
        batch.metadata.push(Metadata { metric: self.name.clone(), kind, ..Metadata::default() });
    }

    fn push(&self, batch: &mut Batch, suffix: &str, le: Option<&str>, now: i64, value: f64) {
        let name = format!("{}{suffix}", self.name);
        let tags = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let le = le.map(|bound| ("le", bound));
        let others = tags.filter(|(name, _)| le.is_none() || *name != "le").chain(le);
        // Names are distinct, so it is a set.
        if let Ok(labels) = Labels::of(&name, others) {
            batch.push(&labels, now, value);
        }
    }
}

impl State {
    fn histogram(bounds: &'static [f64]) -> Self {
        Self::Histogram { bounds, counts: vec![0.0; bounds.len() + 1], sum: 0.0 }
    }

    fn count(&mut self, line: &StatsdLine<'_>, text: &str) {
        // The line was checked when it was parsed.
        let Some(mut value) = number(text) else { return };
        match self {
            Self::Counter(total) => *total += value / line.rate,
            Self::Gauge(last) if text.starts_with(['+', '-']) => *last += value,
            Self::Gauge(last) => *last = value,
            Self::Histogram { bounds, counts, sum } => {
                if line.kind == StatsdKind::Timing {
                    value /= 1000.0;
                }
                // Each event that was sent stands for several that were not.
                let weight = 1.0 / line.rate;
                counts[bounds.partition_point(|bound| *bound < value)] += weight;
                *sum += value * weight;
            }
            // Its members are texts, which the aggregator counts.
            Self::Set(_) => {}
        }
    }
}

/// A name in Prometheus' form: what it does not allow becomes `_`.
fn clean(name: &str, is_metric: bool) -> String {
    let allowed = |at: usize, letter: char| {
        letter.is_ascii_alphabetic()
            || letter == '_'
            || (letter == ':' && is_metric)
            || (at > 0 && letter.is_ascii_digit())
    };
    let mut cleaned: String =
        name.chars().enumerate().map(|(at, letter)| if allowed(at, letter) { letter } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        cleaned.replace_range(0..1, &format!("_{}", &name[..1]));
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(batch: &Batch) -> Vec<String> {
        let mut all: Vec<String> =
            batch.iter().map(|(labels, sample)| format!("{} {}", labels.unwrap(), sample.value)).collect();
        all.sort();
        all
    }

    #[test]
    fn events_become_series() {
        let mut aggregator = Aggregator::new(100, 60_000);
        let datagram = b"api.hits:1|c|#env:prod,canary\napi.hits:2|c|@0.5|#env:prod,canary\nload:5|g\nload:-2|g\n\nusers:a|s\nusers:b|s\nusers:a|s\n";
        let taken = aggregator.take(datagram, 1000);
        assert_eq!(taken, Taken { values: 7, ..Taken::default() });
        assert_eq!(
            samples(&aggregator.flush(2000)),
            [r#"api_hits_total{canary="true",env="prod"} 5"#, "load 3", "users 2",]
        );
        // A counter goes on; what had no event is not said again.
        aggregator.take(b"api.hits:1|c|#env:prod,canary", 3000);
        assert_eq!(samples(&aggregator.flush(4000)), [r#"api_hits_total{canary="true",env="prod"} 6"#]);
        assert!(aggregator.flush(5000).is_empty());
    }

    #[test]
    fn members_of_sets_take_room() {
        let mut aggregator = Aggregator::new(4, 60_000);
        let taken = aggregator.take(b"users:a:b|s\nusers:a|s\nusers:c|s\nusers:d|s\nother:1|c\nusers:b|s", 0);
        assert_eq!((taken.values, taken.too_many), (5, 2));
        assert_eq!(samples(&aggregator.flush(1)), ["users 3"]);
        assert_eq!(aggregator.take(b"other:1|c\nusers:d|s", 2).values, 2);
        assert_eq!(samples(&aggregator.flush(3)), ["other_total 1", "users 1"]);
    }

    #[test]
    fn timings_are_histograms_in_seconds() {
        let mut aggregator = Aggregator::new(100, 60_000);
        aggregator.take(b"query.time:40:700|ms\nquery.time:40|ms|@0.5", 0);
        let all = samples(&aggregator.flush(1));
        for line in [
            r#"query_time_seconds_bucket{le="0.025"} 0"#,
            r#"query_time_seconds_bucket{le="0.05"} 3"#,
            r#"query_time_seconds_bucket{le="1"} 4"#,
            r#"query_time_seconds_bucket{le="+Inf"} 4"#,
            "query_time_seconds_count 4",
            "query_time_seconds_sum 0.82",
        ] {
            assert!(all.contains(&line.to_owned()), "{line} is not in {all:#?}");
        }
    }

    #[test]
    fn names_are_cleaned_and_series_bounded() {
        let mut aggregator = Aggregator::new(2, 10);
        let taken =
            aggregator.take("1st.größe:1|g|#__name__:x,a-b:c\nb:1|c\nc:1|c\nb:1|c\nbad".as_bytes(), 0);
        assert_eq!((taken.values, taken.too_many, taken.bad_lines), (3, 1, 1));
        assert_eq!(taken.first_error, Some(LineError::NoName));
        assert_eq!(samples(&aggregator.flush(5)), [r#"_1st_gr__e{a_b="c"} 1"#, "b_total 2"]);
        aggregator.flush(11);
        assert!(aggregator.is_empty(), "idle for long enough");
        assert_eq!(aggregator.take(b"c:1|c", 12).too_many, 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut aggregator = Aggregator::new(10, 10);
            aggregator.take(&bytes, 0);
            let batch = aggregator.flush(1);
            prop_assert!(batch.iter().all(|(labels, sample)| labels.is_ok() && sample.value.is_finite()));
        }

        #[test]
        fn a_counter_is_the_sum_of_its_events(values in proptest::collection::vec(0_u32..1000, 1..50)) {
            let mut aggregator = Aggregator::new(10, 10);
            for value in &values {
                aggregator.take(format!("hits:{value}|c").as_bytes(), 0);
            }
            let total: u32 = values.iter().sum();
            prop_assert_eq!(aggregator.flush(1).values, [f64::from(total)]);
        }
    }
}
