//! What the query of a variable brings.

use watchfire_dashboard::{Choice, Clock, Values, Variable};
use watchfire_model::{Labels, Matcher, TimeRange};
use watchfire_promql::{Value, format_value};

use super::{DashboardError, Dashboards};
use crate::{PromQuery, parse_selector};

/// The choices of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) all: Vec<Choice>,
    /// That there are more, if there are.
    pub(super) note: Option<String>,
}

/// A query of a variable, read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ChoiceQuery<'a> {
    LabelNames(Option<&'a str>),
    LabelValues { selector: Option<&'a str>, label: &'a str },
    Metrics(&'a str),
    Result(&'a str),
}

impl<'a> ChoiceQuery<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let forms = "write label_values(metric, label), label_values(label), label_names(), metrics(regex) or query_result(promql)";
        let text = text.trim();
        let call =
            text.split_once('(').and_then(|(name, rest)| Some((name.trim(), rest.strip_suffix(')')?.trim())));
        let Some((name, inside)) = call else {
            return Err(format!("{text:?} is no query of a variable; {forms}"));
        };
        let given = |text: &'a str| (!text.is_empty()).then_some(text);
        match name {
            "label_names" => Ok(Self::LabelNames(given(inside))),
            "metrics" => Ok(Self::Metrics(inside)),
            "query_result" if inside.is_empty() => Err(format!("query_result needs a query; {forms}")),
            "query_result" => Ok(Self::Result(inside)),
            "label_values" => {
                let (selector, label) = match inside.rsplit_once(',') {
                    Some((selector, label)) => (given(selector.trim()), label.trim()),
                    None => (None, inside),
                };
                let label = label.trim_matches(['"', '\'']);
                // A comma within braces parts matchers.
                let is_label = !label.is_empty() && !label.contains(['{', '}', '=', '"', '(', ')', ' ']);
                if is_label {
                    Ok(Self::LabelValues { selector, label })
                } else {
                    Err(format!("label_values needs a label at its end; {forms}"))
                }
            }
            other => Err(format!("{other:?} is no function of variables; {forms}")),
        }
    }
}

impl Dashboards {
    /// The choices of a query variable in a range, with the values of others put into its query.
    pub(super) async fn choices(
        &self,
        variable: &Variable,
        values: &Values,
        clock: &Clock,
    ) -> Result<Choices, DashboardError> {
        let text = values.in_query(&variable.query, clock);
        let query = ChoiceQuery::read(&text).map_err(DashboardError::BadInput)?;
        let range = TimeRange { start: clock.from, end: clock.to };
        let found = match query {
            ChoiceQuery::LabelNames(selector) => self.service.label_names(&sets(selector)?, range).await?,
            ChoiceQuery::LabelValues { selector, label } => {
                self.service.label_values(label, &sets(selector)?, range).await?
            }
            ChoiceQuery::Metrics(pattern) => {
                // Found anywhere in the name, as in Grafana.
                let regex = regex::Regex::new(pattern)
                    .map_err(|error| DashboardError::bad(format!("metrics({pattern}): {error}")))?;
                let mut names = self.service.label_values("__name__", &[], range).await?;
                names.retain(|name| regex.is_match(name));
                names
            }
            ChoiceQuery::Result(promql) => self.results(promql, clock.to).await?,
        };
        let most = self.settings().max_choices;
        let variable = variable.clone();
        let name = variable.name.clone();
        let all = super::work(found.len() * 32, move || variable.choices_of(found)).await?;
        let mut all = all.map_err(|error| DashboardError::bad(format!("{name}: regex: {error}")))?;
        let note = (all.len() > most).then(|| {
            format!("there are {} choices, the first {most} are offered (dashboards.max_choices)", all.len())
        });
        if note.is_some() {
            self.note_limit();
        }
        all.truncate(most);
        Ok(Choices { all, note })
    }

    /// The series of a query, as texts with value and time.
    async fn results(&self, promql: &str, at: i64) -> Result<Vec<String>, DashboardError> {
        let query =
            PromQuery { text: promql.to_owned(), start: at, end: at, step: 0, lookback: None, timeout: None };
        let answer = self.service.evaluate(query).await?.answer;
        let line = |labels: &Labels, value: f64| format!("{labels} {} {at}", format_value(value));
        Ok(match answer.value {
            Value::Vector(samples) => samples.iter().map(|(labels, value)| line(labels, *value)).collect(),
            Value::Matrix(series) => series
                .iter()
                .filter_map(|series| Some(line(&series.labels, *series.values.last()?)))
                .collect(),
            Value::Scalar(value) => vec![format_value(value)],
            Value::String(text) => vec![text],
        })
    }
}

fn sets(selector: Option<&str>) -> Result<Vec<Vec<Matcher>>, DashboardError> {
    selector.map(|selector| Ok(parse_selector(selector)?)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let values = |selector, label| Ok(ChoiceQuery::LabelValues { selector, label });
        for (text, expected) in [
            ("label_values(up, job)", values(Some("up"), "job")),
            (
                " label_values( up{a=\"b,c\", d=~\"(e|f)\"} , job ) ",
                values(Some("up{a=\"b,c\", d=~\"(e|f)\"}"), "job"),
            ),
            ("label_values({job=\"a\"}, __name__)", values(Some("{job=\"a\"}"), "__name__")),
            ("label_values(job)", values(None, "job")),
            ("label_names()", Ok(ChoiceQuery::LabelNames(None))),
            ("label_names(up)", Ok(ChoiceQuery::LabelNames(Some("up")))),
            ("metrics(node_.*)", Ok(ChoiceQuery::Metrics("node_.*"))),
            ("query_result(sum(up) by (job))", Ok(ChoiceQuery::Result("sum(up) by (job)"))),
        ] {
            assert_eq!(ChoiceQuery::read(text), expected, "{text}");
        }
        for text in [
            "up",
            "label_values()",
            "label_values(up{a=\"b\", c=\"d\"})",
            "label_values(up{a=\"b\"})",
            "values(x)",
            "query_result()",
        ] {
            let refused = ChoiceQuery::read(text).unwrap_err();
            assert!(refused.contains("label_values(metric, label)"), "{text}: {refused}");
        }
    }
}
