//! Warnings and infos: what goes with an answer, in the words of Prometheus.

use std::collections::HashSet;

use watchfire_model::{format_duration, format_utc};

use crate::answer::EvalError;
use crate::ast::Span;
use crate::eval::format::format_short;

/// Something to say about an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    /// A quantile outside of 0 to 1.
    Quantile(f64),
    /// A ratio of `limit_ratio` outside of -1 to 1, and what is taken for it.
    Ratio { given: f64, taken: f64 },
    /// A bucket's label `le` that is missing or no number, and the metric's name.
    BucketLabel { value: String, metric: String },
    /// A rate of what is probably no counter.
    NoCounter { metric: String },
    /// A histogram whose buckets went down.
    ForcedMonotonicity { metric: String },
    /// Rollups of this width, all that is left of the samples before `until`, where they are not enough for the exact answer.
    Rollups { until: i64, width: i64 },
}

impl Note {
    fn is_warning(&self) -> bool {
        matches!(self, Self::Quantile(_) | Self::Ratio { .. } | Self::BucketLabel { .. })
    }

    fn words(&self) -> String {
        let with_metric = |text: String, metric: &str| {
            if metric.is_empty() { text } else { format!("{text} for metric name {metric:?}") }
        };
        match self {
            Self::Quantile(value) => format!(
                "PromQL warning: quantile value should be between 0 and 1, got {}",
                format_short(*value)
            ),
            Self::Ratio { given, taken } => format!(
                "PromQL warning: ratio value should be between -1 and 1, got {}, capping to {}",
                format_short(*given),
                format_short(*taken)
            ),
            Self::BucketLabel { value, metric } => with_metric(
                format!(
                    "PromQL warning: bucket label \"le\" is missing or has a malformed value of {value:?}"
                ),
                metric,
            ),
            Self::NoCounter { metric } => format!(
                "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {metric:?}"
            ),
            Self::ForcedMonotonicity { metric } => with_metric(
                "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see \
                 https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
                    .to_owned(),
                metric,
            ),
            Self::Rollups { until, width } => format!(
                "PromQL info: samples before {} are kept as rollups of {}, and the answer there is approximate",
                format_utc(*until, 0, "%Y-%m-%dT%H:%M:%SZ"),
                format_duration(*width)
            ),
        }
    }
}

/// How many of each kind an answer bears, as in Prometheus' HTTP API.
const MOST: usize = 10;

/// The notes of an evaluation, each once.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    notes: Vec<(String, Span, bool)>,
    known: HashSet<(String, u32)>,
}

impl Annotations {
    /// Adds a note on what stands at `span`.
    pub(crate) fn add(&mut self, note: &Note, span: Span) {
        let words = note.words();
        if self.known.insert((words.clone(), span.start)) {
            self.notes.push((words, span, note.is_warning()));
        }
    }

    /// The texts of warnings and of infos. `line_starts` are the places in the query at which its lines start.
    pub(crate) fn texts(&self, line_starts: &[u32]) -> (Vec<String>, Vec<String>) {
        (self.of_kind(true, "warning", line_starts), self.of_kind(false, "info", line_starts))
    }

    fn of_kind(&self, warning: bool, kind: &str, line_starts: &[u32]) -> Vec<String> {
        let notes: Vec<_> = self.notes.iter().filter(|(_, _, is_warning)| *is_warning == warning).collect();
        let text = |(words, span, _): &&(String, Span, bool)| {
            let line = line_starts.iter().take_while(|start| **start <= span.start).count().max(1);
            let line_start = line_starts.get(line - 1).copied().unwrap_or(0);
            format!("{words} ({line}:{})", span.start - line_start + 1)
        };
        let mut texts: Vec<String> = notes.iter().take(MOST).map(text).collect();
        if notes.len() > MOST {
            texts.push(format!("{} more {kind} annotations omitted", notes.len() - MOST));
        }
        texts
    }
}

/// An error of a query that can't be evaluated as it is written.
pub(crate) fn parse_error(span: Span, message: impl Into<String>) -> EvalError {
    EvalError::Parse { message: message.into(), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_bear_line_and_column_once() {
        let mut annotations = Annotations::default();
        for _ in 0..2 {
            annotations.add(&Note::Quantile(2.0), Span { start: 9, end: 10 });
        }
        annotations.add(&Note::NoCounter { metric: "x".into() }, Span { start: 12, end: 13 });
        let (warnings, infos) = annotations.texts(&[0, 11]);
        assert_eq!(warnings, ["PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)"]);
        assert_eq!(
            infos,
            [
                "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"x\" (2:2)"
            ]
        );
    }

    #[test]
    fn many_notes_are_counted() {
        let mut annotations = Annotations::default();
        for index in 0..13 {
            annotations.add(&Note::NoCounter { metric: format!("m{index}") }, Span::default());
        }
        let (_, infos) = annotations.texts(&[0]);
        assert_eq!((infos.len(), infos[10].as_str()), (11, "3 more info annotations omitted"));
    }
}
