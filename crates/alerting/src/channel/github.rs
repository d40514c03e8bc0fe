//! Issues on GitHub (<https://docs.github.com/rest/issues/issues>).

use serde_json::{Value, json};

use super::answer::Verdict;
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::tracker::{self, Stage};
use super::url::join;
use super::writer::Writer;
use crate::config::receiver::GitHubConfig;

/// Characters of a title and of a text.
const TITLE: usize = 256;
const BODY: usize = 65_536;

/// Labels that say something, each once.
pub(super) fn labels(templates: &[String], writer: &Writer<'_>) -> Result<Vec<String>, Unsendable> {
    let mut labels = Vec::new();
    for template in templates {
        let label = writer.trimmed(template)?;
        if !label.is_empty() && !labels.contains(&label) {
            labels.push(label);
        }
    }
    Ok(labels)
}

impl Kind for GitHubConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let mut issue = json!({
            "title": cut_chars(&writer.trimmed(&self.title)?, TITLE),
            "body": cut_chars(&writer.text(&self.body)?, BODY),
            "labels": labels(&self.labels, writer)?,
        });
        if !self.assignees.is_empty() {
            issue["assignees"] = labels(&self.assignees, writer)?.into();
        }
        Ok(json!({ "issue": issue, "comment": cut_chars(&writer.text(&self.comment)?, BODY) }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = self.api_url.as_ref().map_or("https://api.github.com", |url| url.as_str());
        let issues = join(base, &format!("repos/{}/issues", self.repository));
        let content = task.content();
        let (method, url, body) = match Stage::of(task.draft, task.progress) {
            Stage::Create => (Method::Post, issues, content["issue"].clone()),
            Stage::Comment(issue) => {
                (Method::Post, format!("{issues}/{issue}/comments"), json!({ "body": content["comment"] }))
            }
            Stage::Close(issue) => {
                let closed = json!({ "state": "closed", "state_reason": "completed" });
                (Method::Patch, format!("{issues}/{issue}"), closed)
            }
            Stage::Nothing => return Ok(None),
        };
        let token = task.secrets.text(self.token_source(), "token")?;
        let request = Request::json(method, url, &body)
            .with("accept", "application/vnd.github+json")
            .with("x-github-api-version", "2022-11-28")
            .with("authorization", format!("Bearer {token}"));
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, draft: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        // Too often is a 403 there, with a header that says so
        // (<https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
        let limited = answer.header("x-ratelimit-remaining") == Some("0")
            || answer.header("retry-after").is_some()
            || String::from_utf8_lossy(answer.body).contains("rate limit");
        let usual = if answer.status == 403 && limited { answer.retry() } else { answer.usual() };
        let number = |issue: &Value| issue["number"].as_u64().map(|number| number.to_string());
        tracker::judge(draft, answer, progress, number, usual)
    }
}
