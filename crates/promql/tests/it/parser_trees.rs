//! Random texts and random trees.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use watchfire_model::{METRIC_NAME, MatchOp, Matcher};
use watchfire_promql::ast::{
    Aggregate, AggregateOp, At, Binary, BinaryOp, Cardinality, Expr, ExprKind, Grouping, NumberLiteral,
    Selector, Span, Subquery, VectorMatching, When,
};
use watchfire_promql::functions::lookup;
use watchfire_promql::{complete_at, parse, pretty};

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn call(name: &str, arg: Expr) -> Expr {
    let function = lookup(name).unwrap_or_else(|| panic!("no function {name}"));
    expr(ExprKind::Call { function, args: vec![arg] })
}

fn label() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_][a-z0-9_]{0,5}", Just("by".to_owned()), Just("a.b".to_owned()), "\\PC{1,4}"]
}

fn matcher() -> impl Strategy<Value = Matcher> {
    let op = prop_oneof![
        Just(MatchOp::Equal),
        Just(MatchOp::NotEqual),
        Just(MatchOp::Regex),
        Just(MatchOp::NotRegex)
    ];
    let name = label().prop_filter("names stand elsewhere", |name| name != METRIC_NAME);
    (name, op, "\\PC{0,6}|[\\x00-\\x7f]{0,6}").prop_map(|(name, op, value)| Matcher { name, op, value })
}

fn when() -> impl Strategy<Value = When> {
    let time = prop_oneof![-10_000_000_000_000_i64..10_000_000_000_000, -2000_i64..2000];
    let at = prop_oneof![time.prop_map(At::Time), Just(At::Start), Just(At::End)];
    (option::of(at), prop_oneof![Just(0_i64), -1_000_000_000_i64..1_000_000_000])
        .prop_map(|(at, offset)| When { at, offset })
}

/// Matchers are printed sorted, so only sorted ones read back to the same tree.
fn selector() -> impl Strategy<Value = Selector> {
    let name = prop_oneof!["[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", Just("sum".to_owned()), Just("offset".to_owned())]
        .prop_filter("words that are no names", |name| {
            !["on", "ignoring", "bool", "group_left", "group_right", "atan2", "inf", "nan"]
                .contains(&name.to_ascii_lowercase().as_str())
        });
    (option::of(name), vec(matcher(), 0..4), when()).prop_map(|(name, mut matchers, when)| {
        if name.is_none() {
            matchers.push(Matcher::equal(METRIC_NAME, "some.metric"));
        }
        let selector = Selector { name: None, matchers: Vec::new(), when: When::default() };
        let one = |matcher: &Matcher| {
            let matchers = vec![matcher.clone()];
            expr(ExprKind::Vector(Selector { matchers, ..selector.clone() })).to_string()
        };
        matchers.sort_by_key(one);
        matchers.extend(name.as_deref().map(Matcher::metric));
        Selector { name, matchers, when }
    })
}

fn number() -> impl Strategy<Value = Expr> {
    let plain = |value| NumberLiteral { value, is_duration: false };
    let of_millis = |millis: i64| NumberLiteral { value: millis as f64 / 1000.0, is_duration: true };
    prop_oneof![
        (-1e9..1e9_f64).prop_map(plain),
        any::<f64>().prop_filter("NaN equals nothing", |x| !x.is_nan()).prop_map(plain),
        Just(plain(0.0)),
        (-1_000_000_000_000..1_000_000_000_000_i64).prop_map(of_millis),
        (-100..100_i64).prop_map(move |hours| of_millis(hours * 3_600_000)),
    ]
    .prop_map(|number| expr(ExprKind::Number(number)))
}

fn paren(inner: Expr) -> Expr {
    expr(ExprKind::Paren(Box::new(inner)))
}

fn labels() -> impl Strategy<Value = Vec<String>> {
    vec(label(), 0..3)
}

fn matching() -> impl Strategy<Value = VectorMatching> {
    let card =
        prop_oneof![Just(Cardinality::OneToOne), Just(Cardinality::ManyToOne), Just(Cardinality::OneToMany)];
    (card, any::<bool>(), labels(), labels()).prop_map(|(card, on, labels, mut include)| {
        include.retain(|label| card != Cardinality::OneToOne && !(on && labels.contains(label)));
        VectorMatching { card, on, labels, include }
    })
}

fn operator() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::{Add, And, Atan2, Div, Eql, Gte, Gtr, Lss, Lte, Mod, Mul, Neq, Or, Pow, Sub, Unless};
    prop::sample::select(vec![
        Add, Sub, Mul, Div, Mod, Pow, Atan2, Eql, Neq, Gtr, Lss, Gte, Lte, And, Or, Unless,
    ])
}

