//! Comparisons with Go's rules: only values of one kind compare.

use super::{Field, Shape, Value};
use crate::error::Stop;

/// The kinds that can be compared by size.
#[derive(PartialEq, Eq)]
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Float,
    Text(&'a str),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    match value {
        Value::Bool(value) => Some(Basic::Bool(*value)),
        Value::Int(value) | Value::Number(_, value) => Some(Basic::Int(*value)),
        Value::Float(_) => Some(Basic::Float),
        Value::String(text) | Value::Safe(_, text) => Some(Basic::Text(text)),
        _ => None,
    }
}

fn float(value: &Value) -> f64 {
    if let Value::Float(value) = value { *value } else { f64::NAN }
}

/// Whether two values are the same, by `eq`.
pub(crate) fn equal(left: &Value, right: &Value) -> Result<bool, Stop> {
    match (left, right) {
        (Value::Nil, Value::Nil) => return Ok(true),
        (Value::Nil, _) | (_, Value::Nil) => return Ok(false),
        (Value::Time(left), Value::Time(right)) => return Ok(left == right),
        (Value::Object(a), Value::Object(b)) => {
            if let (Shape::Fields(left), Shape::Fields(right)) = (a.shape(), b.shape())
                && a.type_name() == b.type_name()
            {
                return equal_fields(left, right);
            }
        }
        _ => {}
    }
    match (basic(left), basic(right)) {
        (Some(Basic::Float), Some(Basic::Float)) => {
            // Go's equality: exact, and not a number is never equal.
            #[allow(clippy::float_cmp)]
            let same = float(left) == float(right);
            Ok(same)
        }
        (Some(a), Some(b)) if std::mem::discriminant(&a) == std::mem::discriminant(&b) => Ok(a == b),
        (Some(_), Some(_)) => Err(different_kinds(left, right)),
        _ => Err(Stop::fault(format!(
            "{} and {} can't be compared; compare fields or elements of them",
            left.described(),
            right.described()
        ))),
    }
}

fn equal_fields(left: &[Field], right: &[Field]) -> Result<bool, Stop> {
    for (left, right) in left.iter().zip(right) {
        if !equal(&left.value, &right.value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a value is less than another, by `lt`.
pub(crate) fn less(left: &Value, right: &Value) -> Result<bool, Stop> {
    match (basic(left), basic(right)) {
        (Some(Basic::Float), Some(Basic::Float)) => Ok(float(left) < float(right)),
        (Some(Basic::Int(left)), Some(Basic::Int(right))) => Ok(left < right),
        (Some(Basic::Text(left)), Some(Basic::Text(right))) => Ok(left < right),
        (Some(Basic::Bool(_)), Some(Basic::Bool(_))) => {
            Err(Stop::fault("neither of true and false is less; use `eq`, `and`, `or` or `not`"))
        }
        (Some(_), Some(_)) => Err(different_kinds(left, right)),
        (left_kind, _) => {
            let other = if left_kind.is_none() { left } else { right };
            Err(Stop::fault(format!("{} can't be compared by size", other.described())))
        }
    }
}

fn different_kinds(left: &Value, right: &Value) -> Stop {
    let hint = match (left, right) {
        (Value::Float(_), Value::Int(value)) | (Value::Int(value), Value::Float(_)) => {
            format!("; write the whole number with a point: {value}.0")
        }
        _ => String::new(),
    };
    Stop::fault(format!("{} and {} can't be compared{hint}", left.described(), right.described()))
}
