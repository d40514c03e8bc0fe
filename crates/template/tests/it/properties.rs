//! What must hold for any text.

use proptest::prelude::*;
use watchfire_template::{Dialect, Env, Limits, Map, Mode, RuleTemplate, Set, Time, Value};

/// Pieces of templates, so that more than one text in a million is one.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{{ ",
            " }}",
            "{{- ",
            " -}}",
            "{",
            "}",
            "{{/* c */}}",
            "{{- /* c */ -}}",
            "if ",
            "else ",
            "else if ",
            "end",
            "range ",
            "with ",
            "define ",
            "template ",
            "block ",
            "break",
            "continue",
            "$x := ",
            "$x",
            "$",
            "$i, $e := ",
            ".",
            ".a",
            ".a.b",
            "(",
            ")",
            "|",
            " | ",
            ",",
            "=",
            ":=",
            "\"a\"",
            "`b`",
            "'c'",
            "\"",
            "1",
            "-2",
            "1.5",
            "0x1F",
            "true",
            "nil",
            "print ",
            "printf ",
            "\"%v %d\" ",
            "len ",
            "index ",
            "eq ",
            "and ",
            "or ",
            "not ",
            "list ",
            "<a href=\"",
            "\">",
            "<title>",
            "</title>",
            "<!--",
            "-->",
            "<style>",
            "<script>",
            " style='",
            "é",
            "\n",
            " ",
            "\\",
            "{{end}}",
            "{{else}}",
            "{{if .a}}",
            "{{range .l}}",
            "{{.a}}",
            "{{define \"t\"}}",
            "{{template \"t\" .}}",
            "{{$x := 1}}",
            "{{break}}",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

/// Texts that are templates: actions and blocks that close.
fn template() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        ".", ".a", ".l", ".a.b", "$", "$x", "1", "-2.50", "\"s\\n\"", "`r`", "'c'", "nil", "true", "0x1f",
        "len",
    ]);
    let head = prop::sample::select(vec![
        "print",
        "printf \"%v\"",
        "len",
        "eq 1",
        "index .l",
        "or",
        "not",
        ".",
        ".a",
    ]);
    let pipeline = (head, prop::collection::vec(operand, 0..3), 0..4u8).prop_map(|(head, operands, form)| {
        let command = format!("{head} {}", operands.join(" "));
        match form {
            0 => command,
            1 => format!("({command}).x | print"),
            2 => format!("$x = {command}"),
            _ => format!("{command}|print ({command})"),
        }
    });
    let plain = prop::sample::select(vec![
        "a",
        " ",
        "{ {{- /* c */ -}} ",
        "}",
        "}}",
        "\n",
        "<b>",
        "{{/* c */}}",
        "{{- /* c */ -}}",
        " x ",
    ]);
    let leaf = prop_oneof![
        plain.prop_map(str::to_owned),
        pipeline.clone().prop_map(|pipeline| format!("{{{{{pipeline}}}}}")),
        pipeline.clone().prop_map(|pipeline| format!("{{{{- {pipeline} -}}}}")),
    ];
    let block = leaf.prop_recursive(4, 40, 5, move |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|nodes| nodes.concat());
        (pipeline.clone(), body.clone(), body, 0..6u8).prop_map(|(pipeline, body, other, form)| {
            let value = pipeline.trim_start_matches("$x = ").to_owned();
            match form {
                0 => format!("{{{{if {value}}}}}{body}{{{{end}}}}"),
                1 => format!(
                    "{{{{if {value}}}}}{body}{{{{else if {value}}}}}{other}{{{{else}}}}{body}{{{{end}}}}"
                ),
                2 => format!("{{{{with $x := {value}}}}}{body}{{{{else}}}}{other}{{{{end}}}}"),
                3 => format!("{{{{range $x, $e := .l}}}}{body}{{{{break}}}}{{{{else}}}}{other}{{{{end}}}}"),
                4 => format!("{{{{range {value}}}}}{{{{continue}}}}{body}{{{{end}}}}"),
                _ => format!("{{{{template \"t\" {value}}}}}{body}"),
            }
        })
    });
    prop::collection::vec(block, 0..5).prop_map(|nodes| {
        format!("{{{{define \"t\"}}}}t{{{{.}}}}{{{{end}}}}{{{{$x := 1}}}}{}", nodes.concat())
    })
}

