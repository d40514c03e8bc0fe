//! Amazon's Simple Notification Service: `Publish` (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>). The keys
//! have to stand in the configuration: those of profiles, roles and machines are not looked for.

use serde_json::{Map, Value};

use super::answer::Verdict;
use super::cut::{cut_bytes, cut_chars};
use super::draft::{Draft, Unsendable};
use super::http_answer::HttpAnswer;
use super::kind::{Kind, Task};
use super::outgoing::{Method, Outgoing, Request};
use super::progress::Progress;
use super::sigv4::Signer;
use super::url::form;
use super::writer::Writer;
use crate::config::receiver::SnsConfig;

/// Characters of a subject and of a text message, bytes of any other.
const SUBJECT: usize = 100;
const SMS: usize = 1600;
const MESSAGE: usize = 256 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

impl Kind for SnsConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let message = writer.text(&self.message)?;
        let phone = writer.trimmed(&self.phone_number)?;
        let message = if phone.is_empty() { cut_bytes(&message, MESSAGE) } else { cut_chars(&message, SMS) };
        let topic = writer.trimmed(&self.topic_arn)?;
        let mut fields = vec![
            ("Action".to_owned(), "Publish".to_owned()),
            ("Version".to_owned(), "2010-03-31".to_owned()),
            ("TopicArn".to_owned(), topic.clone()),
            ("TargetArn".to_owned(), writer.trimmed(&self.target_arn)?),
            ("PhoneNumber".to_owned(), phone),
            ("Message".to_owned(), message),
            ("Subject".to_owned(), cut_chars(&writer.trimmed(&self.subject)?, SUBJECT)),
            ("address".to_owned(), writer.trimmed(&self.api_url)?),
        ];
        // Topics in order keep one message of the same id within five minutes.
        if topic.rsplit_once('.').is_some_and(|(_, end)| end == "fifo") {
            fields.push(("MessageGroupId".to_owned(), writer.hash()));
            let key = super::key::idempotency_key(writer.notification);
            fields.push(("MessageDeduplicationId".to_owned(), key));
        }
        for (at, (name, template)) in self.attributes.iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", at + 1);
            fields.push((format!("{entry}.Name"), name.clone()));
            fields.push((format!("{entry}.Value.DataType"), "String".to_owned()));
            fields.push((format!("{entry}.Value.StringValue"), writer.text(template)?));
        }
        let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
        Ok(given.map(|(name, text)| (name, text.into())).collect::<Map<_, _>>().into())
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let sigv4 = &self.sigv4;
        if sigv4.access_key.is_empty() || sigv4.secret_key.is_empty() {
            return Err(Unsendable::new(
                "not sent: keys of AWS are taken from the configuration only; give sigv4.access_key and secret_key",
            ));
        }
        let fields: Vec<(&str, &str)> = task
            .content()
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, text)| Some((name.as_str(), text.as_str()?)))
            .collect();
        let named = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        // The region of a topic is its fourth part.
        let arn = named("TopicArn").or_else(|| named("TargetArn")).unwrap_or_default();
        let region = match sigv4.region.as_str() {
            "" => arn.split(':').nth(3).unwrap_or_default(),
            region => region,
        };
        if region.is_empty() {
            return Err(Unsendable::new("not sent: the region is not known; give sigv4.region"));
        }
        let url = named("address")
            .map_or_else(|| format!("https://sns.{region}.amazonaws.com/"), ToOwned::to_owned);
        let body = form(fields.iter().copied().filter(|(name, _)| *name != "address")).into_bytes();
        let at = jiff::Timestamp::from_millisecond(task.now)
            .map_err(|_| Unsendable::new("not sent: the clock is out of range"))?;
        let time = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        let signer = Signer {
            access_key: &sigv4.access_key,
            secret_key: sigv4.secret_key.expose(),
            region,
            service: "sns",
            time: &time,
        };
        let request = Request::new(Method::Post, url, FORM, body);
        let path =
            request.url.expose().splitn(4, '/').nth(3).map_or("/".to_owned(), |path| format!("/{path}"));
        let headers = [("content-type", FORM), ("host", request.host()), ("x-amz-date", &time)];
        let authorization = signer.authorization(&path, &headers, &request.body);
        let request = request.with("x-amz-date", time.clone()).with("authorization", authorization);
        Ok(Some(request.over(self.http_config.as_ref()).next()))
    }

    fn judge(&self, _: &Draft, answer: &HttpAnswer<'_>, _: &mut Progress) -> Verdict {
        // Too often is a 400 there.
        let throttled = String::from_utf8_lossy(answer.body).contains("Throttl");
        if answer.status == 400 && throttled { answer.retry() } else { answer.usual() }
    }
}
