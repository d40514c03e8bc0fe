//! Sets of templates that know each other.

use watchfire_template::{Dialect, Env, ErrorKind, Map, Mode, Set, Time, Value};

fn data() -> Value {
    Map::strings([("name", "<Ada>")]).into()
}

fn env() -> Env<'static> {
    Env::at(Time::zero())
}

#[test]
fn files_replace_what_was_there_but_not_by_nothing() {
    let mut set = Set::new(Dialect::Notifications);
    set.add("default.tmpl", r#"{{ define "title" }}first{{ end }}{{ define "text" }}text{{ end }}"#).unwrap();
    set.add(
        "own.tmpl",
        r#"{{ define "title" }}second {{ template "text" }}{{ end }}{{ define "text" }} {{ end }}"#,
    )
    .unwrap();
    assert_eq!(set.expand(r#"{{ template "title" }}"#, &data(), &env(), Mode::Text).unwrap(), "second text");
    assert_eq!(set.names().collect::<Vec<_>>(), ["default.tmpl", "own.tmpl", "text", "title"]);
    assert_eq!(set.get("title").unwrap().to_string(), r#"second {{template "text"}}"#);
    assert!(set.get("nope").is_none());
}

#[test]
fn a_file_with_an_error_adds_nothing() {
    let mut set = Set::new(Dialect::Notifications);
    let error = set.add("bad.tmpl", "{{ define \"a\" }}x{{ end }}\n{{ if }}{{ end }}").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Syntax);
    assert_eq!(
        error.to_string(),
        r#"template "bad.tmpl", line 2, column 7: `if` has no value; write one before the end of the action"#
    );
    assert_eq!(set.names().count(), 0);
}

#[test]
fn a_text_has_definitions_of_its_own() {
    let mut set = Set::new(Dialect::Notifications);
    set.add("file", r#"{{ define "a" }}set{{ end }}{{ define "b" }}{{ template "a" }}{{ end }}"#).unwrap();
    let text = set.parse(r#"{{ define "a" }}own{{ end }}{{ template "b" }}"#).unwrap();
    assert_eq!(text.expand(&set, &data(), &env(), Mode::Text).unwrap(), "own");
    assert_eq!(text.definitions().len(), 1);
    assert_eq!(text.template().to_string(), r#"{{template "b"}}"#);
    // It has not become one of the set's.
    assert_eq!(set.execute("b", &data(), &env(), Mode::Text).unwrap(), "set");
    // And one that says nothing does not hide the set's.
    let blank = set.parse(r#"{{ define "a" }}{{ end }}{{ template "b" }}"#).unwrap();
    assert_eq!(blank.expand(&set, &data(), &env(), Mode::Text).unwrap(), "set");
}

#[test]
fn execute_says_a_template_of_the_set() {
    let mut set = Set::new(Dialect::Notifications);
    set.add("greeting", "Hello, {{ .name }}!").unwrap();
    assert_eq!(set.execute("greeting", &data(), &env(), Mode::Text).unwrap(), "Hello, <Ada>!");
    assert_eq!(set.execute("greeting", &data(), &env(), Mode::Html).unwrap(), "Hello, &lt;Ada&gt;!");
    let error = set.execute("greting", &data(), &env(), Mode::Text).unwrap_err();
    assert!(
        error.to_string().ends_with(r#"there is no template "greting"; did you mean "greeting"?"#),
        "{error}"
    );
}

#[test]
fn tmpl_says_a_template_by_a_name_that_is_made() {
    let mut set = Set::new(Dialect::Rules);
    set.add("file", r#"{{ define "row.a" }}<b>{{ .name }}</b>{{ end }}"#).unwrap();
    let text = r#"{{ tmpl (print "row." "a") . }} {{ tmpl "row.a" . | len }}"#;
    assert_eq!(set.expand(text, &data(), &env(), Mode::Text).unwrap(), "<b><Ada></b> 12");
    assert_eq!(set.expand(text, &data(), &env(), Mode::Html).unwrap(), "<b>&lt;Ada&gt;</b> 18");
    let error = set.expand(r#"{{ tmpl "row.b" . }}"#, &data(), &env(), Mode::Text).unwrap_err();
    assert!(error.to_string().contains(r#"did you mean "row.a"?"#), "{error}");
}

#[test]
fn zones_are_asked_for_by_clean_names_only() {
    struct Zones;
    impl watchfire_template::Zones for Zones {
        fn zone(&self, name: &str) -> Option<jiff::tz::TimeZone> {
            panic!("asked for {name}");
        }
    }
    let mut env = env();
    env.zones = Some(&Zones);
    let set = Set::new(Dialect::Notifications);
    for name in ["../etc/passwd", "/etc/passwd", "Europe//Paris", "a b", "Europe/", "..", "é"] {
        let text = format!("{{{{ tz {name:?} now }}}}");
        let error = set.expand(&text, &Value::Nil, &env, Mode::Text).unwrap_err();
        assert!(error.to_string().contains("there is no time zone"), "{error}");
    }
    assert_eq!(
        set.expand(r#"{{ tz "UTC" now }}"#, &Value::Nil, &env, Mode::Text).unwrap(),
        "0001-01-01 00:00:00 +0000 UTC"
    );
}
