//! The metrics of a client, by name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::metrics::Meter;

use crate::family::{Family, Kind, Spec};
use crate::recorder::{Reason, Recorder};

/// The client's own count of what it lost.
const DROPPED: &str = "watchfire_client_dropped_total";
/// More metrics than this are not sent: something that varies is in their names.
const MOST_METRICS: usize = 1000;
/// The SDK's bounds: instruments beyond them would silently do nothing.
const LONGEST_NAME: usize = 255;
const LONGEST_UNIT: usize = 63;

/// Why a metric cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InstrumentError {
    /// The name has characters that it cannot have, or is too long.
    #[error(
        "metric name {name:?}: begin with a letter, go on with letters, digits and _ . / -, at most 255 in all"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The name is that of the client's own metric.
    #[error("metric name {name:?} is the client's own: use another")]
    Taken {
        /// The name.
        name: String,
    },
    /// The unit is too long or has other characters than ASCII.
    #[error("unit {unit:?} of metric {name:?}: use at most 63 ASCII characters, such as By or s")]
    Unit {
        /// The metric.
        name: String,
        /// The unit.
        unit: String,
    },
    /// The buckets do not rise.
    #[error("buckets of {name:?}: give finite numbers, each above the one before, not {buckets:?}")]
    Buckets {
        /// The metric.
        name: String,
        /// What was given.
        buckets: Vec<f64>,
    },
    /// There is another metric of this name.
    #[error(
        "metric {name:?} exists already with {field} {was}, not {new}: use one definition, or another name"
    )]
    Conflict {
        /// The metric.
        name: String,
        /// What differs.
        field: &'static str,
        /// What it is.
        was: String,
        /// What was given now.
        new: String,
    },
}

/// The metrics.
pub(crate) struct Registry {
    meter: Meter,
    max_series: usize,
    /// By name in small letters: the SDK takes names that differ only in case for one.
    families: Mutex<HashMap<String, Arc<Family>>>,
}

impl Registry {
    pub(crate) fn new(meter: Meter, max_series: usize, recorder: &Arc<Recorder>) -> Self {
        let counts = Arc::clone(recorder);
        meter
            .u64_observable_counter(DROPPED)
            .with_description("Data points and calls that the client lost")
            .with_callback(move |observer| {
                for reason in Reason::ALL {
                    let count = counts.dropped(reason);
                    if count > 0 {
                        observer.observe(count, &[opentelemetry::KeyValue::new("reason", reason.word())]);
                    }
                }
            })
            .build();
        Self { meter, max_series, families: Mutex::default() }
    }

    /// The metric of this name: that which there is, if it is the same.
    pub(crate) fn define(&self, recorder: &Recorder, spec: Spec) -> Result<Arc<Family>, InstrumentError> {
        check(&spec)?;
        let key = spec.name.to_ascii_lowercase();
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = families.get(&key) {
            agree(&found.spec, &spec)?;
            return Ok(Arc::clone(found));
        }
        if families.len() >= MOST_METRICS {
            let why = format!(
                "{} is not sent: there are {MOST_METRICS} metrics; put what varies into labels, not into names",
                spec.name
            );
            recorder.lose(Reason::Instruments, 1, why);
            // One series takes all calls, so that this needs no bound of its own.
            return Ok(Arc::new(Family::new(spec, 0, None)));
        }
        let made = self.make(spec);
        families.insert(key, Arc::clone(&made));
        Ok(made)
    }

    /// Label sets of all metrics.
    pub(crate) fn series(&self) -> usize {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        families.values().map(|family| family.len()).sum()
    }

    fn make(&self, spec: Spec) -> Arc<Family> {
        let (name, unit, description) = (spec.name.clone(), spec.unit.clone(), spec.description.clone());
        if spec.kind == Kind::Histogram {
            let builder = self.meter.f64_histogram(name).with_unit(unit).with_description(description);
            let histogram = builder.with_boundaries(spec.bounds.clone()).build();
            return Arc::new(Family::new(spec, self.max_series, Some(histogram)));
        }
        let kind = spec.kind;
        let family = Arc::new(Family::new(spec, self.max_series, None));
        let asked = Arc::clone(&family);
        if kind == Kind::Counter {
            let builder = self.meter.f64_observable_counter(name).with_unit(unit);
            builder
                .with_description(description)
                .with_callback(move |observer| asked.observe(observer))
                .build();
        } else {
            let builder = self.meter.f64_observable_gauge(name).with_unit(unit);
            builder
                .with_description(description)
                .with_callback(move |observer| asked.observe(observer))
                .build();
        }
        family
    }
}

fn check(spec: &Spec) -> Result<(), InstrumentError> {
    let name = || spec.name.clone();
    // https://opentelemetry.io/docs/specs/otel/metrics/api/#instrument-name-syntax
    let first = spec.name.starts_with(|first: char| first.is_ascii_alphabetic());
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    if !first || spec.name.len() > LONGEST_NAME || !spec.name.bytes().all(rest) {
        return Err(InstrumentError::Name { name: name() });
    }
    if spec.name.eq_ignore_ascii_case(DROPPED) {
        return Err(InstrumentError::Taken { name: name() });
    }
    if spec.unit.len() > LONGEST_UNIT || !spec.unit.is_ascii() {
        return Err(InstrumentError::Unit { name: name(), unit: spec.unit.clone() });
    }
    let rise = spec.bounds.windows(2).all(|pair| pair[0] < pair[1]);
    if !rise || !spec.bounds.iter().all(|bound| bound.is_finite()) {
        return Err(InstrumentError::Buckets { name: name(), buckets: spec.bounds.clone() });
    }
    Ok(())
}

fn agree(was: &Spec, new: &Spec) -> Result<(), InstrumentError> {
    let differ = |field, was: String, new_text: String| {
        Err(InstrumentError::Conflict { name: new.name.clone(), field, was, new: new_text })
    };
    if was.name != new.name {
        return differ("name", was.name.clone(), new.name.clone());
    }
    if was.kind != new.kind {
        return differ("kind", was.kind.word().to_owned(), new.kind.word().to_owned());
    }
    if was.unit != new.unit {
        return differ("unit", format!("{:?}", was.unit), format!("{:?}", new.unit));
    }
    if was.bounds != new.bounds {
        return differ("buckets", format!("{:?}", was.bounds), format!("{:?}", new.bounds));
    }
    Ok(())
}
