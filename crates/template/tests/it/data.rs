//! Data of tests: JSON, with objects of one key that starts with `$` for what JSON does not have.

use std::sync::Arc;

use serde_json::Value as Json;
use watchfire_template::{Alert, Data, Kv, List, Map, Safe, Time, Unit, Value};

/// A value of JSON: numbers are whole unless they have a point or an exponent.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => match number.as_i64() {
            Some(value) => value.into(),
            None => number.as_f64().unwrap().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => List::new(items.iter().map(value).collect::<Vec<_>>()).into(),
        Json::Object(entries) => match entries.iter().next() {
            Some((tag, inner)) if entries.len() == 1 && tag.starts_with('$') => tagged(tag, inner),
            _ => Map::new(entries.iter().map(|(key, inner)| (key.as_str(), value(inner)))).into(),
        },
    }
}

fn tagged(tag: &str, inner: &Json) -> Value {
    let text = || Arc::<str>::from(inner.as_str().unwrap());
    match tag {
        "$labels" => Map::strings(texts(inner)).into(),
        "$strings" => {
            List::strings(inner.as_array().unwrap().iter().map(|text| text.as_str().unwrap())).into()
        }
        "$float" => match inner.as_str().unwrap() {
            "NaN" => f64::NAN.into(),
            other => other.parse::<f64>().unwrap().into(),
        },
        "$time" => Time::parse(&text()).unwrap().into(),
        "$duration" => Value::Number(Unit::Duration, inner.as_i64().unwrap()),
        "$html" => Value::Safe(Safe::Html, text()),
        "$url" => Value::Safe(Safe::Url, text()),
        "$kv" => Kv::new(texts(inner)).to_value(),
        "$notification" => notification(inner).to_value(),
        _ => panic!("there is no {tag}"),
    }
}

fn texts(json: &Json) -> impl Iterator<Item = (&str, &str)> {
    json.as_object().unwrap().iter().map(|(key, text)| (key.as_str(), text.as_str().unwrap()))
}

/// A notification as webhooks have it.
pub(crate) fn notification(json: &Json) -> Data {
    let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let kv = |json: &Json| if json.is_null() { Kv::default() } else { Kv::new(texts(json)) };
    let time = |json: &Json| json.as_str().map_or_else(Time::zero, |text| Time::parse(text).unwrap());
    let alert = |json: &Json| Alert {
        status: text(json, "status"),
        labels: kv(&json["labels"]),
        annotations: kv(&json["annotations"]),
        starts_at: time(&json["startsAt"]),
        ends_at: time(&json["endsAt"]),
        generator_url: text(json, "generatorURL"),
        fingerprint: text(json, "fingerprint"),
        action_url: text(json, "action"),
    };
    Data {
        receiver: text(json, "receiver"),
        status: text(json, "status"),
        alerts: json["alerts"].as_array().unwrap().iter().map(alert).collect(),
        notification_reason: text(json, "notification_reason"),
        group_labels: kv(&json["groupLabels"]),
        common_labels: kv(&json["commonLabels"]),
        common_annotations: kv(&json["commonAnnotations"]),
        external_url: text(json, "externalURL"),
        incident: None,
    }
}
