//! What is shown of a configuration: as it is written, with a mask in place of each secret.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use watchfire_yaml::{Key, Kind, Node, Place, write};

use super::files::FileField;
use super::read::Noted;
use super::secret::HIDDEN;
use super::stands::{Kept, Stands};
use super::{Config, ConfigError};

/// Which fields come first where a configuration is written anew.
const FIRST: [&str; 18] = [
    "global",
    "route",
    "name",
    "receiver",
    "matchers",
    "continue",
    "group_by",
    "source_matchers",
    "target_matchers",
    "start",
    "from",
    "after",
    "receivers",
    "escalation_policies",
    "inhibit_rules",
    "time_intervals",
    "schedules",
    "templates",
];

/// A secret where it was read.
#[derive(Clone)]
pub(super) struct Hidden {
    pub(super) place: Place,
    pub(super) span: Option<Range<usize>>,
    pub(super) value: String,
}

/// What stands in place of a secret: `<secret:7>`; the number says which of those that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// `<secret>`, as Alertmanager shows it: nobody knows which one.
    Any,
    /// The one with a number.
    Number(u64),
}

impl Mask {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == HIDDEN {
            return Some(Self::Any);
        }
        let number = text.strip_prefix("<secret:")?.strip_suffix('>')?;
        number.parse().ok().map(Self::Number)
    }

    /// The secret, or what is wrong with the mask.
    pub(super) fn reveal(self, kept: &Kept<'_>) -> Result<String, String> {
        match self {
            Self::Any => {
                Err("<secret> stands for a secret that is not known here; write the secret itself".to_owned())
            }
            Self::Number(number) => kept(number)
                .ok_or_else(|| format!("no secret is kept under <secret:{number}>; write the secret itself")),
        }
    }

    fn of(number: u64) -> String {
        format!("<secret:{number}>")
    }
}

/// A configuration that somebody writes, in which masks stand for secrets that are kept already.
pub struct Draft {
    /// What it says, or all that is wrong with it.
    pub config: Result<Config, ConfigError>,
    root: Option<Node>,
    secrets: Vec<Hidden>,
    /// The fields that name files of this machine, also where `config` is refused.
    pub files: Vec<FileField>,
}

/// A configuration as it may be shown, and what its masks stand for.
#[derive(Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text.
    pub text: String,
    /// The secrets by the numbers of their masks.
    pub secrets: BTreeMap<u64, String>,
    /// The number that no mask had yet.
    pub next: u64,
}

impl Draft {
    /// Reads a text; `file` is how problems name it, `kept` tells what the mask with a number stands for. A mask is a secret only where
    /// a secret may stand, so it never gets into a text that is shown.
    pub fn read(file: &str, text: &str, kept: &dyn Fn(u64) -> Option<String>) -> Self {
        let read = Config::read(file, text, Stands::Kept(kept));
        let Noted { secrets, files } = read.noted;
        Self { config: read.result, root: read.root, secrets, files }
    }

    /// The document as it is written, as JSON: nothing is filled in, and masks are masks. Null where it is no YAML.
    pub fn document(&self) -> Value {
        self.root.as_ref().map(Node::to_json).unwrap_or_default()
    }

    /// The way to a place: `receivers[1].slack_configs[0].channel`; empty where nothing stands there.
    pub fn path(&self, place: Place) -> String {
        let mut found = String::new();
        if let Some(root) = &self.root {
            look_for(root, place, "", &mut found);
        }
        found
    }

