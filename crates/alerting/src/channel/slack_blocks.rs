//! A message of Slack's Block Kit (<https://docs.slack.dev/reference/block-kit/blocks>). Slack refuses the whole message
//! where one of its blocks breaks a bound, so what is too long is cut, and what it would not take is left out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::cut::cut_chars;
use super::draft::Unsendable;
use super::writer::Writer;
use crate::config::receiver::{SlackAction, SlackConfig};

/// Characters of a header.
const HEADER: usize = 150;
/// Characters of a section.
const SECTION: usize = 3000;
/// Fields of a section.
const FIELDS: usize = 10;
/// Characters of a field, of a footer, and of the words for a picture.
const FIELD: usize = 2000;
/// Buttons of a row.
const BUTTONS: usize = 25;
/// Characters on a button.
const BUTTON: usize = 75;
/// Characters of an address.
const URL: usize = 3000;
/// Characters of the name of a button.
const NAME: usize = 255;
/// How many alerts have a button to acknowledge them: of many there is the way to the list.
const ACKNOWLEDGED: usize = 5;
/// Characters of what is asked before a button acts: the title, the question, the words for yes and no.
const CONFIRMATION: (usize, usize, usize) = (100, 300, 30);

/// The attachment that holds the blocks: only it has a colour.
pub(super) fn attachment(
    config: &SlackConfig,
    writer: &Writer<'_>,
) -> Result<Map<String, Value>, Unsendable> {
    let title = writer.trimmed(&config.title)?;
    let fallback = cut_chars(&writer.text(&config.fallback)?, SECTION);
    let mut blocks: Vec<Value> = Vec::new();
    if !title.is_empty() {
        blocks.push(json!({"type": "header", "text": plain(&title, HEADER)}));
    }
    for template in [&config.pretext, &config.text] {
        let text = writer.trimmed(template)?;
        if !text.is_empty() {
            blocks.push(json!({"type": "section", "text": markup(&text, SECTION)}));
        }
    }
    let thumbnail = address(&config.thumb_url, writer)?;
    let section = blocks.iter_mut().find(|block| block["type"] == "section");
    if let (Some(url), Some(section)) = (thumbnail, section) {
        section["accessory"] = picture(&url, &title);
    }
    let fields = fields(config, writer)?;
    if !fields.is_empty() {
        blocks.push(json!({"type": "section", "fields": fields}));
    }
    if let Some(url) = address(&config.image_url, writer)? {
        blocks.push(picture(&url, &title));
    }
    let buttons = buttons(config, writer)?;
    if !buttons.is_empty() {
        blocks.push(json!({"type": "actions", "elements": buttons}));
    }
    let footer = writer.trimmed(&config.footer)?;
    if !footer.is_empty() {
        blocks.push(json!({"type": "context", "elements": [markup(&footer, FIELD)]}));
    }
    if blocks.is_empty() {
        let text = if fallback.trim().is_empty() { "An alert without a text" } else { fallback.as_str() };
        blocks.push(json!({"type": "section", "text": plain(text, SECTION)}));
    }
    let mut attachment = Map::new();
    for (name, text) in [("color", writer.trimmed(&config.color)?), ("fallback", fallback)] {
        if !text.is_empty() {
            attachment.insert(name.to_owned(), text.into());
        }
    }
    attachment.insert("blocks".to_owned(), blocks.into());
    Ok(attachment)
}

fn plain(text: &str, most: usize) -> Value {
    json!({"type": "plain_text", "text": cut_chars(text, most), "emoji": true})
}

fn markup(text: &str, most: usize) -> Value {
    json!({"type": "mrkdwn", "text": cut_chars(text, most)})
}

fn picture(url: &str, title: &str) -> Value {
    let words = if title.is_empty() { "a picture of the alert" } else { title };
    json!({"type": "image", "image_url": url, "alt_text": cut_chars(words, FIELD)})
}

