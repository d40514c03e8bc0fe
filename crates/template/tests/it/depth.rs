//! Nothing that is nested overflows the stack of a test's thread, which has 2 MiB.

use watchfire_template::{
    Dialect, Env, ErrorKind, Limit, Limits, List, MAX_DEPTH, Mode, Set, TemplateError, Time, Value,
};

fn expand(text: &str, data: &Value) -> Result<String, TemplateError> {
    let limits = Limits { template_depth: 100_000, ..Limits::default() };
    let env = Env { limits, ..Env::at(Time::zero()) };
    Set::new(Dialect::Notifications).expand(text, data, &env, Mode::Html)
}

#[test]
fn parentheses() {
    let nested = |depth: usize| format!("{{{{ {}1{} }}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(expand(&nested(MAX_DEPTH - 1), &Value::Nil).unwrap(), "1");
    for depth in [MAX_DEPTH + 1, 100_000] {
        assert_eq!(expand(&nested(depth), &Value::Nil).unwrap_err().kind, ErrorKind::Syntax);
    }
    let calls =
        |depth: usize| format!("{{{{ {}1{} }}}}", "print (or false ".repeat(depth), ")".repeat(depth));
    assert_eq!(expand(&calls(MAX_DEPTH - 1), &Value::Nil).unwrap(), "1");
}

#[test]
fn blocks() {
    for (open, close) in [
        ("{{ if true }}", "{{ end }}"),
        ("{{ range 1 }}", "{{ end }}"),
        ("{{ with 1 }}", "{{ else }}{{ end }}"),
        ("{{ if false }}{{ else }}", "{{ end }}"),
        ("{{ block `x` 1 }}", "{{ end }}"),
    ] {
        let nested = |depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
        let most = nested(MAX_DEPTH - 1);
        if open.contains("block") {
            assert!(expand(&most, &Value::Nil).is_err(), "one name is defined twice");
        } else {
            assert_eq!(expand(&most, &Value::Nil).unwrap(), "x", "{open}");
        }
        assert_eq!(expand(&nested(5_000), &Value::Nil).unwrap_err().kind, ErrorKind::Syntax, "{open}");
    }
}

#[test]
fn blocks_and_parentheses_of_templates_that_call_themselves() {
    let parentheses = format!("{}.{}", "(print (or false ".repeat(30), "))".repeat(30));
    let blocks = "{{ range 1 }}{{ if true }}".repeat(10);
    let ends = "{{ end }}{{ end }}".repeat(10);
    for text in [
        format!(
            r#"{{{{ define "a" }}}}{blocks}{{{{ template "a" {parentheses} }}}}{ends}{{{{ end }}}}{{{{ template "a" 1 }}}}"#
        ),
        format!(
            r#"{{{{ define "a" }}}}{{{{ template "a" {parentheses} }}}}{{{{ end }}}}{{{{ template "a" 1 }}}}"#
        ),
        r#"{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}"#.into(),
    ] {
        assert_eq!(expand(&text, &Value::Nil).unwrap_err().kind, ErrorKind::Limit(Limit::Nesting));
    }
}

#[test]
fn lists_in_lists() {
    for made in ["list $x", "dict `k` $x", "append (list) $x"] {
        let text =
            format!("{{{{ $x := 1 }}}}{{{{ range 100000 }}}}{{{{ $x = {made} }}}}{{{{ end }}}}{{{{ $x }}}}");
        assert_eq!(expand(&text, &Value::Nil).unwrap_err().kind, ErrorKind::Limit(Limit::Nesting), "{made}");
        let text = text.replace("100000", "60");
        let said = expand(&text, &Value::Nil).unwrap();
        assert!(said.len() > 100, "{said}");
    }
    // Data of callers, too.
    let mut deep = Value::Nil;
    for _ in 0..200 {
        deep = List::new(vec![deep]).into();
    }
    for text in ["{{ . }}", "{{ toJson . }}", "{{ printf `%d` . }}", "{{ html . }}"] {
        assert_eq!(expand(text, &deep).unwrap_err().kind, ErrorKind::Limit(Limit::Nesting), "{text}");
    }
}
