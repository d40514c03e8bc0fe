//! Questions to the server's HTTP API, which is Prometheus' own: <https://prometheus.io/docs/prometheus/latest/querying/api/>.

mod alerting;
mod fetch;
mod ingest;
mod json;
mod poll;
mod reply;
mod targets;
mod tsdb;

#[cfg(test)]
pub(crate) use alerting::SilenceMatcher;
pub(crate) use alerting::{
    Muting, RuleGroup, RuleHealth, RuleShown, RuleState, RulesAnswer, SeenAlert, Silence, SilenceState,
    instant, read_plain,
};
pub(crate) use fetch::{Abort, get, post};
#[cfg(test)]
pub(crate) use ingest::Arrivals;
pub(crate) use ingest::IngestStatus;
pub(crate) use json::{CONFLICT, Refusal, call, call_plain, call_with_text, read_value, value_of};
pub(crate) use poll::{Poll, Progress};
pub(crate) use reply::data as envelope;
pub(crate) use reply::{AnswerKind, AnswerSeries, Cost, Failure, MetricHelp, Names, QueryAnswer};
pub(crate) use targets::{Dropped, Health, ScrapeStatus, Target, Targets};
pub(crate) use tsdb::{Count, LastQueried, TsdbStatus};
