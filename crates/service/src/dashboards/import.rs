//! Dashboards as texts of several forms: Watchfire's own, Grafana's, outlines; as JSON or YAML.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, Note, ReadError, grafana, is_outline, read_outline};

use super::kept::read_without_uid;
use super::lines::line_of;
use super::{DashboardError, DashboardFilter, DashboardHead, Dashboards, Saved, uid, work};

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// Watchfire's own.
    Watchfire,
    /// Grafana's classic JSON.
    Grafana,
    /// Dashboards that only name metrics.
    Outline,
}

/// What a text would bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// What it is written in.
    pub format: ImportFormat,
    /// Its dashboards: one, or of an outline several.
    pub dashboards: Vec<Preview>,
}

/// A dashboard that is about to be taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The dashboard.
    pub dashboard: Dashboard,
    /// What is not carried over, or not known.
    pub notes: Vec<Note>,
    /// The dashboard that has its uid already.
    pub clash: Option<DashboardHead>,
}

/// What a text says.
pub(super) struct Text {
    pub(super) format: ImportFormat,
    /// Whether it is written as JSON.
    pub(super) is_json: bool,
    pub(super) dashboards: Vec<(Dashboard, Vec<Note>)>,
}

impl Dashboards {
    /// Reads a text of any form, and says what taking it over would do. `name_hint` is the file's name or the like, for what has
    /// no uid.
    ///
    /// # Errors
    ///
    /// [`DashboardError::Invalid`] with line and field of the first thing that is wrong.
    pub async fn import(&self, text: String, name_hint: &str) -> Result<Import, DashboardError> {
        self.bounded(text.len())?;
        let hint = name_hint.to_owned();
        let text = work(text.len(), move || read_any(&text, &hint)).await??;
        let heads = self.heads().await?;
        let preview = |(dashboard, notes): (Dashboard, Vec<Note>)| Preview {
            clash: heads.iter().find(|head| head.uid == dashboard.uid).cloned(),
            dashboard,
            notes,
        };
        Ok(Import { format: text.format, dashboards: text.dashboards.into_iter().map(preview).collect() })
    }

    /// The same import with another title or uid for its dashboard; empty ones change nothing.
    ///
    /// # Errors
    ///
    /// It has several dashboards, which cannot be called the same; or the uid is none.
    pub async fn renamed(
        &self,
        mut import: Import,
        title: &str,
        uid: &str,
    ) -> Result<Import, DashboardError> {
        let (title, uid) = (title.trim(), uid.trim());
        if title.is_empty() && uid.is_empty() {
            return Ok(import);
        }
        let [preview] = import.dashboards.as_mut_slice() else {
            return Err(DashboardError::bad(
                "title, uid: the text has several dashboards; leave them out".to_owned(),
            ));
        };
        if !title.is_empty() {
            title.clone_into(&mut preview.dashboard.title);
        }
        if !uid.is_empty() {
            uid.clone_into(&mut preview.dashboard.uid);
            watchfire_dashboard::check(&preview.dashboard).map_err(DashboardError::Invalid)?;
            preview.clash = self.heads().await?.into_iter().find(|head| head.uid == uid);
        }
        Ok(import)
    }

    /// The same import, with another uid for each dashboard whose own is taken: a number behind it.
    pub async fn as_copies(&self, mut import: Import) -> Result<Import, DashboardError> {
        let heads = self.list(&DashboardFilter::default()).await?;
        let mut taken: BTreeSet<String> = heads.into_iter().map(|head| head.uid).collect();
        for preview in import.dashboards.iter_mut().filter(|preview| preview.clash.is_some()) {
            let own = preview.dashboard.uid.clone();
            // A uid has 64 letters at most.
            let stem: String = own.chars().take(56).collect();
            let free = (2..10_000).map(|number| format!("{stem}-{number}")).find(|uid| !taken.contains(uid));
            let Some(free) = free else { continue };
            taken.insert(free.clone());
            preview.dashboard.uid = free;
            preview.clash = None;
        }
        Ok(import)
    }

