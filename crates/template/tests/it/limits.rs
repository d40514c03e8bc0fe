//! What goes too far ends with an error that says so.

use watchfire_template::{
    Dialect, Env, ErrorKind, Limit, Limits, List, Mode, Set, TemplateError, Time, Value,
};

fn expand(text: &str, limits: Limits, mode: Mode) -> Result<String, TemplateError> {
    let env = Env { limits, ..Env::at(Time::zero()) };
    let data = List::strings(["x".repeat(1000)]).into();
    Set::new(Dialect::Notifications).expand(text, &data, &env, mode)
}

fn small() -> Limits {
    Limits { output_bytes: 10_000, steps: 10_000, template_depth: 10 }
}

fn reached(text: &str) -> Limit {
    let limits = [Mode::Text, Mode::Html].map(|mode| match expand(text, small(), mode) {
        Err(TemplateError { kind: ErrorKind::Limit(limit), position, .. }) => {
            assert!(position.line >= 1 && position.column >= 1);
            limit
        }
        other => panic!("{text}: {other:?}"),
    });
    assert_eq!(limits[0], limits[1]);
    limits[0]
}

#[test]
fn output() {
    let table = [
        "{{ range 11 }}{{ index $ 0 }}{{ end }}",
        r#"{{ printf "%20000d" 1 }}"#,
        r#"{{ printf "%.20000f" 1.5 }}"#,
        r"{{ $x := index . 0 }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
        r"{{ $x := index . 0 }}{{ $l := list $x $x $x }}{{ $l = list $l $l $l }}{{ $l = list $l $l }}{{ toJson $l }}",
        r"{{ $x := index . 0 }}{{ $l := list $x $x $x }}{{ $l = list $l $l $l }}{{ $l = list $l $l }}{{ len (print $l) }}",
        r#"{{ reReplaceAll "x" "yyyyyyyyyyyyyyy" (index . 0) }}"#,
        r#"{{ reReplaceAll ".*" "$0$0$0$0$0$0$0$0$0$0$0" (index . 0) }}"#,
        r#"{{ join (index . 0) (stringSlice "" "" "" "" "" "" "" "" "" "" "" "" "") }}"#,
        r#"{{ $x := index . 0 }}{{ urlquery (reReplaceAll "x" "<<<<" $x) }}"#,
        r#"{{ $x := index . 0 }}{{ html (reReplaceAll "x" "<<<<" $x) }}"#,
    ];
    for text in table {
        assert_eq!(reached(text), Limit::OutputBytes, "{text}");
    }
    let most = r"{{ range 10 }}{{ index $ 0 }}{{ end }}";
    assert_eq!(expand(most, small(), Mode::Text).unwrap().len(), 10_000);
}

#[test]
fn steps() {
    let table = [
        "{{ range 100000 }}{{ end }}",
        "{{ range 100 }}{{ range 100 }}{{ if . }}{{ end }}{{ end }}{{ end }}",
        r#"{{ range 100 }}{{ if match (print .) "x" }}{{ end }}{{ end }}"#,
        r"{{ $l := list }}{{ range 9000 }}{{ $l = append $l 1 }}{{ end }}",
    ];
    for text in table {
        assert_eq!(reached(text), Limit::Steps, "{text}");
    }
}

#[test]
fn template_depth() {
    assert_eq!(
        reached(r#"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#),
        Limit::TemplateDepth
    );
    let text = r#"{{ define "a" }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#;
    let error = expand(text, small(), Mode::Text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "template \"a\", line 1, column 29: templates call each other more than 10 deep; does one call itself without an end?"
    );
}

#[test]
fn the_defaults_suffice_for_what_people_write() {
    let branch = |at: usize| {
        let word = if at == 0 { "if" } else { "else if" };
        format!("{{{{ {word} eq (len .) {at} }}}}{at}")
    };
    let text = (0..500).map(branch).collect::<String>() + "{{ end }}";
    assert_eq!(expand(&text, Limits::default(), Mode::Text).unwrap(), "1");
    let loops = "{{ range 1000 }}{{ range 100 }}{{ . }}{{ end }}{{ end }}";
    assert_eq!(expand(loops, Limits::default(), Mode::Html).unwrap().len(), 190_000);
}

#[test]
fn an_empty_value_costs_nothing() {
    let none = Limits { output_bytes: 0, ..small() };
    assert_eq!(expand("{{ if . }}{{ end }}", none, Mode::Text).unwrap(), "");
    let env = Env { limits: none, ..Env::at(Time::zero()) };
    assert!(Set::new(Dialect::Rules).expand("x", &Value::Nil, &env, Mode::Text).is_err());
}
