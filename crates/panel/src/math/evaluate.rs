use watchfire_model::{GridSeries, Labels, METRIC_NAME};

use super::{Node, Operator};

/// What a part of a calculation is worth.
enum Worth {
    Number(f64),
    /// Series on the common grid, without the metric's name.
    Series(Vec<GridSeries>),
}

/// Calculates. `input` gives the series of a query, all on the same grid of `len` points; `None` for one that is not known.
pub(crate) fn evaluate(
    node: &Node,
    len: usize,
    input: &dyn Fn(&str) -> Option<Vec<GridSeries>>,
) -> Result<Vec<GridSeries>, String> {
    Ok(match worth(node, input)? {
        Worth::Series(series) => series,
        Worth::Number(number) => vec![GridSeries { labels: Labels::empty(), values: vec![number; len] }],
    })
}

fn worth(node: &Node, input: &dyn Fn(&str) -> Option<Vec<GridSeries>>) -> Result<Worth, String> {
    Ok(match node {
        Node::Number(number) => Worth::Number(*number),
        Node::Input(id) => {
            let series = input(id).ok_or_else(|| format!("there is no query ${id}"))?;
            Worth::Series(series.into_iter().map(nameless).collect())
        }
        Node::Negate(inside) => each(worth(inside, input)?, |value| -value),
        Node::Not(inside) => each(worth(inside, input)?, |value| Operator::Equal.of(value, 0.0)),
        Node::Call(function, inside) => each(worth(inside, input)?, |value| function.of(value)),
        Node::Binary(operator, left, right) => {
            let of = |a, b| operator.of(a, b);
            match (worth(left, input)?, worth(right, input)?) {
                (Worth::Number(a), Worth::Number(b)) => Worth::Number(of(a, b)),
                (left @ Worth::Series(_), Worth::Number(b)) => each(left, |a| of(a, b)),
                (Worth::Number(a), right @ Worth::Series(_)) => each(right, |b| of(a, b)),
                (Worth::Series(left), Worth::Series(right)) => Worth::Series(pairs(&left, &right, of)),
            }
        }
    })
}

fn nameless(series: GridSeries) -> GridSeries {
    GridSeries { labels: series.labels.filtered(|name| name != METRIC_NAME), values: series.values }
}

fn each(worth: Worth, change: impl Fn(f64) -> f64) -> Worth {
    match worth {
        Worth::Number(number) => Worth::Number(change(number)),
        Worth::Series(mut all) => {
            for value in all.iter_mut().flat_map(|series| &mut series.values) {
                *value = change(*value);
            }
            Worth::Series(all)
        }
    }
}

/// Series go together where their labels are the same, or where one has all of the other's and more; a single series on
/// both sides goes together whatever its labels.
fn pairs(left: &[GridSeries], right: &[GridSeries], of: impl Fn(f64, f64) -> f64) -> Vec<GridSeries> {
    let mut found = Vec::new();
    let single = left.len() == 1 && right.len() == 1;
    for one in left {
        for other in right {
            let labels = if covers(&one.labels, &other.labels) {
                &one.labels
            } else if single || covers(&other.labels, &one.labels) {
                &other.labels
            } else {
                continue;
            };
            let values = one.values.iter().zip(&other.values).map(|(a, b)| of(*a, *b)).collect();
            found.push(GridSeries { labels: labels.clone(), values });
        }
    }
    found
}

/// Whether `labels` has all of `others`, with the same values.
fn covers(labels: &Labels, others: &Labels) -> bool {
    others.iter().all(|other| labels.get(other.name) == Some(other.value))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn series(labels: &[(&str, &str)], values: &[f64]) -> GridSeries {
        GridSeries { labels: Labels::new(labels.iter().copied()).unwrap(), values: values.to_vec() }
    }

    fn input(id: &str) -> Option<Vec<GridSeries>> {
        Some(match id {
            "A" => vec![
                series(&[("__name__", "a"), ("host", "x")], &[1.0, 2.0]),
                series(&[("host", "y")], &[3.0, f64::NAN]),
            ],
            "B" => vec![
                series(&[("__name__", "b"), ("host", "y")], &[6.0, 6.0]),
                series(&[("host", "z")], &[1.0, 1.0]),
            ],
            "Sum" => vec![series(&[], &[4.0, 0.0])],
            "one" => vec![series(&[("job", "api")], &[10.0, 20.0])],
            "two" => vec![series(&[("job", "web")], &[1.0, 2.0])],
            _ => return None,
        })
    }

    fn told(text: &str) -> String {
        let found = evaluate(&parse(text).unwrap(), 2, &input);
        match found {
            Ok(found) => {
                let one = |series: &GridSeries| {
                    let labels: Vec<_> = series.labels.iter().map(|label| label.value.to_owned()).collect();
                    format!("{}{:?}", labels.join(","), series.values)
                };
                found.iter().map(one).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error,
        }
    }

    #[test]
    fn calculations() {
        for (text, expected) in [
            ("1 + 2 * 3 ** 2", "[19.0, 19.0]"),
            ("2 ** 3 ** 2 % 100", "[12.0, 12.0]"),
            ("-(1 - 3) / 4e0", "[0.5, 0.5]"),
            ("$A * 2", "x[2.0, 4.0] y[6.0, NaN]"),
            ("$B / $A", "y[2.0, NaN]"),
            ("$A / $Sum * 100", "x[25.0, inf] y[75.0, NaN]"),
            ("$Sum - ${A}", "x[3.0, -2.0] y[1.0, NaN]"),
            ("$one / $two", "web[10.0, 10.0]"),
            ("$A > 1 && $A < 3", "x[0.0, 1.0] y[0.0, NaN]"),
            ("!$Sum || 0", "[0.0, 1.0]"),
            ("abs(0 - $one) + round(1.4)", "api[11.0, 21.0]"),
            ("is_nan($A) ", "x[0.0, 0.0] y[0.0, 1.0]"),
            ("is_inf(inf()) == is_number(5)", "[1.0, 1.0]"),
            ("$C + 1", "there is no query $C"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
