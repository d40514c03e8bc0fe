//! WeChat Work: a message of an application (<https://developer.work.weixin.qq.com/document/path/90236>). It needs a token
//! that another request gets.

use serde_json::{Value, json};

use super::answer::{Cause, Verdict};
use super::cut::cut_bytes;
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::secrets::Reader;
use super::url::{form, join};
use super::writer::Writer;
use crate::config::SecretSource;
use crate::config::receiver::WechatConfig;

/// Bytes of a text.
const TEXT: usize = 2048;

const TOKEN: &str = "token";

/// Errors that pass (<https://developer.work.weixin.qq.com/document/path/90313>): busy, and too often.
const PASSING: [i64; 4] = [-1, 45009, 45033, 50001];
/// Errors of a token that is none any more.
const STALE: [i64; 3] = [40001, 40014, 42001];

impl WechatConfig {
    fn secret(&self, secrets: Reader<'_>) -> Result<String, Unsendable> {
        secrets.text(SecretSource::of(&self.api_secret, ""), "api_secret")
    }
}

impl Kind for WechatConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let kind = self.message_type.as_str();
        Ok(json!({
            "msgtype": kind,
            kind: { "content": cut_bytes(&writer.text(&self.message)?, TEXT) },
            "touser": writer.text(&self.to_user)?,
            "toparty": writer.text(&self.to_party)?,
            "totag": writer.text(&self.to_tag)?,
            "agentid": writer.text(&self.agent_id)?,
            "safe": "0",
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let base = "https://qyapi.weixin.qq.com/cgi-bin/";
        let base = self.api_url.as_ref().map_or(base, |url| url.as_str());
        let request = if let Some(token) = task.progress.scratch.get(TOKEN) {
            let url = join(base, &format!("message/send?{}", form([("access_token", token)])));
            Request::json(Method::Post, url, task.content())
        } else {
            let secret = self.secret(task.secrets)?;
            let query = form([("corpid", self.corp_id.as_str()), ("corpsecret", &secret)]);
            Request::new(Method::Get, join(base, &format!("gettoken?{query}")), "text/plain", Vec::new())
        };
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, progress: &mut Progress) -> Verdict {
        if !answer.is_good() {
            return answer.usual();
        }
        let body = answer.json();
        let code = body.get("errcode").and_then(Value::as_i64).unwrap_or(0);
        match (code, body.get("access_token").and_then(Value::as_str)) {
            (0, Some(token)) if progress.scratch.get(TOKEN).is_none() => {
                progress.scratch.set(TOKEN, token);
                Verdict::Next
            }
            (0, _) if progress.scratch.get(TOKEN).is_some() => Verdict::Done,
            (0, _) => Verdict::retry(Cause::ServerError, "WeChat gave no token"),
            (code, _) if STALE.contains(&code) && progress.scratch.get(TOKEN).is_some() => {
                progress.scratch.clear();
                Verdict::retry(Cause::ClientError, answer.words())
            }
            (code, _) if PASSING.contains(&code) => Verdict::retry(Cause::ServerError, answer.words()),
            _ => Verdict::dead(Cause::ClientError, answer.words()),
        }
    }
}
