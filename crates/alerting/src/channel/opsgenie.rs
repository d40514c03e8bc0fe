//! Opsgenie: alerts by its API (<https://docs.opsgenie.com/docs/alert-api>), one for each group.

use serde_json::{Map, Value, json};

use super::answer::Verdict;
use super::cut::cut_chars;
use super::draft::{Draft, Intent, Unsendable};
use super::http_answer::HttpAnswer;
use super::key::group_hash;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::url::join;
use super::writer::Writer;
use crate::config::receiver::{OpsGenieConfig, Responder};

/// Characters of what an alert is called, and of what it says.
const MESSAGE: usize = 130;
const DESCRIPTION: usize = 15_000;

fn parts(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A responder; of the kind `teams` one for each of its names.
fn responders(responder: &Responder, writer: &Writer<'_>) -> Result<Vec<Value>, Unsendable> {
    let kind = writer.text(&responder.kind)?.to_lowercase();
    let name = writer.text(&responder.name)?;
    if kind == "teams" {
        return Ok(parts(&name).iter().map(|name| json!({ "type": "team", "name": name })).collect());
    }
    let mut told = Map::new();
    for (key, text) in
        [("id", writer.text(&responder.id)?), ("name", name), ("username", writer.text(&responder.username)?)]
    {
        if !text.is_empty() {
            told.insert(key.to_owned(), text.into());
        }
    }
    // Nobody is named: the template had nothing to say.
    if told.is_empty() {
        return Ok(Vec::new());
    }
    told.insert("type".to_owned(), kind.into());
    Ok(vec![told.into()])
}

impl Kind for OpsGenieConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let source = writer.text(&self.source)?;
        if !writer.fires() {
            return Ok(json!({ "alias": writer.hash(), "source": source }));
        }
        let mut details = writer.message(0)["commonLabels"].take();
        for (name, template) in &self.details {
            details[name.as_str()] = writer.text(template)?.into();
        }
        let mut alert = json!({
            "alias": writer.hash(),
            "message": cut_chars(&writer.text(&self.message)?, MESSAGE),
            "description": cut_chars(&writer.text(&self.description)?, DESCRIPTION),
            "details": details,
            "source": source,
        });
        let mut told = Vec::new();
        for responder in &self.responders {
            told.extend(responders(responder, writer)?);
        }
        if !told.is_empty() {
            alert["responders"] = told.into();
        }
        for (name, template) in [("tags", &self.tags), ("actions", &self.actions)] {
            let text = writer.text(template)?;
            if !parts(&text).is_empty() {
                alert[name] = parts(&text).into();
            }
        }
        for (name, template) in [("note", &self.note), ("entity", &self.entity)] {
            let text = writer.text(template)?;
            if !text.is_empty() {
                alert[name] = text.into();
            }
        }
        let said = writer.trimmed(&self.priority)?;
        let priority = match writer.severity() {
            _ if !said.is_empty() => said.as_str(),
            Some(super::Severity::Critical) => "P1",
            Some(super::Severity::High) => "P2",
            Some(super::Severity::Info) => "P5",
            Some(super::Severity::Warning) | None => "P3",
        };
        alert["priority"] = priority.into();
        Ok(alert)
    }

    fn acknowledgement(&self, group_key: &str, by: &str) -> Option<Value> {
        Some(json!({ "alias": group_hash(group_key), "user": by }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let mut body = task.content().clone();
        let alias = body["alias"].as_str().unwrap_or_default().to_owned();
        let of = |what: &str| format!("v2/alerts/{alias}/{what}?identifierType=alias");
        let (method, path, only) = match (task.draft.intent, task.progress.step) {
            (Intent::Trigger, 0) => (Method::Post, "v2/alerts".to_owned(), None),
            (Intent::Trigger, 1) => (Method::Put, of("message"), Some("message")),
            (Intent::Trigger, _) => (Method::Put, of("description"), Some("description")),
            (Intent::Acknowledge, _) => (Method::Post, of("acknowledge"), None),
            (Intent::Resolve, _) => (Method::Post, of("close"), None),
        };
        if let Some(only) = only {
            body = json!({ only: body[only] });
        } else if task.draft.intent != Intent::Trigger
            && let Some(fields) = body.as_object_mut()
        {
            fields.remove("alias");
        }
        let base = self.api_url.as_ref().map_or("https://api.opsgenie.com/", |url| url.as_str());
        let key = task.secrets.text(self.api_key_source(), "api_key")?;
        let request = Request::json(method, join(base, &path), &body);
        Ok(Some(
            request.with("authorization", format!("GenieKey {key}")).over(self.http_config.as_ref()).next(),
        ))
    }

    fn judge(&self, draft: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        let more = self.update_alerts && draft.intent == Intent::Trigger && progress.step < 2;
        match answer.usual() {
            Verdict::Done if more => Verdict::Next,
            verdict => verdict,
        }
    }
}
