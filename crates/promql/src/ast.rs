//! The tree that a query is parsed into. Times and durations are milliseconds; offsets into the text are bytes.

use watchfire_model::Matcher;

use crate::functions::Function;

/// Where something stands in the query's text: bytes, the end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

impl Expr {
    /// The expressions right below this one, from left to right.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let (first, second, rest): (Option<&Self>, Option<&Self>, &[Self]) = match &self.kind {
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Vector(_) | ExprKind::Matrix { .. } => {
                (None, None, &[])
            }
            ExprKind::Subquery(subquery) => (Some(&subquery.expr), None, &[]),
            ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => (Some(expr), None, &[]),
            ExprKind::Aggregate(aggregate) => (aggregate.param.as_deref(), Some(&aggregate.expr), &[]),
            ExprKind::Binary(binary) => (Some(&binary.lhs), Some(&binary.rhs), &[]),
            ExprKind::Call { args, .. } => (None, None, args),
        };
        first.into_iter().chain(second).chain(rest)
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A number.
    Number(NumberLiteral),
    /// A text in quotes, unescaped.
    String(String),
    /// The newest sample of each series.
    Vector(Selector),
    /// The samples of a range of each series.
    Matrix {
        /// Which series.
        selector: Selector,
        /// The range's length.
        range: i64,
    },
    /// An expression evaluated at the steps of a range.
    Subquery(Subquery),
    /// A function with its arguments.
    Call {
        /// Which function.
        function: &'static Function,
        /// Its arguments, as they are written.
        args: Vec<Expr>,
    },
    /// Many series folded into fewer.
    Aggregate(Aggregate),
    /// Two expressions and an operator between them.
    Binary(Binary),
    /// A sign before an expression.
    Unary {
        /// Whether the sign is a minus.
        minus: bool,
        /// What it stands before.
        expr: Box<Expr>,
    },
    /// An expression in parentheses.
    Paren(Box<Expr>),
}

/// A number as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberLiteral {
    /// Its value.
    pub value: f64,
    /// Whether it is written as a duration, such as `5m` for 300.
    pub is_duration: bool,
}

/// Which series, and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// The metric's name where it stands before the braces; it is the last of `matchers`, too. A name that stands in the
    /// braces is among `matchers` alone.
    pub name: Option<String>,
    /// All conditions, the one on the name included.
    pub matchers: Vec<Matcher>,
    /// When.
    pub when: When,
}

/// The modifiers `@` and `offset`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct When {
    /// The fixed time to evaluate at; `None` evaluates at each step.
    pub at: Option<At>,
    /// How far to look back from there; negative looks ahead.
    pub offset: i64,
}

/// What stands after `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Milliseconds since the epoch.
    Time(i64),
    /// `start()`: where the query starts.
    Start,
    /// `end()`: where the query ends.
    End,
}

/// `expr[range:step] @ ... offset ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// What is evaluated at each step.
    pub expr: Box<Expr>,
    /// The range's length.
    pub range: i64,
    /// The distance of the steps; `None` takes the default.
    pub step: Option<i64>,
    /// When.
    pub when: When,
}

/// An aggregation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// How values are folded.
    pub op: AggregateOp,
    /// The parameter of `topk`, `quantile` and the like.
    pub param: Option<Box<Expr>>,
    /// What is folded.
    pub expr: Box<Expr>,
    /// Which labels tell groups apart.
    pub grouping: Grouping,
}

/// Which labels tell the groups of an aggregation apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// These alone. Without a clause it is an empty list.
    By(Vec<String>),
    /// All but these and the metric's name.
    Without(Vec<String>),
}

/// How an aggregation folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of that name")]
pub enum AggregateOp {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    CountValues,
    Quantile,
    Limitk,
    LimitRatio,
}

impl AggregateOp {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Sum,
        Self::Avg,
        Self::Min,
        Self::Max,
        Self::Count,
        Self::Group,
        Self::Stddev,
        Self::Stdvar,
        Self::Topk,
        Self::Bottomk,
        Self::CountValues,
        Self::Quantile,
        Self::Limitk,
        Self::LimitRatio,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Count => "count",
            Self::Group => "group",
            Self::Stddev => "stddev",
            Self::Stdvar => "stdvar",
            Self::Topk => "topk",
            Self::Bottomk => "bottomk",
            Self::CountValues => "count_values",
            Self::Quantile => "quantile",
            Self::Limitk => "limitk",
            Self::LimitRatio => "limit_ratio",
        }
    }

    /// The type of its parameter; `None` if it takes none.
    pub fn param_type(self) -> Option<ValueType> {
        match self {
            Self::CountValues => Some(ValueType::String),
            Self::Topk | Self::Bottomk | Self::Quantile | Self::Limitk | Self::LimitRatio => {
                Some(ValueType::Scalar)
            }
            _ => None,
        }
    }

    /// Whether it must be switched on by a setting.
    pub fn is_experimental(self) -> bool {
        matches!(self, Self::Limitk | Self::LimitRatio)
    }
}

/// A binary operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// What stands left of it.
    pub lhs: Box<Expr>,
    /// What stands right of it.
    pub rhs: Box<Expr>,
    /// Whether a comparison answers 0 or 1 and drops nothing.
    pub return_bool: bool,
    /// How series of both sides find each other; `None` when a side is a scalar.
    pub matching: Option<VectorMatching>,
}

/// Operators between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of that name")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Eql,
    Neq,
    Gtr,
    Lss,
    Gte,
    Lte,
    And,
    Or,
    Unless,
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Atan2 => "atan2",
            Self::Eql => "==",
            Self::Neq => "!=",
            Self::Gtr => ">",
            Self::Lss => "<",
            Self::Gte => ">=",
            Self::Lte => "<=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
        }
    }

    /// Whether it compares, so that it may be followed by `bool`.
    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Eql | Self::Neq | Self::Gtr | Self::Lss | Self::Gte | Self::Lte)
    }

    /// Whether it works on sets of series.
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }
}

/// How series of both sides of a binary operation find each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorMatching {
    /// How many series of one side may meet one of the other.
    pub card: Cardinality,
    /// Whether `labels` are those to match `on`, or those to ignore.
    pub on: bool,
    /// The labels of `on` or `ignoring`.
    pub labels: Vec<String>,
    /// The labels that `group_left` or `group_right` takes over from the "one" side.
    pub include: Vec<String>,
}

/// How many series of one side may meet one of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cardinality {
    /// One and one.
    OneToOne,
    /// `group_left`: many on the left meet one on the right.
    ManyToOne,
    /// `group_right`: one on the left meets many on the right.
    OneToMany,
    /// Set operators.
    ManyToMany,
}

/// The type of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A number for each step.
    Scalar,
    /// A text.
    String,
    /// Samples of many series at one time: an instant vector.
    Vector,
    /// Ranges of samples of many series: a range vector.
    Matrix,
}

impl ValueType {
    /// As Prometheus' API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::Vector => "vector",
            Self::Matrix => "matrix",
        }
    }

    /// As Prometheus' error messages name it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
        }
    }
}