/// Both sides stand in parentheses, so that no precedence moves them.
fn binary(lhs: Expr, rhs: Expr, op: BinaryOp, return_bool: bool, mut matching: VectorMatching) -> Expr {
    if op.is_set() {
        matching.card = Cardinality::ManyToMany;
        matching.include.clear();
    }
    let return_bool = return_bool && op.is_comparison();
    let (lhs, rhs) = (Box::new(paren(lhs)), Box::new(paren(rhs)));
    expr(ExprKind::Binary(Binary { op, lhs, rhs, return_bool, matching: Some(matching) }))
}

fn range() -> impl Strategy<Value = i64> {
    prop_oneof![1_i64..100_000, (1_i64..1000).prop_map(|days| days * 86_400_000)]
}

/// Instant vectors.
fn tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        selector().prop_map(|selector| expr(ExprKind::Vector(selector))),
        (selector(), range()).prop_map(|(selector, range)| {
            let matrix = expr(ExprKind::Matrix { selector, range });
            call("rate", matrix)
        }),
        number().prop_map(|number| { call("vector", number) }),
    ];
    leaf.prop_recursive(5, 30, 3, |inner| {
        let grouping = prop_oneof![labels().prop_map(Grouping::By), labels().prop_map(Grouping::Without)];
        let op = prop::sample::select(AggregateOp::ALL.to_vec());
        prop_oneof![
            inner.clone().prop_map(paren),
            (inner.clone(), any::<bool>())
                .prop_map(|(inner, minus)| { expr(ExprKind::Unary { minus, expr: Box::new(paren(inner)) }) }),
            (inner.clone(), grouping, op, number(), "\\PC{0,4}").prop_map(
                |(inner, grouping, op, number, text)| {
                    let param = op.param_type().map(|_| match op {
                        AggregateOp::CountValues => Box::new(expr(ExprKind::String(text))),
                        _ => Box::new(number),
                    });
                    expr(ExprKind::Aggregate(Aggregate { op, param, expr: Box::new(inner), grouping }))
                }
            ),
            (inner.clone(), inner.clone(), operator(), any::<bool>(), matching())
                .prop_map(|(lhs, rhs, op, bool, matching)| binary(lhs, rhs, op, bool, matching)),
            (inner, range(), option::of(range()), when()).prop_map(|(inner, range, step, when)| {
                let subquery = Subquery { expr: Box::new(paren(inner)), range, step, when };
                call("max_over_time", expr(ExprKind::Subquery(subquery)))
            }),
        ]
    })
}

/// The same tree without places.
fn without_spans(mut tree: Expr) -> Expr {
    fn clear(tree: &mut Expr) {
        tree.span = Span::default();
        match &mut tree.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix { .. } => {}
            ExprKind::Subquery(subquery) => clear(&mut subquery.expr),
            ExprKind::Call { args, .. } => args.iter_mut().for_each(clear),
            ExprKind::Aggregate(aggregate) => {
                clear(&mut aggregate.expr);
                aggregate.param.as_deref_mut().into_iter().for_each(clear);
            }
            ExprKind::Binary(binary) => {
                clear(&mut binary.lhs);
                clear(&mut binary.rhs);
            }
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => clear(expr),
        }
    }
    clear(&mut tree);
    tree
}

/// Texts that come closer to queries than random characters.
fn almost_query() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        "+",
        "-",
        "*",
        "^",
        "==",
        "!=",
        "!~",
        "=",
        "=~",
        "@",
        ":",
        " ",
        "\n",
        "#",
        "\"",
        "'",
        "`",
        "\\",
        "\\x4",
        "offset",
        " by ",
        " on ",
        " bool ",
        "sum",
        "rate",
        "foo",
        "a",
        "1",
        "0x",
        "1e",
        "_",
        ".",
        "5m",
        "1y1",
        "inf",
        "nan",
        " and ",
        " atan2 ",
        "start()",
        " group_left ",
        "topk",
        "é",
        "\u{301}",
        "$",
        "!",
        "__name__",
        " without ",
    ]);
    vec(token, 0..25).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn never_panics(text in prop_oneof![almost_query(), "\\PC{0,40}", any::<String>()]) {
        if let Ok(expr) = parse(&text) {
            let line = expr.to_string();
            prop_assert_eq!(parse(&line).map(|expr| expr.to_string()), Ok(line));
        }
        for cursor in 0..=text.len() + 1 {
            let completion = complete_at(&text, cursor);
            prop_assert!(text.get(completion.span.start as usize..completion.span.end as usize).is_some());
        }
    }

    #[test]
    fn reads_what_it_prints(tree in tree()) {
        let line = tree.to_string();
        let read = parse(&line).map_err(|error| TestCaseError::fail(format!("{line}: {error}")))?;
        prop_assert_eq!(without_spans(read), tree.clone(), "{}", line);
        let lines = pretty(&tree);
        let read = parse(&lines).map_err(|error| TestCaseError::fail(format!("{lines}: {error}")))?;
        prop_assert_eq!(without_spans(read), tree, "{}", lines);
    }
}
