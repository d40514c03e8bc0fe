//! Aggregations.

use crate::answer::EvalError;
use crate::ast::{Aggregate, AggregateOp, Grouping};
use crate::eval::column::Steps;
use crate::eval::keys::Picker;
use crate::eval::node::{Aggregation, Param, VectorNode};
use crate::eval::plan::{Planned, Planner, text};

impl Planner<'_> {
    pub(super) fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let op = aggregate.op;
        let mut picker = Picker::grouping(&aggregate.grouping);
        let input = self.vector(&aggregate.expr, steps)?;
        let mut invariant = input.invariant;
        let param = match &aggregate.param {
            None => Param::None,
            Some(param) if op == AggregateOp::CountValues => {
                let label = text(param)?;
                if label.is_empty() {
                    return Err(EvalError::Execution(format!("invalid label name {label:?}")));
                }
                if let Grouping::By(names) = &aggregate.grouping {
                    picker = Picker::on(names.iter().chain([&label]));
                }
                Param::Label(label)
            }
            Some(param) => {
                let number = self.scalar(param, steps)?;
                invariant &= number.invariant;
                Param::Number(number.within(invariant), param.span)
            }
        };
        let keeps_series = matches!(
            op,
            AggregateOp::Topk | AggregateOp::Bottomk | AggregateOp::Limitk | AggregateOp::LimitRatio
        );
        let distinct = if keeps_series { input.distinct } else { !picker.picks_name() };
        let aggregation = Aggregation { op, param, input: input.within(invariant), picker };
        Ok(Planned { node: VectorNode::Aggregate(Box::new(aggregation)), invariant, distinct })
    }
}
