use watchfire_model::{METRIC_NAME, MatchOp, Matcher};
use watchfire_promql::ast::{AggregateOp, Expr, ExprKind, Selector, When};

/// How the answer of a query at one point of time depends on the range that it is asked for, and on what comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// Each point depends on the samples before it alone, so an answer can be put together from parts.
    Pointwise,
    /// The same, but only evaluated as a whole does it show an error: two series that never meet in one part may become
    /// one and the same.
    Whole,
    /// Points depend on the range or on later samples: `@`, or a negative offset. Also what is experimental.
    Ranged,
}

/// The nature of a query.
pub fn nature(expr: &Expr) -> Nature {
    if any(expr, &is_ranged) {
        return Nature::Ranged;
    }
    let relabels = any(expr, &|expr| match &expr.kind {
        ExprKind::Call { function, .. } => function.name == "label_replace" || function.name == "label_join",
        _ => false,
    });
    let unnamed = any(expr, &|expr| {
        selector(expr).is_some_and(|selector| {
            !selector.matchers.iter().any(|it| it.name == METRIC_NAME && it.op == MatchOp::Equal)
        })
    });
    // Where all series of a selector have one name, dropping it leaves them apart.
    let drops_names = any(expr, &|expr| {
        matches!(
            expr.kind,
            ExprKind::Call { .. } | ExprKind::Binary(_) | ExprKind::Unary { .. } | ExprKind::Subquery(_)
        )
    });
    if relabels || (unnamed && drops_names) { Nature::Whole } else { Nature::Pointwise }
}

/// The matchers of all selectors.
pub(super) fn matchers<'e>(expr: &'e Expr, found: &mut Vec<&'e Matcher>) {
    if let Some(selector) = selector(expr) {
        found.extend(&selector.matchers);
    }
    for child in expr.children() {
        matchers(child, found);
    }
}

fn selector(expr: &Expr) -> Option<&Selector> {
    match &expr.kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => Some(selector),
        _ => None,
    }
}

fn is_ranged(expr: &Expr) -> bool {
    let looks_elsewhere = |when: &When| when.at.is_some() || when.offset < 0;
    match &expr.kind {
        ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. } => looks_elsewhere(&selector.when),
        ExprKind::Subquery(subquery) => looks_elsewhere(&subquery.when),
        ExprKind::Call { function, .. } => function.experimental,
        ExprKind::Aggregate(aggregate) => {
            matches!(aggregate.op, AggregateOp::Limitk | AggregateOp::LimitRatio)
        }
        _ => false,
    }
}

fn any(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    is(expr) || expr.children().any(|child| any(child, is))
}

#[cfg(test)]
mod tests {
    use watchfire_promql::parse;

    use super::*;

    #[test]
    fn natures() {
        let table = [
            ("up", Nature::Pointwise),
            ("{job=\"a\"}", Nature::Pointwise),
            ("sum by (job) (rate(x_total[5m] offset 1h)) / time()", Nature::Pointwise),
            ("topk(3, max_over_time(up[1h:1m]))", Nature::Pointwise),
            ("sum({job=\"a\"})", Nature::Pointwise),
            ("rate({job=\"a\"}[5m])", Nature::Whole),
            ("-{__name__=~\"a|b\"}", Nature::Whole),
            ("label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")", Nature::Whole),
            ("up offset -5m", Nature::Ranged),
            ("1 + up @ 0", Nature::Ranged),
            ("topk(5, rate(x[5m] @ end()))", Nature::Ranged),
            ("max_over_time(up[1h:1m] offset -1m)", Nature::Ranged),
            ("sort_by_label(up, \"job\")", Nature::Ranged),
            ("limitk(3, up)", Nature::Ranged),
        ];
        for (text, expected) in table {
            assert_eq!(nature(&parse(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn all_selectors_are_found() {
        let expr = parse("sum(a) + max_over_time(b{x=\"1\"}[5m:1m])").unwrap();
        let mut found = Vec::new();
        matchers(&expr, &mut found);
        let names: Vec<&str> =
            found.iter().filter(|it| it.name == METRIC_NAME).map(|it| it.value.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