/// An address that Slack takes; `None` for others.
fn address(template: &str, writer: &Writer<'_>) -> Result<Option<String>, Unsendable> {
    let url = writer.trimmed(template)?;
    let is_taken = url.starts_with("https://") || url.starts_with("http://");
    Ok(Some(url).filter(|url| is_taken && url.chars().nth(URL).is_none()))
}

fn fields(config: &SlackConfig, writer: &Writer<'_>) -> Result<Vec<Value>, Unsendable> {
    let mut fields = Vec::new();
    for field in config.fields.iter().take(FIELDS) {
        let (title, value) = (writer.trimmed(&field.title)?, writer.trimmed(&field.value)?);
        fields.push(markup(&format!("*{title}*\n{value}"), FIELD));
    }
    Ok(fields)
}

/// A button that leads somewhere.
fn link(text: &str, url: &str) -> Value {
    json!({"type": "button", "text": plain(text, BUTTON), "url": url})
}

/// The way to the alerts, the ways to acknowledge them, and what the configuration has.
fn buttons(config: &SlackConfig, writer: &Writer<'_>) -> Result<Vec<Value>, Unsendable> {
    let mut buttons = Vec::new();
    if let Some(url) = address(&config.title_link, writer)? {
        buttons.push(link("Show", &url));
    }
    let all: Vec<(&str, &str)> = writer.acknowledgements().take(ACKNOWLEDGED).collect();
    let is_one = all.len() == 1;
    for (place, (name, url)) in all.into_iter().enumerate() {
        let text =
            if is_one { "Acknowledge".to_owned() } else { format!("Acknowledge {}: {name}", place + 1) };
        if url.chars().nth(URL).is_none() {
            buttons.push(link(&text, url));
        }
    }
    for action in &config.actions {
        buttons.extend(button(action, writer)?);
    }
    buttons.truncate(BUTTONS);
    tell_apart(&mut buttons);
    Ok(buttons)
}

/// Gives buttons other names where several have the same: attachments may have such, a block is refused with them.
fn tell_apart(buttons: &mut [Value]) {
    let mut used = BTreeSet::new();
    for (place, button) in buttons.iter_mut().enumerate() {
        let Some(name) = button.get("action_id").and_then(Value::as_str).map(str::to_owned) else { continue };
        if !used.insert(name.clone()) {
            let name = format!("{}_{place}", cut_chars(&name, NAME - 4));
            used.insert(name.clone());
            button["action_id"] = name.into();
        }
    }
}

/// A button of the configuration; `None` where it would do nothing.
fn button(action: &SlackAction, writer: &Writer<'_>) -> Result<Option<Value>, Unsendable> {
    let text = writer.trimmed(&action.text)?;
    let (url, name) = (address(&action.url, writer)?, writer.trimmed(&action.name)?);
    if text.is_empty() || (url.is_none() && name.is_empty()) {
        return Ok(None);
    }
    let mut button = json!({"type": "button", "text": plain(&text, BUTTON)});
    let style = writer.trimmed(&action.style)?;
    // There is no word for a usual one.
    if matches!(style.as_str(), "primary" | "danger") {
        button["style"] = style.into();
    }
    if let Some(url) = url {
        button["url"] = url.into();
        return Ok(Some(button));
    }
    button["action_id"] = cut_chars(&name, NAME).into();
    let value = writer.trimmed(&action.value)?;
    if !value.is_empty() {
        button["value"] = cut_chars(&value, FIELD).into();
    }
    if let Some(confirm) = &action.confirm {
        let (title_most, text_most, word_most) = CONFIRMATION;
        let said = |template: &str, usual: &str, most: usize| -> Result<Value, Unsendable> {
            let text = writer.trimmed(template)?;
            Ok(plain(if text.is_empty() { usual } else { &text }, most))
        };
        button["confirm"] = json!({
            "title": said(&confirm.title, "Sure?", title_most)?,
            "text": said(&confirm.text, "Sure?", text_most)?,
            "confirm": said(&confirm.ok_text, "Yes", word_most)?,
            "deny": said(&confirm.dismiss_text, "No", word_most)?,
        });
    }
    Ok(Some(button))
}
