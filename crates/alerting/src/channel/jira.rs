//! Jira: an issue for each group (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/>). It is found by a
//! label, `ALERT{...}` with the hash of the group, as Alertmanager does it: so issues of both are the same, and one that a
//! crash left half done is found again.

use serde_json::{Map, Value, json};

use super::answer::{Cause, Verdict};
use super::cut::cut_chars;
use super::draft::{Draft, Intent, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::url::join;
use super::writer::Writer;
use crate::config::receiver::JiraConfig;

/// Characters.
const SUMMARY: usize = 255;
const DESCRIPTION: usize = 32_767;

/// What a delivery knows on its way: what comes next, the issue that was found, whether it is done, a transition.
const NEXT: &str = "next";
const ISSUE: &str = "issue";
const DONE: &str = "done";
const TRANSITION: &str = "transition";

impl JiraConfig {
    fn base(&self) -> &str {
        self.api_url.as_ref().map_or("", |url| url.as_str()).trim_end_matches('/')
    }

    /// Version 3 knows texts as documents only.
    fn is_version_3(&self) -> bool {
        self.base().ends_with("/3")
    }

    fn jql(&self, label: &str, intent: Intent) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut jql = format!("project={} and labels={}", quoted(&self.project), quoted(label));
        let minutes = self.reopen_duration.millis() / 60_000;
        let reopens = intent == Intent::Trigger && !self.reopen_transition.is_empty();
        match (reopens, minutes) {
            (true, 0) => {}
            (true, minutes) => {
                jql.extend([
                    " and (resolutiondate is EMPTY OR resolutiondate >= -",
                    &minutes.to_string(),
                    "m)",
                ]);
            }
            (false, _) => jql += " and statusCategory != Done",
        }
        if !self.wont_fix_resolution.is_empty() {
            let resolution = quoted(&self.wont_fix_resolution);
            jql.extend([" and (resolution is EMPTY or resolution != ", resolution.as_str(), ")"]);
        }
        jql + " order by status ASC,resolutiondate DESC"
    }

    fn description(&self, text: &str) -> Value {
        if !self.is_version_3() {
            return text.into();
        }
        let paragraph = json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] });
        json!({ "type": "doc", "version": 1, "content": [paragraph] })
    }

    /// What follows when the issue has its new texts.
    fn transition(&self, intent: Intent, progress: &Progress) -> Option<&str> {
        let done = progress.scratch.get(DONE) == Some("true");
        let name = match intent {
            Intent::Trigger if done => &self.reopen_transition,
            Intent::Resolve if !done => &self.resolve_transition,
            _ => return None,
        };
        (!name.is_empty()).then_some(name)
    }
}

/// The texts of fields, also deep inside of them, are templates.
fn said(value: &Value, writer: &Writer<'_>) -> Result<Value, Unsendable> {
    Ok(match value {
        Value::String(text) => writer.text(text)?.into(),
        Value::Array(items) => {
            items.iter().map(|item| said(item, writer)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((name.clone(), said(value, writer)?)));
            fields.collect::<Result<Map<_, _>, Unsendable>>()?.into()
        }
        other => other.clone(),
    })
}

impl Kind for JiraConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let label = format!("ALERT{{{}}}", writer.hash());
        let mut labels = Vec::new();
        for template in &self.labels {
            let text = writer.trimmed(template)?;
            // Jira has no labels with spaces.
            if !text.is_empty() {
                labels.push(text.replace(char::is_whitespace, "_"));
            }
        }
        labels.push(label.clone());
        let mut fields = Map::new();
        for (name, value) in &self.fields {
            fields.insert(name.clone(), said(value, writer)?);
        }
        let summary = writer.trimmed(&self.summary)?.replace('\n', " ");
        fields.insert("project".to_owned(), json!({ "key": self.project }));
        fields.insert("issuetype".to_owned(), json!({ "name": self.issue_type }));
        fields.insert("summary".to_owned(), cut_chars(&summary, SUMMARY).into());
        let description = cut_chars(&writer.text(&self.description)?, DESCRIPTION);
        fields.insert("description".to_owned(), self.description(&description));
        fields.insert("labels".to_owned(), labels.into());
        let priority = writer.trimmed(&self.priority)?;
        if !priority.is_empty() {
            fields.insert("priority".to_owned(), json!({ "name": priority }));
        }
        Ok(json!({ "label": label, "fields": fields }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let content = task.content();
        let scratch = &task.progress.scratch;
        let issue = |rest: &str| {
            join(self.base(), &format!("issue/{}{rest}", scratch.get(ISSUE).unwrap_or_default()))
        };
        let fields = json!({ "fields": content["fields"] });
        let request = match scratch.get(NEXT) {
            None => {
                let label = content["label"].as_str().unwrap_or_default();
                let path = if self.is_version_3() { "search/jql" } else { "search" };
                let body = json!({
                    "jql": self.jql(label, task.draft.intent),
                    "fields": ["status"],
                    "maxResults": 1,
                });
                Request::json(Method::Post, join(self.base(), path), &body)
            }
            Some("create") => Request::json(Method::Post, join(self.base(), "issue"), &fields),
            Some("update") => Request::json(Method::Put, issue(""), &fields),
            Some("transitions") => {
                Request::new(Method::Get, issue("/transitions"), "application/json", Vec::new())
            }
            Some(_) => {
                let id = scratch.get(TRANSITION).unwrap_or_default();
                Request::json(Method::Post, issue("/transitions"), &json!({ "transition": { "id": id } }))
            }
        };
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, draft: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        if !answer.is_good() {
            return answer.usual();
        }
        let body = answer.json();
        let go = |progress: &mut Progress, next: &str| {
            progress.scratch.set(NEXT, next);
            Verdict::Next
        };
        match progress.scratch.get(NEXT) {
            None => {
                let Some(found) = body.pointer("/issues/0") else {
                    return match draft.intent {
                        Intent::Trigger => go(progress, "create"),
                        Intent::Acknowledge | Intent::Resolve => Verdict::Done,
                    };
                };
                let category = found.pointer("/fields/status/statusCategory/key").and_then(Value::as_str);
                progress.scratch.set(ISSUE, found["key"].as_str().unwrap_or_default());
                progress.scratch.set(DONE, (category == Some("done")).to_string());
                go(progress, "update")
            }
            Some("update") => match self.transition(draft.intent, progress) {
                Some(_) => go(progress, "transitions"),
                None => Verdict::Done,
            },
            Some("transitions") => {
                let wanted = self.transition(draft.intent, progress).unwrap_or_default();
                let all = body["transitions"].as_array().map(Vec::as_slice).unwrap_or_default();
                let name = |transition: &Value| transition["name"].as_str().unwrap_or_default().to_owned();
                if let Some(found) = all.iter().find(|transition| name(transition) == wanted) {
                    progress.scratch.set(TRANSITION, found["id"].as_str().unwrap_or_default());
                    go(progress, "transit")
                } else {
                    let known = all.iter().map(name).collect::<Vec<_>>().join(", ");
                    let words =
                        format!("Jira has no transition {wanted:?} for the issue now; it has {known}");
                    Verdict::dead(Cause::ClientError, words)
                }
            }
            Some(_) => Verdict::Done,
        }
    }
}
