use super::kind;
use crate::distribution::Distribution;
use crate::moment::Moment;
use crate::reading::{Sending, Way};

const BOUNDS: &[f64] = &[0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0];

/// A model: its name, how long one training takes in seconds, its accuracy at the start and at the end, its rounds a minute.
const MODELS: [(&str, f64, f64, f64, f64); 3] = [
    ("digits", 14_400.0, 0.72, 0.974, 6.0),
    ("next-word", 21_600.0, 0.66, 0.883, 4.0),
    ("x-ray", 28_800.0, 0.70, 0.936, 2.5),
];

/// Models that are trained by many clients. When a training ends the next one begins.
#[derive(Debug)]
pub(crate) struct Learning {
    models: Vec<Model>,
}

#[derive(Debug)]
struct Model {
    rounds: f64,
    aggregations: Distribution,
}

impl Learning {
    pub(crate) fn new() -> Self {
        let model = |(place, _)| Model { rounds: 0.0, aggregations: Distribution::new(BOUNDS, place as u64) };
        Self { models: MODELS.iter().enumerate().map(model).collect() }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let mut out = Sending::new(Way::Push, "demo-learning", "aggregator:7002", moment.at);
        for (place, ((name, length, first, last, rate), model)) in
            MODELS.iter().zip(&mut self.models).enumerate()
        {
            let key = 500 + place as u64;
            let trouble = moment.incident.severity_of(kind::MODEL, place, MODELS.len());
            let done = (moment.seconds() / length + 0.31 * place as f64).fract();
            let learnt = (1.0 - (-5.0 * done).exp()) / (1.0 - (-5.0_f64).exp());
            let accuracy = first + (last - first) * learnt + 0.003 * moment.noise(key, 15.0) - 0.11 * trouble;
            let rounds = moment.elapsed * rate / 60.0
                * (1.0 + 0.2 * moment.noise(key + 5000, 90.0))
                * (1.0 - 0.7 * trouble);
            model.rounds += rounds;
            model.aggregations.add(rounds, 1.4 * (1.0 + 0.5 * place as f64) * (1.0 + 2.5 * trouble), 0.35);
            let label = [("model", *name)];
            out.gauge("fl_model_accuracy", &label, accuracy.clamp(0.0, 1.0));
            out.gauge("fl_privacy_budget_consumed", &label, 0.94 * done);
            out.counter("fl_training_rounds_total", &label, model.rounds.floor());
            out.push("fl_aggregation_duration_seconds", &label, model.aggregations.value());
        }
        all.push(out);
    }
}
