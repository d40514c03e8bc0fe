use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

use super::Dashboards;

impl Dashboards {
    /// HTML of Markdown (`CommonMark`, with tables, task lists and strikethrough). HTML in the text stays as far as it cannot run:
    /// no scripts, no frames, no forms, no handlers; and links lead nowhere but to the web, to mail and within this server.
    pub fn markdown(&self, text: &str) -> String {
        rendered(text)
    }
}

/// What a `style` may say: how a text looks, not where it stands, so that nothing can lie over other panels.
const STYLES: [&str; 22] = [
    "background",
    "background-color",
    "border",
    "border-color",
    "border-left",
    "border-radius",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .add_generic_attributes(["style"])
        .filter_style_properties(HashSet::from(STYLES))
        // The boxes of task lists, which nobody can tick.
        .add_tags(["input"])
        .add_tag_attributes("input", ["checked"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "");
    cleaner
});

fn rendered(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, Parser::new_ext(text, options));
    CLEANER.clean(&out).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    #[test]
    fn markdown_becomes_html_that_cannot_run() {
        let rel = "rel=\"noopener noreferrer\"";
        for (text, html) in [
            ("# A *b*", "<h1>A <em>b</em></h1>\n".to_owned()),
            ("<script>alert(1)</script>x", "x".to_owned()),
            ("a <b onclick=x>c</b>", "<p>a <b>c</b></p>\n".to_owned()),
            ("<iframe src=/d/web></iframe>", String::new()),
            ("[x](javascript:alert(1))", format!("<p><a {rel}>x</a></p>\n")),
            // An encoded tab makes it a path.
            (
                "[x](<java\tscript:alert(1)>)",
                format!("<p><a href=\"java%09script:alert(1)\" {rel}>x</a></p>\n"),
            ),
            ("<a href=\"java\tscript:alert(1)\">x</a>", format!("<p><a {rel}>x</a></p>\n")),
            ("![x](data:text/html,y)", "<p><img alt=\"x\"></p>\n".to_owned()),
            ("[x](/d/web?a=1)", format!("<p><a href=\"/d/web?a=1\" {rel}>x</a></p>\n")),
            ("[x](https://example.org)", format!("<p><a href=\"https://example.org\" {rel}>x</a></p>\n")),
            (
                "<div style=\"color: #fff; position: fixed; padding: 16px;\">\n<h4>A</h4>\n</div>",
                "<div style=\"color:#fff;padding:16px\">\n<h4>A</h4>\n</div>".to_owned(),
            ),
        ] {
            assert_eq!(rendered(text), html, "{text}");
        }
        // Its attributes come in any order.
        let task = rendered("* [x] a");
        for part in ["type=\"checkbox\"", "disabled=\"\"", "checked=\"\""] {
            assert!(task.contains(part), "{task}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_script(text in "[<>a-z/\"'= \\[\\]():!`\n]{0,80}(<script>|<img onerror=x>|javascript:)?[<>a-z/\"'= \\[\\]()]{0,40}") {
            let html = rendered(&text).to_lowercase();
            let scheme = Regex::new(r#"(href|src)="(javascript|data|vbscript):"#).unwrap();
            prop_assert!(!html.contains("<script") && !scheme.is_match(&html), "{html}");
            // Of tags without what stands in quotes only names of attributes are left.
            let bare = Regex::new(r#""[^"]*""#).unwrap().replace_all(&html, "");
            prop_assert!(!Regex::new(r"<[^>]*\son[a-z]+\s*=").unwrap().is_match(&bare), "{html}");
        }
    }
}
