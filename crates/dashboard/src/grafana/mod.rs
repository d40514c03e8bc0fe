//! Takes over dashboards of Grafana, as its JSON files and its HTTP API have them
//! (<https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/>), of the schema versions 16
//! and later. What cannot be carried over is listed, panel by panel.

mod colors;
mod fields;
mod layout;
mod look;
mod mappings;
mod old;
mod panel;
mod patterns;
mod queries;
mod rest;
mod singlestat;
mod transformations;
mod variables;
mod views;

use serde_json::Value;
use watchfire_model::TimeExpr;

use self::look::Look;
use self::queries::Sources;
use crate::{AnnotationQuery, Dashboard, Link, Note, ReadError, TimeSettings, check};

/// A dashboard that was taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// It.
    pub dashboard: Dashboard,
    /// What was not carried over, or is not the same.
    pub losses: Vec<Loss>,
}

/// Something that was not carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The panel's id and title; none for the dashboard itself.
    pub panel: Option<(u32, String)>,
    /// What.
    pub what: String,
}

/// What was lost so far, and of which panel.
#[derive(Default)]
struct Losses {
    panel: Option<(u32, String)>,
    all: Vec<Loss>,
}

impl Losses {
    fn add(&mut self, what: impl Into<String>) {
        let loss = Loss { panel: self.panel.clone(), what: what.into() };
        if !self.all.contains(&loss) {
            self.all.push(loss);
        }
    }
}

/// Reads a dashboard of Grafana.
///
/// # Errors
///
/// The text is no JSON, or no dashboard of the classic form.
pub fn import(text: &str) -> Result<Imported, ReadError> {
    let whole: Value = serde_json::from_str(text).map_err(|error| ReadError {
        line: Some(error.line()),
        place: String::new(),
        message: format!("this is no JSON: {error}"),
    })?;
    let whole = with_inputs(text, whole);
    let json = classic(&whole)?;
    let mut losses = Losses::default();
    let sources = Sources::of(json);
    let mut dashboard = Dashboard {
        uid: uid(json.text("uid").unwrap_or_default(), json.text("title").unwrap_or_default()),
        title: json.text("title").filter(|title| !title.trim().is_empty()).unwrap_or("Untitled").to_owned(),
        description: json.text("description").unwrap_or_default().to_owned(),
        tags: json.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        time: time(json, &mut losses),
        variables: variables::of(json, &sources, &mut losses),
        annotations: annotations(json, &sources, &mut losses),
        links: json.list("links").iter().map(link).collect(),
        ..Dashboard::default()
    };
    dashboard.panels = layout::panels(json, &sources, &mut losses);
    repeats(&mut dashboard, &mut losses);
    // What the conversion makes holds to the rules; a slip of it must be told and not be stored.
    check(&dashboard)?;
    Ok(Imported { dashboard, losses: losses.all })
}

/// What an import had to leave out, as notes.
impl From<&Loss> for Note {
    fn from(loss: &Loss) -> Self {
        let place = match &loss.panel {
            Some((id, title)) if title.is_empty() => format!("panel {id}"),
            Some((id, title)) => format!("panel {id} \"{title}\""),
            None => "dashboard".to_owned(),
        };
        Self { place, message: loss.what.clone() }
    }
}

/// The dashboard itself: a file, or what the HTTP API answers, which wraps it.
fn classic(whole: &Value) -> Result<&Value, ReadError> {
    let error = |message: &str| ReadError { line: None, place: String::new(), message: message.to_owned() };
    let inside =
        ["dashboard", "spec"].into_iter().find_map(|key| whole.get(key).filter(|inside| inside.is_object()));
    let json = inside.unwrap_or(whole);
    if json.get("elements").is_some() && json.get("layout").is_some() {
        return Err(error(
            "this is a dashboard of Grafana's schema v2; export it as \"Classic\" (share, export, Classic), then import it",
        ));
    }
    if json.get("panels").is_none() && json.get("rows").is_none() {
        return Err(error("this is no dashboard of Grafana: it has no panels"));
    }
    // Panels in rows are told whatever version the file claims: without them nothing would be left, and nobody would know.
    if json.list("panels").is_empty() && !json.list("rows").is_empty() {
        return Err(error(
            "this dashboard is older than Grafana 5 (schemaVersion 16); open and save it in a newer Grafana, then export it",
        ));
    }
    Ok(json)
}

/// Puts the constants that an exported dashboard asks for into their places; they stand in its file.
fn with_inputs(text: &str, whole: Value) -> Value {
    let constants: Vec<(String, String)> = whole
        .list("__inputs")
        .iter()
        .filter(|input| input.text("type") == Some("constant"))
        .filter_map(|input| {
            let value = serde_json::to_string(input.text("value")?).ok()?;
            Some((format!("${{{}}}", input.text("name")?), value[1..value.len() - 1].to_owned()))
        })
        .collect();
    if constants.is_empty() {
        return whole;
    }
    let mut text = text.to_owned();
    for (name, value) in constants {
        text = text.replace(&name, &value);
    }
    serde_json::from_str(&text).unwrap_or(whole)
}

/// Grafana's uid where it may stand in URLs; otherwise one made from the title.
fn uid(given: &str, title: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !given.is_empty() && given.len() <= 64 && given.bytes().all(fits) {
        return given.to_owned();
    }
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut uid = words.join("-");
    uid.truncate(64);
    if uid.is_empty() { "imported".to_owned() } else { uid }
}

