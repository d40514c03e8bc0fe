//! Issues on GitLab (<https://docs.gitlab.com/api/issues/>).

use serde_json::{Value, json};

use super::answer::Verdict;
use super::cut::cut_chars;
use super::draft::{Draft, Unsendable};
use super::github::labels;
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::tracker::{self, Stage};
use super::url::{encode, join};
use super::writer::Writer;
use crate::config::receiver::GitLabConfig;

/// Characters of a title and of a text.
const TITLE: usize = 255;
const TEXT: usize = 1_000_000;

impl Kind for GitLabConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        Ok(json!({
            "issue": {
                "title": cut_chars(&writer.trimmed(&self.title)?, TITLE),
                "description": cut_chars(&writer.text(&self.description)?, TEXT),
                "labels": labels(&self.labels, writer)?.join(","),
            },
            "comment": cut_chars(&writer.text(&self.comment)?, TEXT),
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = self.api_url.as_ref().map_or("https://gitlab.com/api/v4", |url| url.as_str());
        let issues = join(base, &format!("projects/{}/issues", encode(&self.project)));
        let content = task.content();
        let (method, url, body) = match Stage::of(task.draft, task.progress) {
            Stage::Create => (Method::Post, issues, content["issue"].clone()),
            Stage::Comment(issue) => {
                (Method::Post, format!("{issues}/{issue}/notes"), json!({ "body": content["comment"] }))
            }
            Stage::Close(issue) => {
                (Method::Put, format!("{issues}/{issue}"), json!({ "state_event": "close" }))
            }
            Stage::Nothing => return Ok(None),
        };
        let token = task.secrets.text(self.token_source(), "token")?;
        let request = Request::json(method, url, &body).with("private-token", token);
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, draft: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        let number = |issue: &Value| issue["iid"].as_u64().map(|number| number.to_string());
        tracker::judge(draft, answer, progress, number, answer.usual())
    }
}
