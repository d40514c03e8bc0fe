//! Trees in the JSON of Prometheus' `/api/v1/parse_query`.

use serde::Serialize;
use watchfire_model::Matcher;

use super::line::Number;
use crate::ast::{At, Cardinality, Expr, ExprKind, Grouping, Selector, ValueType, VectorMatching, When};
use crate::functions::Function;

/// A tree as Prometheus' API has it. Durations and times are milliseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Json<'a>(Node<'a>);

/// The tree for `/api/v1/parse_query`.
pub fn to_json(expr: &Expr) -> Json<'_> {
    Json(Node::of(expr))
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Node<'a> {
    #[serde(rename_all = "camelCase")]
    Aggregation {
        op: &'static str,
        expr: Box<Node<'a>>,
        param: Option<Box<Node<'a>>>,
        grouping: &'a [String],
        without: bool,
    },
    BinaryExpr {
        op: &'static str,
        lhs: Box<Node<'a>>,
        rhs: Box<Node<'a>>,
        matching: Option<Matching<'a>>,
        bool: bool,
    },
    Call {
        func: Func,
        args: Vec<Node<'a>>,
    },
    MatrixSelector {
        name: &'a str,
        range: i64,
        matchers: Vec<JsonMatcher<'a>>,
        #[serde(flatten)]
        when: JsonWhen,
    },
    Subquery {
        expr: Box<Node<'a>>,
        range: i64,
        step: i64,
        #[serde(flatten)]
        when: JsonWhen,
    },
    NumberLiteral {
        val: String,
    },
    ParenExpr {
        expr: Box<Node<'a>>,
    },
    StringLiteral {
        val: &'a str,
    },
    UnaryExpr {
        op: &'static str,
        expr: Box<Node<'a>>,
    },
    VectorSelector {
        name: &'a str,
        matchers: Vec<JsonMatcher<'a>>,
        #[serde(flatten)]
        when: JsonWhen,
    },
}

#[derive(Clone, Debug, Serialize)]
struct Matching<'a> {
    card: &'static str,
    labels: &'a [String],
    on: bool,
    include: &'a [String],
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Func {
    name: &'static str,
    arg_types: Vec<&'static str>,
    variadic: i64,
    return_type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct JsonMatcher<'a> {
    name: &'a str,
    value: &'a str,
    r#type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonWhen {
    offset: i64,
    timestamp: Option<i64>,
    start_or_end: Option<&'static str>,
}

impl<'a> Node<'a> {
    fn of(expr: &'a Expr) -> Self {
        match &expr.kind {
            ExprKind::Number(number) => Self::NumberLiteral { val: Number(number.value).to_string() },
            ExprKind::String(val) => Self::StringLiteral { val },
            ExprKind::Vector(selector) => Self::VectorSelector {
                name: selector.name.as_deref().unwrap_or_default(),
                matchers: matchers(selector),
                when: selector.when.into(),
            },
            ExprKind::Matrix { selector, range } => Self::MatrixSelector {
                name: selector.name.as_deref().unwrap_or_default(),
                range: *range,
                matchers: matchers(selector),
                when: selector.when.into(),
            },
            ExprKind::Subquery(subquery) => Self::Subquery {
                expr: Box::new(Self::of(&subquery.expr)),
                range: subquery.range,
                step: subquery.step.unwrap_or_default(),
                when: subquery.when.into(),
            },
            ExprKind::Call { function, args } => {
                Self::Call { func: Func::of(function), args: args.iter().map(Self::of).collect() }
            }
            ExprKind::Aggregate(aggregate) => {
                let (Grouping::By(grouping) | Grouping::Without(grouping)) = &aggregate.grouping;
                Self::Aggregation {
                    op: aggregate.op.name(),
                    expr: Box::new(Self::of(&aggregate.expr)),
                    param: aggregate.param.as_deref().map(|param| Box::new(Self::of(param))),
                    grouping,
                    without: matches!(aggregate.grouping, Grouping::Without(_)),
                }
            }
            ExprKind::Binary(binary) => Self::BinaryExpr {
                op: binary.op.symbol(),
                lhs: Box::new(Self::of(&binary.lhs)),
                rhs: Box::new(Self::of(&binary.rhs)),
                matching: binary.matching.as_ref().map(Matching::of),
                bool: binary.return_bool,
            },
            ExprKind::Unary { minus, expr } => {
                Self::UnaryExpr { op: if *minus { "-" } else { "+" }, expr: Box::new(Self::of(expr)) }
            }
            ExprKind::Paren(expr) => Self::ParenExpr { expr: Box::new(Self::of(expr)) },
        }
    }
}

fn matchers(selector: &Selector) -> Vec<JsonMatcher<'_>> {
    selector.matchers.iter().map(JsonMatcher::of).collect()
}

impl<'a> JsonMatcher<'a> {
    fn of(matcher: &'a Matcher) -> Self {
        Self { name: &matcher.name, value: &matcher.value, r#type: matcher.op.symbol() }
    }
}

impl<'a> Matching<'a> {
    fn of(matching: &'a VectorMatching) -> Self {
        let card = match matching.card {
            Cardinality::OneToOne => "one-to-one",
            Cardinality::ManyToOne => "many-to-one",
            Cardinality::OneToMany => "one-to-many",
            Cardinality::ManyToMany => "many-to-many",
        };
        Self { card, labels: &matching.labels, on: matching.on, include: &matching.include }
    }
}

impl Func {
    fn of(function: &Function) -> Self {
        Self {
            name: function.name,
            arg_types: function.args.iter().copied().map(ValueType::name).collect(),
            variadic: function.variadic(),
            return_type: function.returns.name(),
        }
    }
}

impl From<When> for JsonWhen {
    fn from(when: When) -> Self {
        let (timestamp, start_or_end) = match when.at {
            Some(At::Time(millis)) => (Some(millis), None),
            Some(At::Start) => (None, Some("start")),
            Some(At::End) => (None, Some("end")),
            None => (None, None),
        };
        Self { offset: when.offset, timestamp, start_or_end }
    }
}