fn time(json: &Value, losses: &mut Losses) -> TimeSettings {
    let range = json.at("time");
    let (from, to) = (instant(range, "from", losses), instant(range, "to", losses));
    let refresh = match json.get("refresh") {
        Some(Value::String(text)) if text.is_empty() => Some("off".to_owned()),
        Some(Value::String(text)) if text == "auto" => None,
        Some(Value::String(text)) => {
            let millis = watchfire_model::parse_duration(text).ok();
            if millis.is_none() {
                losses.add(format!("the refresh interval {text:?}"));
            }
            millis.map(|millis| watchfire_model::format_duration(millis.clamp(1000, 3_600_000)))
        }
        Some(Value::Bool(false)) => Some("off".to_owned()),
        _ => None,
    };
    let utc = match json.text("timezone") {
        None | Some("" | "browser") => None,
        Some("utc" | "UTC") => Some(true),
        Some(other) => {
            losses.add(format!("the time zone {other}; times are in the reader's, or in UTC"));
            None
        }
    };
    let settings = TimeSettings { from, to, refresh, utc };
    if settings.flaw().is_none() {
        return settings;
    }
    losses.add("a range that ends before it starts; the last hour is shown");
    TimeSettings { from: None, to: None, ..settings }
}

/// An end of the range. What cannot be read is left to what is usual here.
fn instant(range: &Value, key: &str, losses: &mut Losses) -> Option<String> {
    let text = match range.at(key) {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(millis) => millis.to_string(),
        _ => return None,
    };
    let months = text.strip_prefix("now-").and_then(|back| back.strip_suffix('M')?.parse::<u16>().ok());
    if let Some(months) = months {
        losses.add(format!("{key} {text:?} of its range: a month is taken as 30 days"));
        return Some(format!("now-{}d", u32::from(months) * 30));
    }
    if TimeExpr::parse_at(&text, 0, 0, key == "to").is_err() {
        losses.add(format!("{key} {text:?} of its range"));
        return None;
    }
    if text.contains('/') {
        losses.add(format!(
            "{key} {text:?} of its range is rounded in UTC, weeks to a Monday; the range ends now at the latest"
        ));
    }
    Some(text)
}

fn annotations(json: &Value, sources: &Sources, losses: &mut Losses) -> Vec<AnnotationQuery> {
    let mut annotations = Vec::new();
    for json in json.at("annotations").list("list") {
        let name = json.text("name").unwrap_or("Annotations").to_owned();
        let off = json.flag("enable") == Some(false);
        if !json.at("filter").list("ids").is_empty() {
            losses.add(format!("the annotations {name:?}: only on some panels; here on all"));
        }
        let color = json.text("iconColor").map(colors::of);
        let written = json.at("datasource").text("type") == Some("grafana")
            || json.text("datasource") == Some("-- Grafana --");
        if json.number("builtIn") == Some(1.0) || written {
            let target = if json.at("target").is_null() { json } else { json.at("target") };
            let tags: Vec<String> =
                target.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if tags.len() > 1 && target.flag("matchAny") != Some(true) {
                let what = "those with all of the tags; here with one of them";
                losses.add(format!("the annotations {name:?}: {what}"));
            }
            annotations.push(AnnotationQuery { name, tags, color, off, ..AnnotationQuery::default() });
            continue;
        }
        let expr = json.text("expr").or_else(|| json.at("target").text("expr")).unwrap_or_default();
        if expr.is_empty() || !sources.is_prometheus(json.at("datasource")) {
            losses.add(format!("the annotations {name:?}: they are not from Prometheus"));
            continue;
        }
        let words = ["titleFormat", "textFormat"].map(|key| json.text(key).unwrap_or_default());
        let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
        for (key, what) in [("tagKeys", "its tags"), ("useValueForTime", "values that are times")] {
            let value = json.at(key);
            if value.as_bool() == Some(true) || value.as_str().is_some_and(|keys| !keys.is_empty()) {
                losses.add(format!("the annotations {name:?}: {what}"));
            }
        }
        annotations.push(AnnotationQuery {
            name,
            expr: expr.to_owned(),
            text: words.join(": "),
            color,
            off,
            ..AnnotationQuery::default()
        });
    }
    annotations
}

fn link(json: &Value) -> Link {
    let tags = if json.text("type") == Some("dashboards") {
        json.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect()
    } else {
        Vec::new()
    };
    Link {
        title: json.text("title").unwrap_or_default().to_owned(),
        url: json.text("url").unwrap_or_default().to_owned(),
        tags,
        keep_time: json.flag("keepTime") == Some(true),
        keep_variables: json.flag("includeVars") == Some(true),
        new_tab: json.flag("targetBlank") == Some(true),
    }
}

/// A panel may be repeated by a variable that is not carried over.
fn repeats(dashboard: &mut Dashboard, losses: &mut Losses) {
    for panel in &mut dashboard.panels {
        let known = |name: &str| dashboard.variables.iter().any(|variable| variable.name == name);
        if let Some(repeat) = panel.repeat.take_if(|repeat| !known(&repeat.variable)) {
            losses.panel = Some((panel.id, panel.title.clone()));
            losses.add(format!("the repetition by ${}, which is no variable here", repeat.variable));
        }
    }
    losses.panel = None;
}
