//! Counter, gauge and histogram: what programs hold and call.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::client::Client;
use crate::family::{Family, Kind, Series, Spec};
use crate::labels::Label;
use crate::recorder::{Reason, Recorder};
use crate::registry::InstrumentError;

/// Buckets for durations, the default of histograms: upper ends in seconds.
pub const SECONDS: [f64; 15] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Buckets for sizes, in bytes: 1 KiB to 1 GiB, each four times the one before.
pub const BYTES: [f64; 11] = [
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
];

mod sealed {
    use super::{Arc, Family, Kind, Recorder};

    pub trait Instrument {
        #[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
        const KIND: Kind;

        #[expect(private_interfaces, reason = "sealed: nobody outside can call it")]
        fn new(recorder: Arc<Recorder>, family: Arc<Family>) -> Self;
    }
}

/// A metric about to be made: [`Client::counter`], [`Client::gauge`] and [`Client::histogram`] begin one.
#[must_use = "`build` makes the metric"]
pub struct Definition<'a, I> {
    client: &'a Client,
    spec: Spec,
    made: PhantomData<I>,
}

impl<I> fmt::Debug for Definition<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Definition").field(&self.spec).finish()
    }
}

impl<'a, I: sealed::Instrument> Definition<'a, I> {
    pub(crate) fn new(client: &'a Client, name: &str) -> Self {
        let histogram = I::KIND == Kind::Histogram;
        let spec = Spec {
            name: name.to_owned(),
            kind: I::KIND,
            unit: if histogram { "s".to_owned() } else { String::new() },
            description: String::new(),
            bounds: if histogram { SECONDS.to_vec() } else { Vec::new() },
        };
        Self { client, spec, made: PhantomData }
    }

    /// The unit by its UCUM sign, such as `s`, `By` or `Cel`. Watchfire puts its word into the name where it is not there.
    /// Histograms have `s` unless told, the others none.
    pub fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.spec.unit);
        self
    }

    /// One sentence for people.
    pub fn description(mut self, description: &str) -> Self {
        description.clone_into(&mut self.spec.description);
        self
    }

    /// Makes the metric, or finds the one that there is: making the same one twice gives two handles on it.
    ///
    /// # Errors
    ///
    /// [`InstrumentError`] for a name, a unit or buckets that cannot be, and for a name that another metric has.
    pub fn build(self) -> Result<I, InstrumentError> {
        let (recorder, registry) = self.client.parts();
        let family = registry.define(recorder, self.spec)?;
        Ok(I::new(Arc::clone(recorder), family))
    }
}

impl Definition<'_, Histogram> {
    /// The buckets: inclusive upper ends, finite and rising, in the unit. What is above the last goes into one more.
    pub fn buckets(mut self, upper_ends: &[f64]) -> Self {
        upper_ends.clone_into(&mut self.spec.bounds);
        self
    }
}

macro_rules! instrument {
    ($(#[$text:meta])* $name:ident, $(#[$series_text:meta])* $series:ident, $kind:expr) => {
        $(#[$text])*
        #[derive(Clone)]
        pub struct $name {
            recorder: Arc<Recorder>,
            family: Arc<Family>,
        }

        $(#[$series_text])*
        #[derive(Clone)]
        pub struct $series {
            recorder: Arc<Recorder>,
            family: Arc<Family>,
            series: Arc<Series>,
        }

        impl sealed::Instrument for $name {
            #[expect(private_interfaces, reason = "sealed: nobody outside can name it")]
            const KIND: Kind = $kind;

            #[expect(private_interfaces, reason = "sealed: nobody outside can call it")]
            fn new(recorder: Arc<Recorder>, family: Arc<Family>) -> Self {
                Self { recorder, family }
            }
        }

        impl $name {
            /// The series of these labels, to be kept: its calls cost less.
            pub fn labels(&self, labels: &[Label<'_>]) -> $series {
                $series {
                    recorder: Arc::clone(&self.recorder),
                    family: Arc::clone(&self.family),
                    series: self.family.series(&self.recorder, labels),
                }
            }

            #[inline]
            fn call(
                &self,
                value: f64,
                labels: &[Label<'_>],
                wanted: impl FnOnce(f64) -> bool,
                apply: impl FnOnce(&Series),
            ) {
                if !self.recorder.enabled() {
                    return;
                }
                let began = Recorder::tick();
                if wanted(value) {
                    self.family.with(&self.recorder, labels, |series| apply(series));
                } else {
                    refuse(&self.recorder, &self.family, value);
                }
                self.recorder.tock(began);
            }
        }

        impl $series {
            #[inline]
            fn call(&self, value: f64, wanted: impl FnOnce(f64) -> bool, apply: impl FnOnce(&Series)) {
                if !self.recorder.enabled() {
                    return;
                }
                let began = Recorder::tick();
                if wanted(value) {
                    apply(&self.series);
                } else {
                    refuse(&self.recorder, &self.family, value);
                }
                self.recorder.tock(began);
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?}, {} series)"), self.family.spec.name, self.family.len())
            }
        }

        impl fmt::Debug for $series {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($series), "({:?}, {:?})"), self.family.spec.name, self.series.labels)
            }
        }
    };
}

