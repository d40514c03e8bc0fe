//! Functions of each number.

use crate::eval::column::ABSENT;
use crate::eval::functions::MapFunction;
use crate::eval::functions::MapFunction::{Nothing, Plain, WithArgs};

pub(crate) fn function(name: &str) -> Option<MapFunction> {
    Some(match name {
        "abs" => Plain(f64::abs),
        "ceil" => Plain(f64::ceil),
        "floor" => Plain(f64::floor),
        "exp" => Plain(f64::exp),
        "sqrt" => Plain(f64::sqrt),
        "ln" => Plain(f64::ln),
        "log2" => Plain(f64::log2),
        "log10" => Plain(f64::log10),
        "sin" => Plain(f64::sin),
        "cos" => Plain(f64::cos),
        "tan" => Plain(f64::tan),
        "asin" => Plain(f64::asin),
        "acos" => Plain(f64::acos),
        "atan" => Plain(f64::atan),
        "sinh" => Plain(f64::sinh),
        "cosh" => Plain(f64::cosh),
        "tanh" => Plain(f64::tanh),
        "asinh" => Plain(f64::asinh),
        "acosh" => Plain(f64::acosh),
        "atanh" => Plain(f64::atanh),
        "deg" => Plain(|value| value * 180.0 / std::f64::consts::PI),
        "rad" => Plain(|value| value * std::f64::consts::PI / 180.0),
        "sgn" => Plain(sign),
        "clamp" => {
            WithArgs(|value, min, max| if max < min { ABSENT } else { greater(min, lesser(max, value)) })
        }
        "clamp_min" => WithArgs(|value, min, _| greater(min, value)),
        "clamp_max" => WithArgs(|value, max, _| lesser(max, value)),
        "round" => WithArgs(|value, nearest, _| {
            // Multiplied with the inverse: 0.1 is no exact number, 10 is.
            let inverse = 1.0 / nearest;
            (value * inverse + 0.5).floor() / inverse
        }),
        "histogram_avg" | "histogram_count" | "histogram_stddev" | "histogram_stdvar" | "histogram_sum" => {
            Nothing
        }
        _ => return None,
    })
}

/// -1, 1, or the number itself where it is zero or NaN.
fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// The greater of two numbers; NaN where one of them is NaN, unless the other one is +Inf: as Go's `math.Max`.
fn greater(a: f64, b: f64) -> f64 {
    let infinite = a == f64::INFINITY || b == f64::INFINITY;
    if !infinite && (a.is_nan() || b.is_nan()) { f64::NAN } else { a.max(b) }
}

/// The lesser of two numbers; NaN where one of them is NaN, unless the other one is -Inf: as Go's `math.Min`.
fn lesser(a: f64, b: f64) -> f64 {
    let infinite = a == f64::NEG_INFINITY || b == f64::NEG_INFINITY;
    if !infinite && (a.is_nan() || b.is_nan()) { f64::NAN } else { a.min(b) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected numbers are exact")]
mod tests {
    use super::*;

    fn plain(name: &str, value: f64) -> f64 {
        match function(name) {
            Some(Plain(function)) => function(value),
            Some(WithArgs(function)) => function(value, 1.0, 1.0),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn numbers_as_in_prometheus() {
        let table = [
            ("sgn", -3.0, -1.0),
            ("sgn", 0.0, 0.0),
            ("sgn", f64::INFINITY, 1.0),
            ("round", 2.5, 3.0),
            ("round", -2.5, -2.0),
            ("clamp", 5.0, 1.0),
            ("deg", std::f64::consts::PI, 180.0),
            ("ln", 0.0, f64::NEG_INFINITY),
        ];
        for (name, value, expected) in table {
            assert_eq!(plain(name, value), expected, "{name}({value})");
        }
        assert_eq!(
            (greater(f64::NAN, f64::INFINITY), lesser(f64::NEG_INFINITY, f64::NAN)),
            (f64::INFINITY, f64::NEG_INFINITY)
        );
        for name in ["sgn", "clamp_min", "clamp_max", "clamp"] {
            assert!(plain(name, f64::NAN).is_nan(), "{name}");
        }
    }
}
