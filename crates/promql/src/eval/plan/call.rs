//! Calls of functions.

use watchfire_model::{Labels, METRIC_NAME, MatchOp};

use crate::answer::EvalError;
use crate::ast::{Expr, ExprKind, Span, ValueType};
use crate::check::value_type;
use crate::eval::annotations::parse_error;
use crate::eval::column::Steps;
use crate::eval::functions::{Implementation, MapFunction, RangeFunction, implementation, whole_pattern};
use crate::eval::node::{
    HistogramCall, HistogramFunction, MapCall, NameCheck, Order, RangeCall, Relabel, ScalarNode, VectorNode,
};
use crate::eval::plan::{Planned, PlannedScalar, Planner, text, unwrapped};
use crate::functions::Function;

/// Functions whose value depends on the step, even if those of their arguments do not.
const DEPEND_ON_STEP: [&str; 11] = [
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "predict_linear",
    "time",
    "timestamp",
    "year",
];

/// One argument of a call; the parser has counted them.
fn arg<'e>(args: &'e [Expr], index: usize, function: &Function, span: Span) -> Result<&'e Expr, EvalError> {
    args.get(index).ok_or_else(|| {
        let (wanted, found) = (function.required, args.len());
        parse_error(
            span,
            format!("expected {wanted} argument(s) in call to {:?}, got {found}", function.name),
        )
    })
}

impl Planner<'_> {
    pub(super) fn scalar_call(
        &mut self,
        function: &Function,
        args: &[Expr],
        span: Span,
        steps: Steps,
    ) -> Result<PlannedScalar, EvalError> {
        match function.name {
            "time" => Ok(PlannedScalar { node: ScalarNode::Time, invariant: false }),
            "pi" => Ok(PlannedScalar::number(std::f64::consts::PI)),
            "scalar" => {
                let input = self.vector(arg(args, 0, function, span)?, steps)?;
                let invariant = input.invariant;
                Ok(PlannedScalar { node: ScalarNode::Of(Box::new(input.node)), invariant })
            }
            name => Err(not_there(name, span)),
        }
    }

    pub(super) fn call(
        &mut self,
        function: &Function,
        args: &[Expr],
        span: Span,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let first = || arg(args, 0, function, span);
        match function.name {
            "vector" => {
                let scalar = self.scalar(first()?, steps)?;
                let invariant = scalar.invariant;
                Ok(Planned { node: VectorNode::Of(scalar.within(invariant)), invariant, distinct: true })
            }
            "absent" => {
                let input = self.vector(first()?, steps)?;
                let invariant = input.invariant;
                let labels = absent_labels(first()?);
                let node = VectorNode::Absent(Box::new(input.node), labels);
                Ok(Planned { node, invariant, distinct: true })
            }
            "absent_over_time" => {
                let source = self.range_source(first()?, true, steps)?;
                let invariant = source.invariant;
                let labels = absent_labels(first()?);
                let node = VectorNode::AbsentOver(Box::new(source.node), labels);
                Ok(Planned { node, invariant, distinct: true })
            }
            "label_replace" | "label_join" => {
                let relabel = relabel(function, args, span)?;
                let input = self.vector(first()?, steps)?;
                let invariant = input.invariant;
                let node = VectorNode::Relabel(Box::new(input.node), relabel);
                Ok(Planned { node, invariant, distinct: false })
            }
            "histogram_quantile" | "histogram_fraction" => self.histogram(function, args, span, steps),
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => {
                self.sort(function, args, span, steps)
            }
            "timestamp" => self.timestamp(first()?, steps),
            name => match implementation(name) {
                Some(Implementation::Range(implementation)) => {
                    self.range_call(function, implementation, args, span, steps)
                }
                Some(Implementation::Map(implementation)) => {
                    self.map_call(function, implementation, args, steps)
                }
                None => Err(not_there(name, span)),
            },
        }
    }

    fn range_call(
        &mut self,
        function: &Function,
        implementation: RangeFunction,
        args: &[Expr],
        span: Span,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let (mut source, mut scalars) = (None, Vec::new());
        for arg in args {
            if value_type(arg) == ValueType::Matrix {
                source = Some(self.range_source(arg, implementation.rolled.is_some(), steps)?);
            } else {
                scalars.push(self.scalar(arg, steps)?);
            }
        }
        let (Some(source), true) = (source, args.len() >= function.required) else {
            return Err(
                arg(&[], 0, function, span).map_or_else(|error| error, |_| not_there(function.name, span))
            );
        };
        let invariant = source.invariant
            && scalars.iter().all(|scalar| scalar.invariant)
            && !DEPEND_ON_STEP.contains(&function.name);
        let keeps_name = implementation.keeps_name;
        let call = RangeCall {
            function: implementation,
            check: if keeps_name || source.distinct { NameCheck::Distinct } else { NameCheck::Refuse },
            source: source.node,
            args: scalars.into_iter().map(|scalar| scalar.within(invariant)).collect(),
            span: arg(args, 0, function, span)?.span,
        };
        let distinct = !keeps_name || source.distinct;
        Ok(Planned { node: VectorNode::Range(Box::new(call)), invariant, distinct })
    }

    fn map_call(
        &mut self,
        function: &Function,
        implementation: MapFunction,
        args: &[Expr],
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let (input, rest) = if let Some((first, rest)) = args.split_first() {
            (self.vector(first, steps)?, rest)
        } else {
            // The functions of dates take the step's time.
            let node = VectorNode::Of(ScalarNode::Time);
            (Planned { node, invariant: false, distinct: true }, args)
        };
        let scalars = rest.iter().map(|arg| self.scalar(arg, steps)).collect::<Result<Vec<_>, _>>()?;
        let invariant = input.invariant
            && scalars.iter().all(|scalar| scalar.invariant)
            && !DEPEND_ON_STEP.contains(&function.name);
        let call = MapCall {
            function: implementation,
            check: input.check(NameCheck::Merge),
            input: input.within(invariant),
            args: scalars.into_iter().map(|scalar| scalar.within(invariant)).collect(),
        };
        Ok(Planned { node: VectorNode::Map(Box::new(call)), invariant, distinct: true })
    }

    /// The samples' own times of a selector; of anything else, the time at which it is evaluated.
    fn timestamp(&mut self, input: &Expr, steps: Steps) -> Result<Planned<VectorNode>, EvalError> {
        let (input, function) = match &unwrapped(input).kind {
            ExprKind::Vector(selector) => {
                (self.instant_selector(selector, input.span, true, steps)?, MapFunction::Identity)
            }
            _ => (self.vector(input, steps)?, MapFunction::StepTime),
        };
        let check = input.check(NameCheck::Merge);
        let call = MapCall { function, input: input.within(false), args: Vec::new(), check };
        Ok(Planned { node: VectorNode::Map(Box::new(call)), invariant: false, distinct: true })
    }

    fn sort(
        &mut self,
        function: &Function,
        args: &[Expr],
        span: Span,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let input = self.vector(arg(args, 0, function, span)?, steps)?;
        let names = args[1..].iter().map(text).collect::<Result<Vec<_>, _>>()?;
        // A range query's answer has an order of its own.
        if self.params.step > 0 {
            return Ok(input);
        }
        let descending = function.name.ends_with("_desc");
        let order = if function.name.starts_with("sort_by_label") {
            Order::Labels { names, descending }
        } else {
            Order::Value { descending }
        };
        let (invariant, distinct) = (input.invariant, input.distinct);
        Ok(Planned { node: VectorNode::Sort(Box::new(input.node), order), invariant, distinct })
    }

    fn histogram(
        &mut self,
        function: &Function,
        args: &[Expr],
        span: Span,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let input_at = if function.name == "histogram_quantile" { 1 } else { 2 };
        let input_expr = arg(args, input_at, function, span)?;
        let input = self.vector(input_expr, steps)?;
        let mut scalars =
            args[..input_at].iter().map(|arg| self.scalar(arg, steps)).collect::<Result<Vec<_>, _>>()?;
        let invariant = input.invariant && scalars.iter().all(|scalar| scalar.invariant);
        let second = if input_at == 2 { scalars.pop() } else { None };
        let first = scalars.pop().unwrap_or(PlannedScalar::number(f64::NAN)).within(invariant);
        let function = match second {
            None => HistogramFunction::Quantile { quantile: first, span: args[0].span },
            Some(upper) => HistogramFunction::Fraction { lower: first, upper: upper.within(invariant) },
        };
        let call = HistogramCall { function, input: input.within(invariant), input_span: input_expr.span };
        Ok(Planned { node: VectorNode::Histogram(Box::new(call)), invariant, distinct: true })
    }
}

