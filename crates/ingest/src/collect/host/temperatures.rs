use std::collections::HashSet;
use std::time::{Duration, Instant};

use sysinfo::Components;

use super::metrics;
use crate::collect::every::Every;
use crate::collect::series::Writer;

/// The temperature sensors. Some chips take milliseconds to answer, so they are asked seldom, and each collection
/// reports what they said last.
pub(super) struct Temperatures {
    /// `None` on a system that has no sensors.
    sensors: Option<Components>,
    list: Every,
    read: Every,
}

impl Temperatures {
    pub(super) fn new() -> Self {
        Self {
            sensors: Components::new().ok(),
            list: Every::new(Duration::from_mins(1)),
            read: Every::new(Duration::from_secs(5)),
        }
    }

    pub(super) fn collect(&mut self, now: Instant, writer: &mut Writer<'_>) {
        let Some(sensors) = &mut self.sensors else { return };
        let read = self.read.due(now);
        if self.list.due(now) {
            sensors.refresh(true);
        } else if read {
            sensors.iter_mut().for_each(sysinfo::Component::refresh);
        }
        let readings = sensors.iter().map(|sensor| (sensor.label(), sensor.temperature()));
        for (sensor, celsius) in known(readings) {
            writer.push(metrics::TEMPERATURE, &[("sensor", sensor)], celsius);
        }
    }
}

/// The sensors that have a name and a value, each name once: two with the same name cannot be told apart, and one
/// series must not have two values at a time.
fn known<'a>(readings: impl Iterator<Item = (&'a str, Option<f32>)>) -> Vec<(&'a str, f64)> {
    let mut seen = HashSet::new();
    readings
        .filter_map(|(sensor, celsius)| Some((sensor, f64::from(celsius.filter(|c| c.is_finite())?))))
        .filter(|(sensor, _)| !sensor.is_empty() && seen.insert(*sensor))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::known;

    #[test]
    fn leaves_out_what_is_not_known() {
        let readings = [
            ("nvme Composite", Some(40.5)),
            ("nvme Composite", Some(50.0)),
            ("broken", Some(f32::NAN)),
            ("silent", None),
            ("", Some(20.0)),
            ("cold", Some(0.0)),
        ];
        assert_eq!(known(readings.into_iter()), [("nvme Composite", 40.5), ("cold", 0.0)]);
    }
}
