//! Mail: text, HTML and pictures.

use serde_json::{Value, json};

use super::draft::{Picture, Unsendable};
use super::kind::{Kind, Task};
use super::mail_texts::{MailFlaw, MailTexts};
use super::outgoing::{Mail, MailLogin, MailServer, Outgoing};
use super::progress::Progress;
use super::writer::Writer;
use crate::config::receiver::EmailConfig;
use crate::config::{Secret, SecretSource};

/// What the subject is where no header says it.
const SUBJECT: &str = r#"{{ template "email.default.subject" . }}"#;

/// The text of a mail that has HTML alone: programs that show no HTML, and watches and filters, read it.
const TEXT: &str = r#"{{ template "email.default.text" . }}"#;

/// Headers that the mail has once, in a place of their own.
const OWN: [&str; 3] = ["From", "To", "Message-Id"];

impl EmailConfig {
    fn login(&self, task: &Task<'_>) -> Result<Option<MailLogin>, Unsendable> {
        if self.auth_username.is_empty() {
            return Ok(None);
        }
        let read = |source: Option<SecretSource<'_>>, name| match source {
            Some(source) => task.secrets.text(Some(source), name).map(|text| Some(Secret::new(text))),
            None => Ok(None),
        };
        let password = read(self.auth_password_source(), "auth_password");
        let secret = read(self.auth_secret_source(), "auth_secret");
        // One of the two may be what others inherit from `global`: whoever has the other needs it not.
        let (password, secret) = match (password, secret) {
            (Err(error), Ok(None) | Err(_)) | (Ok(None), Err(error)) => return Err(error),
            (password, secret) => (password.unwrap_or_default(), secret.unwrap_or_default()),
        };
        let (username, identity) = (self.auth_username.clone(), self.auth_identity.clone());
        Ok(Some(MailLogin { username, identity, password, secret }))
    }
}

impl EmailConfig {
    /// What its mail says.
    pub(super) fn said(&self, writer: &Writer<'_>) -> Result<MailTexts, MailFlaw> {
        let failed = |field| move |error| MailFlaw::new(field, error);
        let subject = self.headers.get("Subject").map_or(SUBJECT, String::as_str);
        let subject = line(&writer.text(subject).map_err(failed("subject"))?);
        let html = writer.html(&self.html).map_err(failed("html"))?;
        let text = writer.text(self.text_beside(&html)).map_err(failed("text"))?;
        Ok(MailTexts { subject, text, html })
    }

    /// The template of the text beside this HTML.
    fn text_beside(&self, html: &str) -> &str {
        if self.text.is_empty() && !html.is_empty() { TEXT } else { &self.text }
    }
}

fn texts(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// A header is one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Kind for EmailConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        let to = writer.trimmed(&self.to)?;
        if to.is_empty() {
            return Err(Unsendable::new("not sent: the template of `to` gives no address"));
        }
        let mut headers = Vec::new();
        if !self.headers.contains_key("Subject") {
            headers.push(("Subject".to_owned(), line(&writer.text(SUBJECT)?)));
        }
        for (name, template) in &self.headers {
            if !OWN.contains(&name.as_str()) {
                headers.push((name.clone(), line(&writer.text(template)?)));
            }
        }
        // As in Alertmanager, headers may show other addresses than those that get the mail; here they are these as well.
        let html = writer.html(&self.html)?;
        let shown = |picture: &&Picture| html.contains(&format!("cid:{}", picture.name));
        let pictures: Vec<&Picture> = writer.pictures().iter().filter(shown).collect();
        Ok(json!({
            "from": line(&writer.text(&self.from)?),
            "to": to,
            "headers": headers,
            "text": writer.text(self.text_beside(&html))?,
            "pictures": pictures,
            "html": html,
        }))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let content = task.content();
        let text = |name: &str| content[name].as_str().unwrap_or_default().to_owned();
        let read = |name: &str| content[name].clone();
        let from = text("from");
        let Progress { told, refused, .. } = task.progress;
        let settled = told.iter().chain(refused.keys()).cloned().collect();
        // The part behind the @ of the sender, without the bracket behind an address with a name.
        let domain = from.rsplit_once('@').map_or("watchfire", |(_, domain)| domain.trim_end_matches('>'));
        let server = MailServer {
            host: self.smarthost.host.clone(),
            port: self.smarthost.port.clone(),
            hello: self.hello.clone(),
            require_tls: self.require_tls.unwrap_or(true),
            implicit_tls: self.force_implicit_tls,
            tls: self.tls_config.clone(),
            login: self.login(task)?,
        };
        Ok(Some(Outgoing::Mail(Box::new(Mail {
            server,
            to: text("to"),
            headers: serde_json::from_value(read("headers")).unwrap_or_default(),
            message_id: format!("{}@{domain}", &task.draft.key),
            text: texts(&content["text"]),
            html: texts(&content["html"]),
            pictures: serde_json::from_value(read("pictures")).unwrap_or_default(),
            settled,
            from,
        }))))
    }
}