fn relabel(function: &Function, args: &[Expr], span: Span) -> Result<Relabel, EvalError> {
    let text = |index| text(arg(args, index, function, span)?);
    let fail = |message: String| Err(EvalError::Execution(message));
    let target = text(1)?;
    if function.name == "label_replace" {
        let (replacement, source, pattern) = (text(2)?, text(3)?, text(4)?);
        let Ok(compiled) = whole_pattern(&pattern) else {
            return fail(format!("invalid regular expression in label_replace(): {pattern}"));
        };
        if target.is_empty() {
            return fail(format!("invalid destination label name in label_replace(): {target}"));
        }
        return Ok(Relabel::Replace { target, replacement, source, pattern: compiled });
    }
    let separator = text(2)?;
    let sources = (3..args.len()).map(text).collect::<Result<Vec<_>, _>>()?;
    if let Some(source) = sources.iter().find(|source| source.is_empty()) {
        return fail(format!("invalid source label name in label_join(): {source}"));
    }
    if target.is_empty() {
        return fail(format!("invalid destination label name in label_join(): {target}"));
    }
    Ok(Relabel::Join { target, separator, sources })
}

fn not_there(name: &str, span: Span) -> EvalError {
    parse_error(span, format!("function {name:?} can't be evaluated by this version"))
}

/// The labels that a series which is absent would surely have: those that one equality alone decides.
fn absent_labels(expr: &Expr) -> Labels {
    let (ExprKind::Vector(selector) | ExprKind::Matrix { selector, .. }) = &unwrapped(expr).kind else {
        return Labels::empty();
    };
    let mut labels = Labels::empty();
    let mut decided: Vec<&str> = Vec::new();
    for matcher in selector.matchers.iter().filter(|matcher| matcher.name != METRIC_NAME) {
        let name = matcher.name.as_str();
        if matcher.op == MatchOp::Equal && !decided.contains(&name) {
            labels = labels.with(name, &matcher.value);
            decided.push(name);
        } else {
            labels = labels.with(name, "");
        }
    }
    labels
}
