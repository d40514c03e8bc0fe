//! Calculations from queries, as in `$A / ($A + $B) * 100`: numbers, queries by their id, `+ - * / % **`, comparisons (1 or 0),
//! `&& || !`, and the functions of [`Function`]. The language is that of Grafana's server-side expressions
//! (<https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/expression-queries/>).

mod evaluate;
mod parse;

pub(crate) use evaluate::evaluate;
pub(crate) use parse::parse;

/// Why a calculation cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MathError {
    /// What is wrong and what could stand there instead.
    pub message: String,
    /// Where in the text: bytes from its start.
    pub at: usize,
}

impl std::fmt::Display for MathError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} (at character {})", self.message, self.at + 1)
    }
}

impl std::error::Error for MathError {}

/// Checks the text of a calculation.
///
/// # Errors
///
/// What is wrong, and where.
pub fn check_math(text: &str) -> Result<(), MathError> {
    parse(text).map(drop)
}

/// A calculation, understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Number(f64),
    /// A query, by its id.
    Input(String),
    Negate(Box<Node>),
    Not(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Call(Function, Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// What can be done with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    Ceil,
    Floor,
    Round,
    /// The natural logarithm, as Grafana's `log` is.
    Log,
    IsNan,
    IsNull,
    IsInf,
    IsNumber,
}

impl Function {
    pub(crate) const ALL: [(&'static str, Self); 9] = [
        ("abs", Self::Abs),
        ("ceil", Self::Ceil),
        ("floor", Self::Floor),
        ("round", Self::Round),
        ("log", Self::Log),
        ("is_nan", Self::IsNan),
        ("is_null", Self::IsNull),
        ("is_inf", Self::IsInf),
        ("is_number", Self::IsNumber),
    ];

    fn of(self, value: f64) -> f64 {
        let truth = |it: bool| f64::from(u8::from(it));
        match self {
            Self::Abs => value.abs(),
            Self::Ceil => value.ceil(),
            Self::Floor => value.floor(),
            Self::Round => value.round(),
            Self::Log => value.ln(),
            // A point without a value is NaN here.
            Self::IsNan | Self::IsNull => truth(value.is_nan()),
            Self::IsInf => truth(value.is_infinite()),
            Self::IsNumber => truth(value.is_finite()),
        }
    }
}

impl Operator {
    fn of(self, a: f64, b: f64) -> f64 {
        let truth = |it: bool| f64::from(u8::from(it));
        match self {
            // No value on one side: none.
            _ if a.is_nan() || b.is_nan() => f64::NAN,
            Self::Or => truth(a != 0.0 || b != 0.0),
            Self::And => truth(a != 0.0 && b != 0.0),
            #[expect(clippy::float_cmp, reason = "this is what was asked for")]
            Self::Equal => truth(a == b),
            #[expect(clippy::float_cmp, reason = "this is what was asked for")]
            Self::NotEqual => truth(a != b),
            Self::Less => truth(a < b),
            Self::LessOrEqual => truth(a <= b),
            Self::Greater => truth(a > b),
            Self::GreaterOrEqual => truth(a >= b),
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Remainder => a % b,
            Self::Power => a.powf(b),
        }
    }
}
