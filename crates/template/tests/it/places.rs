//! Where errors say that they are, in texts of several lines.

use watchfire_template::{Dialect, Env, Map, Mode, Position, Set, Time, Value};

#[test]
fn lines_and_columns() {
    let data: Value = Map::strings([("a", "b")]).into();
    let env = Env::at(Time::zero());
    let set = Set::new(Dialect::Notifications);
    // The place is where the text has a §, which is left out.
    for marked in [
        "a\né {{ §foo }}",
        "a\n\n  {{ if true }}\n é {{ .a | §toUper }}{{ end }}",
        "{{ if true }}\n{{ §.a.b }}\n{{ end }}",
        "{{ if true }}\n{{- /* a\nb */ -}}\n  {{ print\n\n  (§.a.b) }}\n{{ end }}",
        "a\n§{{ if .a }}\n b",
        "a\n §{{ .a\n\n",
        "a\n {{ print §\"b\n\" }}",
        "{{ range §.a }}\n{{ end }}",
        "é\n{{ define \"x\" }}\n {{ §.b.c.d }}{{ end }}{{ template \"x\" . }}",
        "\n\n{{ §join \",\" 1 }}",
        "a\r\n\t{{ §end }}",
        "{{ print \"é\" §@ }}",
    ] {
        let before = &marked[..marked.find('§').unwrap()];
        let expected = Position {
            line: before.matches('\n').count() as u32 + 1,
            column: before.rsplit('\n').next().unwrap().chars().count() as u32 + 1,
        };
        let error = set.expand(&marked.replace('§', ""), &data, &env, Mode::Text).unwrap_err();
        assert_eq!(error.position, expected, "{marked}: {error}");
    }
}

#[test]
fn html_that_is_none() {
    let set = Set::new(Dialect::Notifications);
    let text = "<p>\n  {{/* a\nb */}} é <a \"x\">";
    let error = set.expand(text, &Value::Nil, &Env::at(Time::zero()), Mode::Html).unwrap_err();
    assert_eq!((error.position.line, error.position.column), (3, 12), "{error}");
}
