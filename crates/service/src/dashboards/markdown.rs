use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::Dashboards;

impl Dashboards {
    /// HTML of Markdown (`CommonMark`, with tables and strikethrough). HTML in the text is shown as it is written, and links lead
    /// nowhere but to the web, to mail and within this server: so nothing in it can run.
    pub fn markdown(&self, text: &str) -> String {
        rendered(text)
    }
}

fn rendered(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let safe = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe_url(dest_url), title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Image { link_type, dest_url: safe_url(dest_url), title, id })
        }
        other => other,
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, safe);
    out
}

/// A URL of the web, of mail, or within this server; `#` in the place of any other.
fn safe_url(url: CowStr<'_>) -> CowStr<'_> {
    // Browsers pass over white space and control characters in a scheme.
    let scheme: String =
        url.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let end = scheme.find([':', '/', '?', '#']);
    let safe = match end.map(|at| (scheme.as_bytes()[at], &scheme[..at])) {
        Some((b':', scheme)) => {
            ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        }
        _ => true,
    };
    if safe { url } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markdown_becomes_html_that_cannot_run() {
        for (text, html) in [
            ("# A *b*", "<h1>A <em>b</em></h1>\n"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a <b onclick=x>", "<p>a &lt;b onclick=x&gt;</p>\n"),
            ("[x](javascript:alert(1))", "<p><a href=\"#\">x</a></p>\n"),
            ("[x](<java\tscript:alert(1)>)", "<p><a href=\"#\">x</a></p>\n"),
            ("![x](data:text/html,y)", "<p><img src=\"#\" alt=\"x\" /></p>\n"),
            ("[x](/d/web?a=1)", "<p><a href=\"/d/web?a=1\">x</a></p>\n"),
            ("[x](https://example.org)", "<p><a href=\"https://example.org\">x</a></p>\n"),
        ] {
            assert_eq!(rendered(text), html, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_script(text in "[<>a-z/\"'= \\[\\]():!`\n]{0,80}(<script>|<img onerror=x>|javascript:)?[<>a-z/\"'= \\[\\]()]{0,40}") {
            let html = rendered(&text).to_lowercase();
            prop_assert!(!html.contains("<script") && !html.contains("href=\"javascript:") && !html.contains("<img onerror"), "{html}");
        }
    }
}
