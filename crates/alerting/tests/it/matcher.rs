//! Matchers: what is read as what, and that what is printed is read back.

use proptest::prelude::*;
use watchfire_alerting::matcher::{Syntax, parse_matcher, parse_matchers};
use watchfire_alerting::{Matcher, Matchers};
use watchfire_model::{Labels, MatchOp};

/// What a text is read as, printed; or the error.
fn read(text: &str, syntax: Syntax) -> String {
    match parse_matchers(text, syntax) {
        Ok(parsed) => parsed.matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(error) => format!("!{error}"),
    }
}

#[test]
fn both_syntaxes() {
    // Text, as UTF-8, as classic; the last one empty where it is the same.
    let table = [
        ("", "", ""),
        ("{}", "", ""),
        (r#"foo="bar""#, r#"foo="bar""#, ""),
        ("foo=bar", r#"foo="bar""#, ""),
        (
            r#" { foo = "bar" , baz!~"a|b", } "#,
            r#"foo="bar" baz!~"a|b""#,
            "!character 2: a matcher starts with the name of a label, such as severity",
        ),
        (r#"{foo = "bar",baz!=b}"#, r#"foo="bar" baz!="b""#, ""),
        (r#"foo=~"5..",bar="a,b\"c\"""#, r#"foo=~"5.." bar="a,b\"c\"""#, ""),
        (r#"foo="a\\b\nc""#, r#"foo="a\\b\nc""#, ""),
        (
            r#""foo"="bar""#,
            r#"foo="bar""#,
            "!character 1: a matcher starts with the name of a label, such as severity",
        ),
        (
            r#""foo bar"="a""#,
            r#""foo bar"="a""#,
            "!character 1: a matcher starts with the name of a label, such as severity",
        ),
        ("größe=klein", r#"größe="klein""#, "!character 3: here an operator is expected: =, !=, =~ or !~"),
        (r#"smile="\xf0\x9f\x99\x82""#, r#"smile="🙂""#, r#"smile="\\xf0\\x9f\\x99\\x82""#),
        (r#"smile="\u263a\U0001f642\101""#, r#"smile="☺🙂A""#, r#"smile="\\u263a\\U0001f642\\101""#),
        // Only the classic one reads these.
        ("foo=", "!character 5: a value is expected; write \"\" for the empty one", r#"foo="""#),
        ("{foo=bar", "!character 9: the closing brace is missing", r#"foo="bar""#),
        ("foo=bar}", "!character 8: there is a closing brace without an opening one", r#"foo="bar""#),
        ("foo=a b", "!character 7: a comma is expected between two matchers, or the end", r#"foo="a b""#),
        (
            r"foo=~\d+",
            "!character 6: a value is expected; write \"\" for the empty one; \\ must stand in double quotes",
            r#"foo=~"\\d+""#,
        ),
        (r#"foo=~"\d+""#, "!character 7: a backslash is written \\\\", r#"foo=~"\\d+""#),
        ("foo=a=b", "!character 6: a comma is expected between two matchers, or the end", r#"foo="a=b""#),
        // Neither reads these.
        ("foo", "!character 4: here an operator is expected: =, !=, =~ or !~", ""),
        (
            "=bar",
            "!character 1: the name of a label is expected; = must stand in double quotes",
            "!character 1: a matcher starts with the name of a label, such as severity",
        ),
        (
            "foo=\"bar",
            "!character 5: the quote has no quote that ends it",
            "!character 5: the quote that starts the value has no quote that ends it",
        ),
        (
            "foo=b\"ar",
            "!character 6: a comma is expected between two matchers, or the end",
            "!character 6: a quote inside of a value is written \\\"",
        ),
        ("foo=~a(b", "!character 6: the regular expression \"a(b\" can't be read: unclosed group", ""),
        (
            "foo=a,,bar=b",
            "!character 7: the name of a label is expected; , must stand in double quotes",
            "!character 7: a matcher starts with the name of a label, such as severity",
        ),
        ("{foo=bar}x", "!character 10: nothing may follow the closing brace", r#"foo="bar}x""#),
        (
            "\"\"=a",
            "!character 1: a matcher needs the name of a label",
            "!character 1: a matcher starts with the name of a label, such as severity",
        ),
        ("foo=\"\\xff\"", "!character 5: the text in quotes is no valid UTF-8", r#"foo="\\xff""#),
        (
            "foo=\"\\ud800\"",
            "!character 6: this escape stands for nothing; a backslash is written \\\\",
            r#"foo="\\ud800""#,
        ),
        (
            "größe ü",
            "!character 7: here an operator is expected: =, !=, =~ or !~",
            "!character 3: here an operator is expected: =, !=, =~ or !~",
        ),
    ];
    for (text, utf8, classic) in table {
        assert_eq!(read(text, Syntax::Utf8), utf8, "UTF-8: {text}");
        assert_eq!(
            read(text, Syntax::Classic),
            if classic.is_empty() { utf8 } else { classic },
            "classic: {text}"
        );
    }
}

#[test]
fn what_is_typed_has_commas_between_matchers() {
    for text in ["", "team=db", r#"{team="db severity", host=~"a b"}"#, r#"a=~"\d+ x", b = c ,"#, "a=b,"] {
        assert_eq!(Matchers::parse_typed(text), Matchers::parse(text), "{text}");
        assert!(Matchers::parse_typed(text).is_ok(), "{text}");
    }
    for (text, at) in [("team=db severity", 8), ("{a=b, team = db\tx}", 16), (r#"a="b", team=db x="y""#, 16)]
    {
        let error = Matchers::parse_typed(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
    }
    assert!(Matchers::parse("team=db severity").is_ok(), "files and Alertmanager's API take it still");
}

#[test]
fn the_fallback_prefers_what_was_meant() {
    // Text, what it is read as, the advice.
    for (text, expected, advice) in [
        (r#"foo="bar""#, r#"foo="bar""#, None),
        (r#""foo bar"=a"#, r#""foo bar"="a""#, None),
        ("foo=", r#"foo="""#, Some(r#"foo="""#)),
        ("a=b,foo=~\"\\d+\"", r#"a="b" foo=~"\\d+""#, Some(r#"a="b",foo=~"\\d+""#)),
        // Valid in both with another meaning: the classic one counts.
        (
            r#"smile="\xf0\x9f\x99\x82""#,
            r#"smile="\\xf0\\x9f\\x99\\x82""#,
            Some(r#"smile="\\xf0\\x9f\\x99\\x82""#),
        ),
    ] {
        let parsed = parse_matchers(text, Syntax::Fallback).unwrap();
        assert_eq!(parsed.advice.as_deref(), advice, "{text}");
        assert_eq!(read(text, Syntax::Fallback), expected);
        if let Some(advice) = advice {
            assert_eq!(parse_matchers(advice, Syntax::Utf8).unwrap().matchers, parsed.matchers);
        }
    }
    let error = parse_matchers("foo", Syntax::Fallback).unwrap_err();
    assert_eq!(error.at, 4);
}

#[test]
fn a_single_matcher() {
    assert_eq!(parse_matcher("a=b", Syntax::Fallback).unwrap().to_string(), r#"a="b""#);
    for text in ["", "a=b,c=d", "{a=b}", "a=b}"] {
        assert!(parse_matcher(text, Syntax::Fallback).is_err(), "{text}");
    }
}

#[test]
fn what_matches() {
    let labels = Labels::new([("severity", "critical"), ("job", "node\nx")]).unwrap();
    for (text, expected) in [
        ("", true),
        ("severity=critical", true),
        ("severity!=critical", false),
        ("severity=~crit", false),
        ("severity=~\"crit.*\"", true),
        ("severity=~\"warning|critical\"", true),
        ("severity!~\"warning|critical\"", false),
        // A label that is not there has the empty value.
        ("team=\"\"", true),
        ("team=~\".*\"", true),
        ("team!=\"\"", false),
        ("team!~\".+\"", true),
        // `.` is no line end, as in Alertmanager.
        ("job=~\"node.x\"", false),
        ("severity=critical,team=web", false),
    ] {
        assert_eq!(Matchers::parse(text).unwrap().matches(&labels), expected, "{text}");
    }
}

#[test]
fn sorted_as_in_alertmanager() {
    let matchers = Matchers::parse("b=\"2\",b!=\"1\",a=~\"z\",b=\"1\"").unwrap();
    assert_eq!(matchers.to_string(), r#"{a=~"z",b="1",b!="1",b="2"}"#);
    let labels = Labels::new([("a", "z"), ("b", "1")]).unwrap();
    assert_eq!(matchers.first_unfulfilled(&labels).unwrap().to_string(), r#"b!="1""#);
}

#[test]
fn the_form_of_the_api() {
    let text = r#"[{"name":"a","value":"b","isRegex":false,"isEqual":true},{"name":"c","value":"d.*","isRegex":true,"isEqual":false}]"#;
    let matchers: Matchers = serde_json::from_str(text).unwrap();
    assert_eq!(matchers.to_string(), r#"{a="b",c!~"d.*"}"#);
    assert_eq!(serde_json::to_string(&matchers).unwrap(), text);
    let old: Matcher = serde_json::from_str(r#"{"name":"a","value":"b","isRegex":true}"#).unwrap();
    assert_eq!(old.to_string(), r#"a=~"b""#);
    assert!(serde_json::from_str::<Matcher>(r#"{"name":"a","value":"(","isRegex":true}"#).is_err());
}

fn any_matcher() -> impl Strategy<Value = Matcher> {
    let names =
        prop_oneof!["[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", "[a-zäß☺.{}!=~,\\\\\"'` \n\t-]{1,8}", "\\PC{1,8}"];
    let values = prop_oneof!["[a-z]{0,6}", "[a-zäß☺.{}!=~,\\\\\"'` \r\n\t\u{7f}-]{0,10}", "\\PC{0,10}"];
    let literal = (names.clone(), prop_oneof![Just(MatchOp::Equal), Just(MatchOp::NotEqual)], values.clone());
    // Any text as a regular expression: escaped.
    let pattern = (
        names,
        prop_oneof![Just(MatchOp::Regex), Just(MatchOp::NotRegex)],
        values.prop_map(|value| regex_of(&value)),
    );
    prop_oneof![literal, pattern].prop_map(|(name, op, value)| Matcher::new(&name, op, &value).unwrap())
}

fn regex_of(text: &str) -> String {
    let special = |c: char| c.is_ascii_punctuation();
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(matchers in proptest::collection::vec(any_matcher(), 0..5)) {
        let matchers = Matchers::new(matchers);
        let text = matchers.to_string();
        let utf8 = parse_matchers(&text, Syntax::Utf8);
        prop_assert!(utf8.is_ok(), "{text}: {utf8:?}");
        prop_assert_eq!(&Matchers::new(utf8.unwrap().matchers), &matchers);
        let fallback = parse_matchers(&text, Syntax::Fallback).unwrap();
        prop_assert_eq!(Matchers::new(fallback.matchers), matchers, "{}", text);
        prop_assert_eq!(fallback.advice, None);
    }

    #[test]
    fn reading_never_panics(text in "[a-z{}!=~,\\\\\"' \nuxU0ä]{0,30}") {
        for syntax in [Syntax::Utf8, Syntax::Classic, Syntax::Fallback] {
            match parse_matchers(&text, syntax) {
                Ok(parsed) => {
                    let matchers = Matchers::new(parsed.matchers);
                    prop_assert_eq!(Matchers::parse(&matchers.to_string()).unwrap(), matchers);
                }
                Err(error) => prop_assert!(error.at >= 1 && error.at <= text.chars().count() + 1, "{error}"),
            }
        }
    }
}
