//! What attributes hold (<https://html.spec.whatwg.org/multipage/indices.html#attributes-3>).

use super::UNSAFE;

/// What an attribute holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Attribute {
    /// Text, or what harms nobody.
    #[default]
    Plain,
    /// A URL.
    Url,
    /// Declarations of CSS.
    Style,
    /// A script.
    Event,
    /// URLs of pictures and their sizes.
    Sources,
}

const URLS: [&str; 18] = [
    "action",
    "archive",
    "background",
    "cite",
    "classid",
    "codebase",
    "data",
    "formaction",
    "href",
    "icon",
    "longdesc",
    "manifest",
    "ping",
    "poster",
    "profile",
    "src",
    "usemap",
    "xmlns",
];

impl Attribute {
    /// By its name in any case.
    pub(super) fn named(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        let (prefix, name) = lower.split_once(':').unwrap_or(("", &lower));
        let name = name.strip_prefix("data-").unwrap_or(name);
        match name {
            _ if prefix == "xmlns" => Self::Url,
            "style" => Self::Style,
            "srcset" | "imagesrcset" => Self::Sources,
            _ if URLS.contains(&name) => Self::Url,
            _ if name.starts_with("on") => Self::Event,
            // Names of one's own tell that they hold one.
            _ if ["src", "uri", "url"].iter().any(|part| name.contains(part)) => Self::Url,
            _ => Self::Plain,
        }
    }
}

/// The name of an attribute that a value gives: letters and digits, and of a plain one.
pub(super) fn safe_name(text: &str) -> &str {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && Attribute::named(text) == Attribute::Plain;
    if plain { text } else { UNSAFE }
}