instrument! {
    /// A sum that only grows: requests served, bytes sent. Name it `..._total`.
    Counter,
    /// One series of a [`Counter`].
    CounterSeries,
    Kind::Counter
}

instrument! {
    /// The latest value of what rises and falls: the length of a queue, a temperature.
    Gauge,
    /// One series of a [`Gauge`].
    GaugeSeries,
    Kind::Gauge
}

instrument! {
    /// How values spread over buckets: durations, sizes.
    Histogram,
    /// One series of a [`Histogram`].
    HistogramSeries,
    Kind::Histogram
}

impl Counter {
    /// Adds `value`, finite and not negative, to the series of `labels`. Another value is left out and counted as
    /// `invalid`.
    #[inline]
    pub fn add(&self, value: f64, labels: &[Label<'_>]) {
        self.call(value, labels, grows, |series| series.add(value));
    }
}

impl CounterSeries {
    /// Adds `value`, as [`Counter::add`] does.
    #[inline]
    pub fn add(&self, value: f64) {
        self.call(value, grows, |series| series.add(value));
    }
}

impl Gauge {
    /// Makes `value`, which is finite, the value of the series of `labels`.
    #[inline]
    pub fn set(&self, value: f64, labels: &[Label<'_>]) {
        self.call(value, labels, f64::is_finite, |series| series.set(value));
    }

    /// Adds `value`, finite and perhaps negative, to the value of the series of `labels`, or to 0.
    #[inline]
    pub fn add(&self, value: f64, labels: &[Label<'_>]) {
        self.call(value, labels, f64::is_finite, |series| series.add(value));
    }
}

impl GaugeSeries {
    /// Replaces the value, as [`Gauge::set`] does.
    #[inline]
    pub fn set(&self, value: f64) {
        self.call(value, f64::is_finite, |series| series.set(value));
    }

    /// Adds to the value, as [`Gauge::add`] does.
    #[inline]
    pub fn add(&self, value: f64) {
        self.call(value, f64::is_finite, |series| series.add(value));
    }
}

impl Histogram {
    /// Counts `value`, which is finite, into the series of `labels`.
    #[inline]
    pub fn record(&self, value: f64, labels: &[Label<'_>]) {
        self.call(value, labels, f64::is_finite, |series| self.family.record(series, value));
    }
}

impl HistogramSeries {
    /// Counts `value`, as [`Histogram::record`] does.
    #[inline]
    pub fn record(&self, value: f64) {
        self.call(value, f64::is_finite, |series| self.family.record(series, value));
    }
}

fn grows(value: f64) -> bool {
    value >= 0.0 && value.is_finite()
}

/// Counts a value that cannot be recorded. Calls never fail: monitoring must not break what it watches.
#[cold]
fn refuse(recorder: &Recorder, family: &Family, value: f64) {
    let name = &family.spec.name;
    let why = if family.spec.kind == Kind::Counter {
        format!(
            "{value} was left out of {name}: a counter takes finite numbers from 0 up; use a gauge for what falls"
        )
    } else {
        format!("{value} was left out of {name}: give a finite number")
    };
    recorder.lose(Reason::Invalid, 1, why);
}