    /// The text that was read, with masks in place of secrets; new ones get the numbers from `next` on. Where secrets cannot be
    /// cut out of the text so that the rest stays as it is written, it is written anew.
    pub fn masked(&self, text: &str, next: u64) -> Masked {
        let mut hidden = self.secrets.clone();
        // From the end on, so that places before stay what they are. An anchor is one place that is read several times.
        hidden.sort_by_key(|secret| secret.span.as_ref().map(|span| span.start));
        hidden.dedup_by(|one, other| one.span.is_some() && one.span == other.span);
        let mut masked = Masked { text: text.to_owned(), secrets: BTreeMap::new(), next };
        let mut in_place = true;
        let mut numbers = Vec::new();
        for secret in &hidden {
            let written = secret.span.clone().and_then(|span| text.get(span));
            in_place &= written.is_some();
            let known = written.and_then(|written| Mask::read(written.trim_matches(['"', '\''])));
            let number = if let Some(Mask::Number(number)) = known {
                number
            } else {
                masked.next += 1;
                masked.next - 1
            };
            numbers.push(number);
            masked.secrets.insert(number, secret.value.clone());
        }
        for (secret, number) in hidden.iter().zip(&numbers).rev() {
            if let (Some(span), true) = (secret.span.clone(), in_place) {
                masked.text.replace_range(span, &Mask::of(*number));
            }
        }
        let Some(root) = &self.root else { return masked };
        let reads_the_same =
            || Node::read(&masked.text).is_ok_and(|shown| self.is_masked(root, &shown, &masked.secrets));
        if !in_place || !reads_the_same() {
            let numbers: Vec<_> = hidden.iter().zip(numbers).collect();
            masked.text = write(&self.rewritten(root, &numbers), &FIRST);
        }
        masked
    }

    /// The secret that a part is. What comes from an anchor may share its place with others, so its text counts, too.
    fn hides(&self, node: &Node) -> Option<&Hidden> {
        let (Kind::Text(text) | Kind::Bare(text)) = &node.kind else { return None };
        let fits = |secret: &&Hidden| secret.value == *text || Mask::read(text).is_some();
        self.secrets.iter().filter(|secret| secret.place == node.place).find(fits)
    }

