use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Mailboxes, MultiPart, SinglePart, header};
use lettre::{Address, Message};
use watchfire_alerting::channel::Mail;

/// A mail as it is handed over.
pub(super) struct Letter {
    pub(super) from: Option<Address>,
    /// Who gets it now: those of its headers for whom it is not settled yet.
    pub(super) to: Vec<Address>,
    /// Whether it is settled for others.
    pub(super) is_part: bool,
    pub(super) bytes: Vec<u8>,
}

impl Letter {
    /// The error says what is wrong with the mail.
    pub(super) fn of(mail: &Mail) -> Result<Self, String> {
        let message = message(mail)?;
        let envelope = message.envelope();
        let mut to: Vec<Address> = Vec::new();
        for address in envelope.to() {
            if !mail.settled.contains(&address.to_string()) && !to.contains(address) {
                to.push(address.clone());
            }
        }
        let is_part = !mail.settled.is_empty();
        Ok(Self { from: envelope.from().cloned(), to, is_part, bytes: message.formatted() })
    }
}

fn message(mail: &Mail) -> Result<Message, String> {
    let from: Mailbox =
        mail.from.parse().map_err(|error| format!("from {:?} is no address: {error}", mail.from))?;
    let to: Mailboxes =
        mail.to.parse().map_err(|error| format!("to {:?} is no address: {error}", mail.to))?;
    let mut builder = Message::builder()
        .from(from)
        .mailbox(header::To::from(to))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date_now();
    for (name, value) in &mail.headers {
        let name = HeaderName::new_from_ascii(name.clone())
            .map_err(|_| format!("{name:?} is no name of a header; write letters, digits and -"))?;
        builder = builder.raw_header(HeaderValue::new(name, value.clone()));
    }
    let built = match (&mail.text, &mail.html) {
        (text, Some(html)) => {
            let mut alternative = MultiPart::alternative().build();
            if let Some(text) = text {
                alternative = alternative.singlepart(SinglePart::plain(text.clone()));
            }
            builder.multipart(with_pictures(alternative, html, mail)?)
        }
        (Some(text), None) => builder.singlepart(SinglePart::plain(text.clone())),
        (None, None) => builder.singlepart(SinglePart::plain(String::new())),
    };
    built.map_err(|error| format!("the mail can't be made: {error}"))
}

fn with_pictures(alternative: MultiPart, html: &str, mail: &Mail) -> Result<MultiPart, String> {
    let html = SinglePart::html(html.to_owned());
    if mail.pictures.is_empty() {
        return Ok(alternative.singlepart(html));
    }
    let mut related = MultiPart::related().singlepart(html);
    for picture in &mail.pictures {
        let bytes = STANDARD
            .decode(&picture.base64)
            .map_err(|_| format!("the picture {:?} is damaged", picture.name))?;
        let media_type = ContentType::parse(&picture.media_type)
            .map_err(|_| format!("{:?} is no media type", picture.media_type))?;
        related = related.singlepart(Attachment::new_inline(picture.name.clone()).body(bytes, media_type));
    }
    Ok(alternative.multipart(related))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use watchfire_alerting::channel::MailServer;

    use super::*;

    #[test]
    fn who_has_it_already_does_not_get_it_again() {
        let server = MailServer {
            host: "here".to_owned(),
            port: "25".to_owned(),
            hello: "localhost".to_owned(),
            require_tls: true,
            implicit_tls: None,
            tls: None,
            login: None,
        };
        let mut mail = Mail {
            server,
            from: "Fire <fire@example.org>".to_owned(),
            to: "Ann <ann@example.org>, bob@example.org, ann@example.org".to_owned(),
            headers: vec![("Subject".to_owned(), "Fire".to_owned())],
            message_id: "1@example.org".to_owned(),
            text: None,
            html: None,
            pictures: Vec::new(),
            settled: BTreeSet::new(),
        };
        let to =
            |mail: &Mail| Letter::of(mail).unwrap().to.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(to(&mail), ["ann@example.org", "bob@example.org"]);
        mail.settled.insert("ann@example.org".to_owned());
        assert_eq!(to(&mail), ["bob@example.org"]);
        let letter = String::from_utf8(Letter::of(&mail).unwrap().bytes).unwrap();
        assert!(letter.contains("ann@example.org"), "everybody stands in its head: {letter}");
    }
}