    /// Stores what an import brings, in a folder. Where a uid is taken already, it is saved over that with `overwrite`, and else
    /// nothing at all is stored.
    pub async fn take_over(
        &self,
        import: Import,
        folder: Option<String>,
        overwrite: bool,
    ) -> Result<Vec<Saved>, DashboardError> {
        let clash = import.dashboards.iter().find_map(|preview| preview.clash.as_ref());
        if let (Some(clash), false) = (clash, overwrite) {
            return Err(DashboardError::Exists { what: "dashboard", name: clash.uid.clone() });
        }
        let mut uids: Vec<&str> = import.dashboards.iter().map(|one| one.dashboard.uid.as_str()).collect();
        uids.sort_unstable();
        let twice = uids.iter().zip(uids.iter().skip(1)).find(|(one, other)| one == other);
        if let Some((uid, _)) = twice {
            return Err(DashboardError::bad(format!("uid: {uid:?} stands twice in what is imported")));
        }
        let mut saved = Vec::with_capacity(import.dashboards.len());
        for Preview { dashboard, notes, clash } in import.dashboards {
            let one = match clash {
                Some(clash) => {
                    let uid = dashboard.uid.clone();
                    self.save(&uid, dashboard, clash.version, "imported").await?
                }
                None => self.create(dashboard, folder.clone(), "imported").await?,
            };
            saved.push(Saved { notes, ..one });
        }
        Ok(saved)
    }
}

/// Reads a text of any form; `name` stands for a uid where there is none.
pub(super) fn read_any(text: &str, name: &str) -> Result<Text, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let is_json = text.trim_start().starts_with(['{', '[']);
    let value = if is_json { json(text) } else { yaml(text) }?;
    let format = format_of(&value);
    let dashboards = match format {
        ImportFormat::Outline => {
            let name = without_end(name);
            let name = if name.is_empty() { "imported" } else { name };
            read_outline(&value, name).map_err(|error| placed(error, text))?
        }
        ImportFormat::Grafana => {
            let written = if is_json { None } else { Some(value.to_string()) };
            let imported = grafana::import(written.as_deref().unwrap_or(text));
            let imported = imported.map_err(|error| if is_json { error } else { unplaced(error) })?;
            vec![(imported.dashboard, imported.losses.iter().map(Note::from).collect())]
        }
        ImportFormat::Watchfire if is_json => vec![own(text, &value, name)?],
        ImportFormat::Watchfire => {
            let written = serde_json::to_string_pretty(&value).unwrap_or_default();
            vec![own(&written, &value, name).map_err(|error| placed(error, text))?]
        }
    };
    Ok(Text { format, is_json, dashboards })
}

/// Our own form; a uid that is missing is made from the name.
fn own(text: &str, value: &Value, name: &str) -> Result<(Dashboard, Vec<Note>), ReadError> {
    let title = value.get("title").and_then(Value::as_str).unwrap_or_default();
    let made = [without_end(name), title].map(uid::from_title);
    let made = made.into_iter().find(|uid| !uid.is_empty()).unwrap_or_else(|| "imported".to_owned());
    read_without_uid(text, value, &made)
}

fn json(text: &str) -> Result<Value, ReadError> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        ReadError {
            line: Some(error.line()),
            place: String::new(),
            message: format!("this is no JSON: {message}"),
        }
    })
}

fn yaml(text: &str) -> Result<Value, ReadError> {
    serde_saphyr::from_str(text).map_err(|error: serde_saphyr::Error| {
        let line = error.location().and_then(|at| usize::try_from(at.line()).ok());
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or_default();
        let message = message.split(" at line ").next().unwrap_or_default();
        ReadError { line, place: String::new(), message: format!("this is neither JSON nor YAML: {message}") }
    })
}

/// An error with the line on which its field stands in `text`.
fn placed(error: ReadError, text: &str) -> ReadError {
    ReadError { line: line_of(text, &error.place), ..error }
}

/// A line of a text that was made on the way says nothing.
fn unplaced(error: ReadError) -> ReadError {
    ReadError { line: None, ..error }
}

