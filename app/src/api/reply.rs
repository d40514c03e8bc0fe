use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use watchfire_model::Labels;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing came back.
    Unreachable,
    /// The question was taken back.
    Aborted,
    /// The server's own words.
    Refused(String),
    /// An answer that is none of Prometheus' API.
    Strange(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("the server does not answer"),
            Self::Aborted => f.write_str("the question was taken back"),
            Self::Refused(words) | Self::Strange(words) => f.write_str(words),
        }
    }
}

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

/// The failure that an answer with an error's status code stands for.
pub(super) fn refusal(status: u16, text: &str) -> Failure {
    match serde_json::from_str::<Envelope<serde::de::IgnoredAny>>(text) {
        Ok(Envelope { error: Some(error), .. }) => Failure::Refused(error),
        // Alertmanager's API tells errors as a text.
        Err(_) if text.starts_with('"') => Failure::Refused(serde_json::from_str(text).unwrap_or_default()),
        _ => Failure::Strange(format!(
            "the server answered with status {status} and no reason; look into its log, or reload the page if the server \
             is newer than the page"
        )),
    }
}

fn open<'a, T: Deserialize<'a>>(text: &'a str) -> Result<(T, Vec<String>, Vec<String>), Failure> {
    let envelope: Envelope<T> = serde_json::from_str(text)
        .map_err(|error| Failure::Strange(format!("the answer can't be read: {error}")))?;
    match envelope {
        Envelope { data: Some(data), warnings, infos, .. } => Ok((data, warnings, infos)),
        Envelope { error, .. } => {
            Err(Failure::Refused(error.unwrap_or_else(|| "the answer is empty".to_owned())))
        }
    }
}

/// The data of an answer, for those that need no more than that.
pub(crate) fn data<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    open(text).map(|(data, ..)| data)
}

/// A list of names or values.
pub(crate) struct Names;

impl Names {
    pub(crate) fn read(text: &str) -> Result<Vec<String>, Failure> {
        data(text)
    }
}

/// What is known of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct MetricHelp {
    /// `counter`, `gauge`, ...
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) help: String,
}

impl MetricHelp {
    /// Reads `/api/v1/metadata`; of several descriptions of a metric the first.
    pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Self>, Failure> {
        let all: BTreeMap<String, Vec<Self>> = data(text)?;
        Ok(all.into_iter().filter_map(|(name, list)| Some((name, list.into_iter().next()?))).collect())
    }
}

/// What kind of value a query has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnswerKind {
    Matrix,
    Vector,
    Scalar,
    String,
}

/// What a query cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cost {
    /// How many samples were read.
    pub(crate) samples: Option<u64>,
    /// How long the server took.
    pub(crate) seconds: Option<f64>,
}

/// One series of an answer; a scalar or a text is one without labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AnswerSeries {
    pub(crate) labels: Labels,
    /// Times in milliseconds since the epoch, and values as the server wrote them.
    pub(crate) points: Vec<(i64, String)>,
}

/// What a query brought.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryAnswer {
    pub(crate) kind: AnswerKind,
    pub(crate) series: Vec<AnswerSeries>,
    pub(crate) warnings: Vec<String>,
    pub(crate) infos: Vec<String>,
    pub(crate) cost: Cost,
}

impl QueryAnswer {
    /// Reads an answer of `/api/v1/query` or `/api/v1/query_range`.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let (data, warnings, infos): (QueryData<'_>, _, _) = open(text)?;
        let stats = data.stats.unwrap_or_default();
        let cost =
            Cost { samples: stats.samples.total_queryable_samples, seconds: stats.timings.exec_total_time };
        let series = match data.kind {
            AnswerKind::Scalar | AnswerKind::String => single(&data.result).into_iter().collect(),
            AnswerKind::Matrix | AnswerKind::Vector => {
                let series = data.result.into_iter().filter_map(|item| match item {
                    Item::Series(series) => Some(series.into_answer()),
                    Item::Time(_) | Item::Text(_) => None,
                });
                series.collect::<Result<_, _>>()?
            }
        };
        Ok(Self { kind: data.kind, series, warnings, infos, cost })
    }
}

fn single(items: &[Item<'_>]) -> Option<AnswerSeries> {
    match items {
        [Item::Time(seconds), Item::Text(value)] => {
            Some(AnswerSeries { labels: Labels::empty(), points: vec![(millis(*seconds), value.clone())] })
        }
        _ => None,
    }
}

fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

#[derive(Deserialize)]
struct QueryData<'a> {
    #[serde(rename = "resultType")]
    kind: AnswerKind,
    #[serde(borrow)]
    result: Vec<Item<'a>>,
    stats: Option<Stats>,
}