fn data() -> Value {
    Map::new([
        ("a", Map::strings([("b", "<&\"'")]).into()),
        ("l", watchfire_template::List::new(vec![1.into(), "x".into(), Value::Nil]).into()),
    ])
    .into()
}

fn env() -> Env<'static> {
    let limits = Limits { output_bytes: 10_000, steps: 10_000, template_depth: 10 };
    Env { limits, ..Env::at(Time::zero()) }
}

/// What a text says in both modes, or that it fails.
fn said(text: &str) -> [Option<String>; 2] {
    let set = Set::new(Dialect::Notifications);
    [Mode::Text, Mode::Html].map(|mode| set.expand(text, &data(), &env(), mode).ok())
}

proptest! {
    #[test]
    fn no_text_panics(text in text()) {
        for dialect in [Dialect::Rules, Dialect::Notifications] {
            let set = Set::new(dialect);
            for mode in [Mode::Text, Mode::Html] {
                if let Err(error) = set.expand(&text, &data(), &env(), mode) {
                    prop_assert!(error.position.line > 0 && error.position.column > 0);
                    prop_assert!((error.position.line as usize) <= text.matches('\n').count() + 1);
                    prop_assert!(!error.message.is_empty());
                }
            }
        }
        let _ = RuleTemplate::parse(&text);
    }

    #[test]
    fn what_is_printed_is_the_same_template(text in prop_oneof![text(), template()]) {
        let mut set = Set::new(Dialect::Notifications);
        prop_assume!(set.add("", &text).is_ok());
        let print = |set: &Set| {
            let names: Vec<_> = set.names().map(str::to_owned).collect();
            names.into_iter().map(|name| (name.clone(), set.get(&name).unwrap().to_string())).collect::<Vec<_>>()
        };
        let printed = print(&set);
        let mut again = Set::new(Dialect::Notifications);
        for (name, text) in &printed {
            again.add(name, text).unwrap();
        }
        prop_assert_eq!(print(&again), printed);
        for mode in [Mode::Text, Mode::Html] {
            let said = [&set, &again].map(|set| set.execute("", &data(), &env(), mode).ok());
            prop_assert_eq!(&said[0], &said[1], "{}", text);
        }
    }

    #[test]
    fn templates_that_are_made_are_templates(text in template()) {
        prop_assert!(Set::new(Dialect::Notifications).parse(&text).is_ok(), "{}", text);
        said(&text);
    }

    #[test]
    fn values_never_leave_their_place_in_html(value in "\\PC*|[<>\"'&=` a-z/:()\\\\-]*") {
        let data: Value = Map::strings([("v", value.as_str())]).into();
        let set = Set::new(Dialect::Notifications);
        let text = r#"<p title="{{ .v }}" class='{{ .v }}' id={{ .v }} style="color: {{ .v }}">{{ .v }}<a href="{{ .v }}">"#;
        let said = set.expand(text, &data, &env(), Mode::Html).unwrap();
        // The tags of the template and no other; quotes as many as the template has.
        prop_assert_eq!(said.matches('<').count(), 2);
        prop_assert_eq!(said.matches('>').count(), 2);
        prop_assert_eq!(said.matches('"').count(), 6);
        prop_assert_eq!(said.matches('\'').count(), 2);
        let href = said.rsplit("href=\"").next().unwrap();
        prop_assert!(!href.trim_start().to_lowercase().starts_with("javascript:"), "{}", said);
    }
}