/// A file's name without its ending.
fn without_end(name: &str) -> &str {
    ["json", "yaml", "yml"]
        .into_iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix('.'))
        .unwrap_or(name)
}

fn format_of(value: &Value) -> ImportFormat {
    let panels_have = |of: &Value, keys: &[&str]| {
        let panels = of.get("panels").and_then(Value::as_array);
        panels
            .is_some_and(|panels| panels.iter().any(|panel| keys.iter().any(|key| panel.get(*key).is_some())))
    };
    let grafanas = |of: &Value| {
        let marks = ["schemaVersion", "templating", "gnetId", "graphTooltip", "__inputs", "rows", "elements"];
        marks.into_iter().any(|mark| of.get(mark).is_some()) || panels_have(of, &["gridPos", "targets"])
    };
    if value.get("schema").is_some_and(Value::is_number) || panels_have(value, &["kind", "at"]) {
        return ImportFormat::Watchfire;
    }
    let wrapped = ["dashboard", "spec"].into_iter().filter_map(|key| value.get(key));
    if grafanas(value) || wrapped.into_iter().any(grafanas) {
        return ImportFormat::Grafana;
    }
    let is_empty = value.get("panels").and_then(Value::as_array).is_some_and(Vec::is_empty);
    if is_outline(value) && !is_empty { ImportFormat::Outline } else { ImportFormat::Watchfire }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match read_any(text, "team/web.yaml") {
            Ok(text) => {
                let titles: Vec<String> = text
                    .dashboards
                    .iter()
                    .map(|(dashboard, notes)| {
                        format!("{}={} ({})", dashboard.uid, dashboard.title, notes.len())
                    })
                    .collect();
                format!("{:?}: {}", text.format, titles.join(", "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn forms_are_told_apart() {
        for (text, expected) in [
            (r#"{"uid": "a", "title": "A", "panels": []}"#, "Watchfire: a=A (0)"),
            (r#"{"title": "A", "panels": [{"id": 1, "kind": "text"}]}"#, "Watchfire: team-web=A (0)"),
            ("title: A\nuid: a\npanels:\n  - {id: 1, kind: stat, nice: yes}\n", "Watchfire: a=A (1)"),
            (r#"{"title": "A", "schemaVersion": 39, "panels": []}"#, "Grafana: a=A (0)"),
            (
                r#"{"dashboard": {"uid": "g", "title": "G", "panels": [{"id": 1, "type": "stat", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4}}]}, "meta": {}}"#,
                "Grafana: g=G (0)",
            ),
            ("title: O\npanels:\n  - {title: P, type: stat, metric: up}\n", "Outline: team-web=O (0)"),
            (
                "title: O\nrefresh_interval: 2h\npanels:\n  - {title: P, type: stat, metric: up}\n",
                "Outline: team-web=O (1)",
            ),
            (
                "one:\n  title: O\n  panels:\n  - {title: P, type: stat, metric: up}\ntwo:\n  title: T\n  panels:\n  - {title: P, type: gauge, metric: up}\n",
                "Outline: one=O (0), two=T (0)",
            ),
            ("{\n\"title\": \"A\",\n", "line 3: this is no JSON: EOF while parsing a value"),
            ("{\n\"title\": \"\", \"panels\": []}", "line 2: title: must not be empty"),
            (
                "{\"uid\": \"a\", \"title\": \"A\",\n\"panels\": [{\"id\": 0}]}",
                "line 2: panels[0].id: must be a number from 1 that no other panel of the dashboard has",
            ),
            ("title: [\n", "line 1: this is neither JSON nor YAML: unclosed bracket '['"),
            (
                "title: A\npanels:\n  - {title: P, type: lamp, metric: up}\n",
                "line 3: panels[0].type: unknown variant `lamp`, expected one of `stat`, `gauge`, `graph`, `heatmap`, `histogram`",
            ),
        ] {
            let told = told(text);
            assert!(told.starts_with(expected), "{text}\n{told}\n{expected}");
        }
    }
}
