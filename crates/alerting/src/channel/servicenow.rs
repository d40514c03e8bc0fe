//! Incidents in `ServiceNow`, by its Table API
//! (<https://www.servicenow.com/docs/bundle/xanadu-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::answer::Verdict;
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::severity::Severity;
use super::tracker::{self, Stage};
use super::url::{encode, join};
use super::writer::Writer;
use crate::config::receiver::ServiceNowConfig;

/// Characters of what an incident is called, and of its texts.
const SHORT: usize = 160;
const TEXT: usize = 4000;

/// Impact and urgency, 1 to 3, of which `ServiceNow` makes the priority.
fn weight(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Critical) => "1",
        Some(Severity::High) | None => "2",
        Some(Severity::Warning | Severity::Info) => "3",
    }
}

impl Kind for ServiceNowConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut incident = Map::new();
        let weight = weight(writer.severity());
        for (name, text) in [
            ("short_description", cut_chars(&writer.trimmed(&self.short_description)?, SHORT)),
            ("description", cut_chars(&writer.text(&self.description)?, TEXT)),
            ("impact", weight.to_owned()),
            ("urgency", weight.to_owned()),
            // What finds it again there.
            ("correlation_id", writer.hash()),
            ("correlation_display", "Watchfire".to_owned()),
        ] {
            incident.insert(name.to_owned(), text.into());
        }
        for (name, template) in &self.fields {
            incident.insert(name.clone(), writer.text(template)?.into());
        }
        let note = cut_chars(&writer.text(&self.note)?, TEXT);
        Ok(json!({ "incident": incident, "note": note }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = self.instance_url.as_ref().map_or("", |url| url.as_str());
        let table = join(base, &format!("api/now/table/{}", encode(&self.table)));
        let content = task.content();
        let note = &content["note"];
        let (method, url, body) = match Stage::of(task.draft, task.progress) {
            Stage::Create => (Method::Post, table, content["incident"].clone()),
            Stage::Comment(id) => (Method::Patch, format!("{table}/{id}"), json!({ "work_notes": note })),
            Stage::Close(id) => {
                let closed = json!({
                    "state": self.resolved_state,
                    "close_code": self.close_code,
                    "close_notes": note,
                });
                (Method::Patch, format!("{table}/{id}"), closed)
            }
            Stage::Nothing => return Ok(None),
        };
        let mut request = Request::json(method, url, &body).with("accept", "application/json");
        // Else http_config says who asks.
        if !self.username.is_empty() {
            let password = task.secrets.text(self.password_source(), "password")?;
            let basic = STANDARD.encode(format!("{}:{password}", self.username));
            request = request.with("authorization", format!("Basic {basic}"));
        }
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, draft: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        let id = |incident: &Value| {
            incident.pointer("/result/sys_id").and_then(Value::as_str).map(ToOwned::to_owned)
        };
        tracker::judge(draft, answer, progress, id, answer.usual())
    }
}
