//! Queries against Prometheus' canonical forms, errors and JSON. The tables were compared with Prometheus 3.5.

use watchfire_model::Matcher;
use watchfire_promql::ast::{Expr, ExprKind, ValueType};
use watchfire_promql::functions::{FUNCTIONS, lookup};
use watchfire_promql::{MAX_DEPTH, parse, pretty, refuse_experimental, to_json, value_type};

/// The rows of a table: two columns with a tab between.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table
        .lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
        .map(|line| line.split_once('\t').unwrap_or_else(|| panic!("no tab in {line:?}")))
}

#[test]
fn prints_canonical_forms() {
    let mut count = 0;
    for (query, expected) in rows(include_str!("parser_forms.tsv")) {
        let expr = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(expr.to_string(), expected, "{query}");
        assert_eq!(parse(expected).map(|expr| expr.to_string()).as_deref(), Ok(expected), "{query}");
        count += 1;
    }
    assert!(count > 150, "the table has only {count} rows");
}

#[test]
fn says_what_prometheus_says() {
    let mut count = 0;
    for (query, expected) in rows(include_str!("parser_errors.tsv")) {
        let error = parse(query).err().unwrap_or_else(|| panic!("{query} is no error"));
        assert_eq!(error.to_string(), expected, "{query}");
        assert!(error.span.end as usize <= query.len() && error.span.start <= error.span.end, "{query}");
        count += 1;
    }
    assert!(count > 150, "the table has only {count} rows");
}