#[derive(Default, Deserialize)]
struct Stats {
    #[serde(default)]
    samples: Samples,
    #[serde(default)]
    timings: Timings,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Samples {
    total_queryable_samples: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timings {
    exec_total_time: Option<f64>,
}

/// A series; or, of a scalar or a text, its time and its value.
enum Item<'a> {
    Series(Series<'a>),
    Time(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Series<'a> {
    metric: BTreeMap<String, String>,
    #[serde(borrow)]
    value: Option<Point<'a>>,
    #[serde(borrow, default)]
    values: Vec<Point<'a>>,
}

/// Numbers are written without escapes, so they can be read where they stand.
#[derive(Deserialize)]
struct Point<'a>(f64, &'a str);

impl Series<'_> {
    fn into_answer(self) -> Result<AnswerSeries, Failure> {
        let labels = Labels::new(self.metric).map_err(|error| Failure::Strange(error.to_string()))?;
        let points = self.values.into_iter().chain(self.value);
        Ok(AnswerSeries {
            labels,
            points: points.map(|Point(seconds, value)| (millis(seconds), value.to_owned())).collect(),
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a series, a time or a value")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item<'de>, A::Error> {
                Series::deserialize(MapAccessDeserializer::new(map)).map(Item::Series)
            }

            fn visit_f64<E>(self, seconds: f64) -> Result<Item<'de>, E> {
                Ok(Item::Time(seconds))
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<Item<'de>, E> {
                Ok(Item::Time(seconds as f64))
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<Item<'de>, E> {
                Ok(Item::Time(seconds as f64))
            }

            fn visit_str<E>(self, text: &str) -> Result<Item<'de>, E> {
                Ok(Item::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_with_its_cost() {
        let answer = QueryAnswer::read(
            r#"{"status":"success","data":{"resultType":"vector","result":[
                {"metric":{"__name__":"up","job":"a"},"value":[1700000000.5,"+Inf"]}],
                "stats":{"timings":{"evalTotalTime":0.1,"execTotalTime":0.25},"samples":{"totalQueryableSamples":7,"peakSamples":3}}},
                "warnings":["w"],"infos":["i"]}"#,
        )
        .unwrap();
        let labels = Labels::of("up", [("job", "a")]).unwrap();
        let points = vec![(1_700_000_000_500, "+Inf".to_owned())];
        assert_eq!(answer.kind, AnswerKind::Vector);
        assert_eq!(answer.series, [AnswerSeries { labels, points }]);
        assert_eq!(answer.cost, Cost { samples: Some(7), seconds: Some(0.25) });
        assert_eq!((answer.warnings, answer.infos), (vec!["w".to_owned()], vec!["i".to_owned()]));
    }

    #[test]
    fn the_other_kinds() {
        let answer = |kind: &str, result: &str| {
            let text =
                format!(r#"{{"status":"success","data":{{"resultType":"{kind}","result":{result}}}}}"#);
            QueryAnswer::read(&text).unwrap().series
        };
        let matrix = answer("matrix", r#"[{"metric":{},"values":[[1,"2"],[3.5,"NaN"]]}]"#);
        assert_eq!(matrix[0].points, [(1000, "2".to_owned()), (3500, "NaN".to_owned())]);
        assert_eq!(answer("scalar", r#"[1,"2"]"#)[0].points, [(1000, "2".to_owned())]);
        assert_eq!(answer("string", r#"[1.5,"a\"b"]"#)[0].points, [(1500, "a\"b".to_owned())]);
        assert!(answer("vector", "[]").is_empty());
    }

    #[test]
    fn failures_have_words() {
        let refused = r#"{"status":"error","errorType":"bad_data","error":"no good"}"#;
        assert_eq!(refusal(400, refused), Failure::Refused("no good".to_owned()));
        assert_eq!(refusal(400, r#""no good""#), Failure::Refused("no good".to_owned()));
        assert_eq!(QueryAnswer::read(refused), Err(Failure::Refused("no good".to_owned())));
        assert!(refusal(502, "<html>").to_string().contains("status 502"));
        assert!(matches!(Names::read("["), Err(Failure::Strange(_))));
    }

    #[test]
    fn names_and_descriptions() {
        assert_eq!(Names::read(r#"{"status":"success","data":["a","b"]}"#).unwrap(), ["a", "b"]);
        let text = r#"{"status":"success","data":{"up":[{"type":"gauge","help":"h","unit":""},{"type":"counter"}],"x":[]}}"#;
        let described = MetricHelp::read(text).unwrap();
        assert_eq!(described.len(), 1);
        assert_eq!(described["up"], MetricHelp { kind: "gauge".into(), help: "h".into() });
    }
}
