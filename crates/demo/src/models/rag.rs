use super::kind;
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

const BOUNDS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0];

/// What is searched: its name, queries a second by day, and the share of queries for which something is found.
const COLLECTIONS: [(&str, f64, f64); 3] =
    [("handbook", 3.2, 0.97), ("tickets", 5.5, 0.93), ("contracts", 1.1, 0.88)];

/// A service that answers from documents, in part from its cache.
#[derive(Debug)]
pub(crate) struct Rag {
    collections: Vec<Collection>,
}

#[derive(Debug)]
struct Collection {
    good: f64,
    failed: f64,
    found: f64,
    durations: Distribution,
}

impl Rag {
    pub(crate) fn new() -> Self {
        let collection = |(place, _)| Collection {
            good: 0.0,
            failed: 0.0,
            found: 0.0,
            durations: Distribution::new(BOUNDS, place as u64),
        };
        Self { collections: COLLECTIONS.iter().enumerate().map(collection).collect() }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let mut out = Sending::new(Way::Otlp, "demo-rag", "rag-1", moment.at);
        for (place, ((name, rate, share), this)) in COLLECTIONS.iter().zip(&mut self.collections).enumerate()
        {
            let key = 600 + place as u64;
            let trouble = moment.incident.severity_of(kind::COLLECTION, place, COLLECTIONS.len());
            // The language model is the same for all.
            let model = 0.5 * moment.incident.severity;
            let busy = 0.45 + 0.55 * moment.day() + 0.2 * moment.noise(key, 35.0);
            let count = (moment.elapsed * rate * busy).max(0.0);
            let failed = count * (0.004 + 0.14 * trouble + 0.02 * model);
            this.good += count - failed;
            this.failed += failed;
            this.found += (count - failed)
                * (share + 0.01 * moment.noise(key + 5000, 50.0) - 0.25 * trouble).clamp(0.0, 1.0);
            this.durations.add(0.35 * count, 0.11, 0.35);
            this.durations.add(
                0.65 * count,
                1.5 * (1.0 + 0.15 * moment.noise(key + 6000, 60.0) + 2.5 * model + 1.5 * trouble),
                0.4,
            );
            let of = |status| [("collection", *name), ("status", status)];
            out.counter("hyperrag_queries_total", &of("ok"), this.good.floor());
            out.counter("hyperrag_queries_total", &of("error"), this.failed.floor());
            let label = [("collection", *name)];
            out.counter("hyperrag_retrieval_success_total", &label, this.found.floor());
            out.push("hyperrag_query_duration_seconds", &label, this.durations.value());
        }
        all.push(out);
    }
}