#[test]
fn refuses_what_is_not_switched_on() {
    let table = [
        ("1 + mad_over_time(x[5m])", "1:5: parse error: function \"mad_over_time\" is not enabled"),
        (
            "sum(limitk(1, x))",
            "1:5: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions",
        ),
        (
            "LIMIT_RATIO(1, sort_by_label(x, 'a'))",
            "1:16: parse error: function \"sort_by_label\" is not enabled",
        ),
    ];
    for (query, expected) in table {
        let error = refuse_experimental(query, &parse(query).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(refuse_experimental("sum(x)", &parse("sum(x)").unwrap()), Ok(()));
}

#[test]
fn reads_lines_and_comments() {
    for (query, expected) in [
        ("x # c\n + 1", "x + 1"),
        ("# c\nx", "x"),
        ("\tx\r\n", "x"),
        ("sum # a\n by # b\n (a) # c\n (x)", "sum by (a) (x)"),
        ("`a\nb`", r#""a\nb""#),
        ("x{\n  a=\"b\", # c\n}", r#"x{a="b"}"#),
    ] {
        assert_eq!(parse(query).unwrap().to_string(), expected, "{query:?}");
    }
    for (query, expected) in [
        ("", "unknown position: parse error: no expression found in input"),
        ("  ", "1:1: parse error: no expression found in input"),
        ("# c", "1:1: parse error: no expression found in input"),
        ("\n\n1 +\n  $", "4:3: parse error: unexpected character: '$'"),
        ("\"a\nb\"", "1:1: parse error: unterminated quoted string"),
        ("a\u{a0}b", "1:2: parse error: unexpected character: '\\u00a0'"),
    ] {
        assert_eq!(parse(query).unwrap_err().to_string(), expected, "{query:?}");
    }
}

#[test]
fn durations_stay_durations() {
    let table = [
        ("vector(5m)", "vector(5m)"),
        ("x > -90s", "x > -1m30s"),
        ("-(1h30m)", "-(1h30m)"),
        ("clamp(x, 0s, 54s321ms)", "clamp(x, 0s, 54s321ms)"),
        ("vector(300)", "vector(300)"),
        ("topk(1m, x)", "topk(1m, x)"),
    ];
    for (query, expected) in table {
        assert_eq!(pretty(&parse(query).unwrap()), expected);
    }
}

#[test]
fn breaks_long_lines() {
    let query = "histogram_quantile(0.9, sum by (le, instance) (rate(http_request_duration_seconds_bucket{job='api',method='GET',status=~'2..'}[5m])))
        > bool on (instance) group_left (owner)
        -label_replace(threshold_seconds_of_the_instances{environment='production'}, 'instance', '$1', 'host', '(.*)')";
    let expected = r#"  histogram_quantile(
    0.9,
    sum by (le, instance) (
      rate(http_request_duration_seconds_bucket{job="api",method="GET",status=~"2.."}[5m])
    )
  )
> bool on (instance) group_left (owner)
  -label_replace(
    threshold_seconds_of_the_instances{environment="production"},
    "instance",
    "$1",
    "host",
    "(.*)"
  )"#;
    assert_eq!(pretty(&parse(query).unwrap()), expected);
}

#[test]
fn writes_the_json_of_prometheus() {
    let table = [
        (
            "sum without (a) (x offset 5m)",
            r#"{"type":"aggregation","op":"sum","param":null,"grouping":["a"],"without":true,
                "expr":{"type":"vectorSelector","name":"x","offset":300000,"startOrEnd":null,"timestamp":null,
                        "matchers":[{"name":"__name__","type":"=","value":"x"}]}}"#,
        ),
        (
            "topk(2, {a=~'b'} @ end()) == bool on (a) group_left (b) -y",
            r#"{"type":"binaryExpr","op":"==","bool":true,
                "matching":{"card":"many-to-one","on":true,"labels":["a"],"include":["b"]},
                "lhs":{"type":"aggregation","op":"topk","param":{"type":"numberLiteral","val":"2"},"grouping":[],
                       "without":false,
                       "expr":{"type":"vectorSelector","name":"","offset":0,"startOrEnd":"end","timestamp":null,
                               "matchers":[{"name":"a","type":"=~","value":"b"}]}},
                "rhs":{"type":"unaryExpr","op":"-",
                       "expr":{"type":"vectorSelector","name":"y","offset":0,"startOrEnd":null,"timestamp":null,
                               "matchers":[{"name":"__name__","type":"=","value":"y"}]}}}"#,
        ),
        (
            "(rate(x[5m] @ 3.4))[1h:] offset -1s",
            r#"{"type":"subquery","range":3600000,"step":0,"offset":-1000,"startOrEnd":null,"timestamp":null,
                "expr":{"type":"parenExpr","expr":{"type":"call",
                  "func":{"name":"rate","argTypes":["matrix"],"variadic":0,"returnType":"vector"},
                  "args":[{"type":"matrixSelector","name":"x","range":300000,"offset":0,"startOrEnd":null,"timestamp":3400,
                           "matchers":[{"name":"__name__","type":"=","value":"x"}]}]}}}"#,
        ),
        (
            "1 / 0",
            r#"{"type":"binaryExpr","op":"/","bool":false,"matching":null,
            "lhs":{"type":"numberLiteral","val":"1"},"rhs":{"type":"numberLiteral","val":"0"}}"#,
        ),
        ("'a'", r#"{"type":"stringLiteral","val":"a"}"#),
        ("-Inf", r#"{"type":"numberLiteral","val":"-Inf"}"#),
        ("5m", r#"{"type":"numberLiteral","val":"300"}"#),
        (
            "label_join(x, 'a', 'b')",
            r#"{"type":"call",
                "func":{"name":"label_join","argTypes":["vector","string","string","string"],"variadic":-1,
                        "returnType":"vector"},
                "args":[{"type":"vectorSelector","name":"x","offset":0,"startOrEnd":null,"timestamp":null,
                         "matchers":[{"name":"__name__","type":"=","value":"x"}]},
                        {"type":"stringLiteral","val":"a"},{"type":"stringLiteral","val":"b"}]}"#,
        ),
    ];
    for (query, expected) in table {
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(serde_json::to_value(to_json(&parse(query).unwrap())).unwrap(), expected, "{query}");
    }
}

#[test]
fn refuses_deep_nesting_without_a_crash() {
    let repeat = |text: &str, count: usize| text.repeat(count);
    let too_deep = [
        repeat("(", 10_000) + "x" + &repeat(")", 10_000),
        repeat("-(", 10_000) + "x" + &repeat(")", 10_000),
        repeat("-", 10_000) + "x",
        repeat("abs(", 10_000) + "x" + &repeat(")", 10_000),
        repeat("sum(", 10_000) + "x" + &repeat(")", 10_000),
        "x".to_owned() + &repeat("^x", 10_000),
        "x".to_owned() + &repeat("+x", 10_000),
        "x".to_owned() + &repeat("[5m:]", 10_000),
        "(".to_owned() + &repeat("(x or ", 10_000),
    ];
    for query in too_deep {
        let error = parse(&query).unwrap_err();
        let known = error.message.contains("levels deep")
            || error.message.starts_with("subquery is only")
            || error.message == "unclosed left parenthesis";
        assert!(known, "{error}");
    }
}

#[test]
fn walks_the_deepest_trees() {
    // Reading what is nested takes more of the stack than reading a chain.
    let (chained, nested) = (MAX_DEPTH as usize - 1, MAX_DEPTH as usize / 2 - 1);
    let deepest = [
        "(".repeat(nested) + "x" + &")".repeat(nested),
        "abs(".repeat(nested) + "x" + &")".repeat(nested),
        "sum by (a) (".repeat(nested) + "x" + &")".repeat(nested),
        "x".to_owned() + &" ^ x".repeat(nested),
        "x".to_owned() + &" + x".repeat(chained),
    ];
    for query in deepest {
        let expr = parse(&query).unwrap();
        assert_eq!(parse(&expr.to_string()).unwrap().to_string(), query);
        assert_eq!(parse(&pretty(&expr)).unwrap().to_string(), query);
        assert!(serde_json::to_string(&to_json(&expr)).unwrap().contains("vectorSelector"));
        assert_eq!(value_type(&expr), ValueType::Vector);
        // One level more is too many.
        assert!(parse(&format!("({query})")).is_err());
    }
}

#[test]
fn spans_cover_what_was_written() {
    let query = " sum by (a) ( rate( x{b='c'}[5m] offset 1m ) ) + -1 ";
    let expr = parse(query).unwrap();
    let written = |expr: &Expr| query[expr.span.start as usize..expr.span.end as usize].to_owned();
    assert_eq!(written(&expr), query.trim());
    let ExprKind::Binary(binary) = &expr.kind else { panic!("{expr}") };
    assert_eq!(written(&binary.lhs), "sum by (a) ( rate( x{b='c'}[5m] offset 1m ) )");
    assert_eq!(written(&binary.rhs), "-1");
    let ExprKind::Aggregate(sum) = &binary.lhs.kind else { panic!("{expr}") };
    assert_eq!(written(&sum.expr), "rate( x{b='c'}[5m] offset 1m )");
    let ExprKind::Call { args, .. } = &sum.expr.kind else { panic!("{expr}") };
    assert_eq!(written(&args[0]), "x{b='c'}[5m] offset 1m");
}

#[test]
fn keeps_the_name_before_the_braces_apart() {
    let ExprKind::Vector(selector) = parse("x{a='b'}").unwrap().kind else { panic!("no selector") };
    assert_eq!(selector.name.as_deref(), Some("x"));
    assert_eq!(selector.matchers, [Matcher::equal("a", "b"), Matcher::metric("x")]);
    let ExprKind::Vector(selector) = parse("{'x.y', a='b'}").unwrap().kind else { panic!("no selector") };
    assert_eq!(selector.name, None);
    assert_eq!(selector.matchers, [Matcher::metric("x.y"), Matcher::equal("a", "b")]);
}

#[test]
fn finds_every_function() {
    assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
    for function in FUNCTIONS {
        assert_eq!(lookup(function.name), Some(function));
        assert!(function.max.is_none_or(|max| function.required <= max && function.args.len() == max));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(function.name.chars().all(plain) && function.help.ends_with('.'), "{}", function.name);
    }
    assert_eq!(lookup("Rate"), None);
    let join = lookup("label_join").unwrap();
    assert_eq!([join.arg_type(0), join.arg_type(9)], [Some(ValueType::Vector), Some(ValueType::String)]);
    assert_eq!(lookup("round").unwrap().arg_type(2), None);
}