    /// Whether `shown` is `node` with masks in place of secrets, and nowhere else.
    fn is_masked(&self, node: &Node, shown: &Node, secrets: &BTreeMap<u64, String>) -> bool {
        match (&node.kind, &shown.kind) {
            (Kind::Text(_) | Kind::Bare(_), Kind::Text(text)) if self.hides(node).is_some() => {
                let Some(Mask::Number(number)) = Mask::read(text) else { return false };
                self.hides(node).is_some_and(|secret| secrets.get(&number) == Some(&secret.value))
            }
            (Kind::Null, Kind::Null) => true,
            (Kind::Text(one), Kind::Text(other)) | (Kind::Bare(one), Kind::Bare(other)) => {
                one == other && self.hides(node).is_none()
            }
            (Kind::List(one), Kind::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| self.is_masked(one, other, secrets))
            }
            (Kind::Map(one), Kind::Map(other)) => {
                let same = |((key, one), (other_key, other)): (&(Key, Node), &(Key, Node))| {
                    key.name == other_key.name && self.is_masked(one, other, secrets)
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            _ => false,
        }
    }

    fn rewritten(&self, node: &Node, numbers: &[(&Hidden, u64)]) -> Value {
        match &node.kind {
            Kind::List(items) => items.iter().map(|item| self.rewritten(item, numbers)).collect(),
            Kind::Map(pairs) => {
                let field = |(key, value): &(Key, Node)| (key.name.clone(), self.rewritten(value, numbers));
                Value::Object(pairs.iter().map(field).collect())
            }
            _ => match self.hides(node) {
                None => node.to_json(),
                // By the value, since of an anchor only one place is numbered.
                Some(secret) => {
                    let number = numbers.iter().find(|(hidden, _)| hidden.value == secret.value);
                    number.map_or(HIDDEN.to_owned(), |(_, number)| Mask::of(*number)).into()
                }
            },
        }
    }

    /// A document that a form made, as text.
    pub fn written(document: &Value) -> String {
        write(document, &FIRST)
    }
}

/// The last part that begins at a place is the innermost one.
fn look_for(node: &Node, place: Place, path: &str, found: &mut String) {
    if node.place == place {
        path.clone_into(found);
    }
    match &node.kind {
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                look_for(item, place, &format!("{path}[{index}]"), found);
            }
        }
        Kind::Map(pairs) => {
            for (key, value) in pairs {
                let inner = if path.is_empty() { key.name.clone() } else { format!("{path}.{}", key.name) };
                if key.place == place && key.place != node.place {
                    found.clone_from(&inner);
                }
                look_for(value, place, &inner, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# who is told
global:
  smtp_smarthost: mail:25   # ours
  smtp_from: a@example.org
  smtp_auth_password: "pass: 'word'"
  opsgenie_api_key: 12345
route: {receiver: web, routes: [{receiver: 'web', matchers: [team=web]}]}
receivers:
  - name: web
    webhook_configs:
      - url: &hook https://hooks/abc   # the first
      - url: *hook
        hmac_secret: |
          two
          lines
      - {url: 'http://me:pw@host/x', http_config: {proxy_url: 'http://p:w@proxy', basic_auth: {username: me, password: pw}}}
    email_configs:
      - {to: b@example.org, html: "<secret:1>"}
"#;

    fn nothing(_: u64) -> Option<String> {
        None
    }

    #[test]
    fn secrets_are_masked_where_they_stand() {
        let draft = Draft::read("a.yml", TEXT, &nothing);
        assert!(draft.config.is_ok(), "{:?}", draft.config);
        let masked = draft.masked(TEXT, 10);
        insta::assert_snapshot!(masked.text);
        for secret in ["pass: 'word'", "12345", "https://hooks/abc", "pw", "http://p:w@proxy"] {
            assert!(!masked.text.contains(secret), "{secret}\n{}", masked.text);
        }
        // What was masked and comes back is what it was, and keeps its numbers.
        let kept = masked.secrets.clone();
        let again = Draft::read("a.yml", &masked.text, &move |number| kept.get(&number).cloned());
        assert_eq!(again.config, draft.config);
        assert!(again.masked(&masked.text, masked.next) == masked);
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is_written() {
        let text = "# ü\nglobal: {smtp_auth_password: \"a 'b'\", opsgenie_api_key: 'it''s'}  # ours\nroute: {receiver: web}\n\nreceivers:\n- name: web\n  \
            webhook_configs:\n  - url:   https://hooks/abc   # the first\n    hmac_secret: 1.10\n";
        let draft = Draft::read("a.yml", text, &nothing);
        let expected = "# ü\nglobal: {smtp_auth_password: <secret:1>, opsgenie_api_key: <secret:2>}  # ours\nroute: {receiver: web}\n\nreceivers:\n- name: web\n  \
            webhook_configs:\n  - url:   <secret:3>   # the first\n    hmac_secret: <secret:4>\n";
        assert_eq!(draft.masked(text, 1).text, expected);
    }

    #[test]
    fn a_mask_without_a_secret_is_a_problem() {
        let text = "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: '<secret:4>'}, {url: '<secret>'}]}]\n";
        let draft = Draft::read("a.yml", text, &nothing);
        let error = draft.config.as_ref().unwrap_err().to_string();
        assert!(error.contains("a.yml:2:") && error.contains("<secret:4>"), "{error}");
        assert!(error.contains("<secret> stands for a secret that is not known"), "{error}");
        let place = draft.config.as_ref().unwrap_err().problems[0].place;
        assert_eq!(draft.path(place), "receivers[0].webhook_configs[0].url");
    }

    #[test]
    fn a_mask_elsewhere_is_a_text_and_no_way_to_a_secret() {
        let text = "route: {receiver: a, group_wait: '<secret:1>'}\nreceivers: [{name: a}]\n";
        let draft = Draft::read("a.yml", text, &|_| Some("hidden".to_owned()));
        let error = draft.config.unwrap_err().to_string();
        assert!(error.contains("<secret:1>") && !error.contains("hidden"), "{error}");
    }
}
