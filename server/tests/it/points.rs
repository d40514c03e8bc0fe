use std::collections::BTreeMap;

use watchfire_model::live::ServerMessage;
use watchfire_model::{Grid, Labels};

/// What a client of the live protocol knows about one subscription, kept as docs/LIVE.md has it.
#[derive(Debug, Default)]
pub(crate) struct Points {
    /// The series in the server's order.
    list: Vec<Labels>,
    /// The points of each series that have a value.
    pub(crate) series: BTreeMap<String, BTreeMap<i64, f64>>,
    /// The grid's step.
    pub(crate) step: i64,
}

impl Points {
    /// Takes in what a message says about the subscription `id`; whether it says anything.
    pub(crate) fn take(&mut self, id: u32, message: &ServerMessage) -> bool {
        match message {
            ServerMessage::Range { id: of, body } if *of == id => {
                self.step = body.grid.step;
                if !body.keeps {
                    self.series.clear();
                }
                for points in self.series.values_mut() {
                    points.split_off(&body.grid.start);
                }
                self.list = body.series.iter().map(|series| series.labels.clone()).collect();
                for (place, series) in body.series.iter().enumerate() {
                    self.put(place, body.grid, &series.values);
                }
                true
            }
            ServerMessage::Delta { id: of, body } if *of == id => {
                assert_eq!(body.grid.step, self.step);
                self.list.extend(body.new.iter().cloned());
                // The whole truth of its points: who has no row has no value there.
                for points in self.series.values_mut() {
                    points.retain(|time, _| body.grid.index(*time).is_none());
                }
                for row in &body.rows {
                    self.put(row.series as usize, body.grid, &row.values);
                }
                true
            }
            _ => false,
        }
    }

    fn put(&mut self, place: usize, grid: Grid, values: &[f64]) {
        assert_eq!(values.len(), grid.len);
        let points = self.series.entry(self.list[place].to_string()).or_default();
        for (index, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            points.insert(grid.time(index), *value);
        }
    }

    /// The points before the newest of their series: steps that are over.
    pub(crate) fn settled(&self) -> BTreeMap<(String, i64), f64> {
        let settled = |(labels, points): (&String, &BTreeMap<i64, f64>)| {
            let mut points = points.clone();
            points.pop_last();
            let labels = labels.clone();
            points.into_iter().map(move |(time, value)| ((labels.clone(), time), value)).collect::<Vec<_>>()
        };
        self.series.iter().flat_map(settled).collect()
    }

    /// The time of the newest point.
    pub(crate) fn newest(&self) -> Option<i64> {
        self.series.values().filter_map(|points| points.last_key_value()).map(|(time, _)| *time).max()
    }
}
