//! Operators between two expressions, one of them a vector at least.

use crate::answer::EvalError;
use crate::ast::{Binary, BinaryOp, Cardinality, Expr, ValueType, VectorMatching};
use crate::check::value_type;
use crate::eval::binary::{is_comparison, is_set};
use crate::eval::column::Steps;
use crate::eval::keys::Picker;
use crate::eval::node::{Match, Matching, NameCheck, SetOperation, VectorNode, WithScalar};
use crate::eval::plan::{Planned, Planner};

impl Planner<'_> {
    pub(super) fn binary(&mut self, binary: &Binary, steps: Steps) -> Result<Planned<VectorNode>, EvalError> {
        if value_type(&binary.lhs) == ValueType::Scalar {
            return self.with_scalar(binary, &binary.rhs, &binary.lhs, true, steps);
        }
        if value_type(&binary.rhs) == ValueType::Scalar {
            return self.with_scalar(binary, &binary.lhs, &binary.rhs, false, steps);
        }
        let matching = binary.matching.clone().unwrap_or(VectorMatching {
            card: Cardinality::OneToOne,
            on: false,
            labels: Vec::new(),
            include: Vec::new(),
        });
        let picker =
            if matching.on { Picker::on(&matching.labels) } else { Picker::ignoring(&matching.labels) };
        let lhs = self.vector(&binary.lhs, steps)?;
        let rhs = self.vector(&binary.rhs, steps)?;
        let invariant = lhs.invariant && rhs.invariant;
        let (op, return_bool) = (binary.op, binary.return_bool);
        if is_set(op) {
            let distinct = lhs.distinct && op != BinaryOp::Or;
            let (lhs, rhs) = (lhs.within(invariant), rhs.within(invariant));
            let node = VectorNode::Set(Box::new(SetOperation { op, lhs, rhs, picker }));
            return Ok(Planned { node, invariant, distinct });
        }
        let result = if matching.on {
            Picker::on(&matching.labels)
        } else {
            Picker::all_but(matching.labels.iter().map(String::as_str))
        };
        let distinct = (return_bool || !is_comparison(op)) && matching.include.is_empty();
        let matching = Matching { card: matching.card, picker, result, include: matching.include };
        let (lhs, rhs) = (lhs.within(invariant), rhs.within(invariant));
        let node = VectorNode::Match(Box::new(Match { op, return_bool, lhs, rhs, matching }));
        Ok(Planned { node, invariant, distinct })
    }

    fn with_scalar(
        &mut self,
        binary: &Binary,
        input: &Expr,
        scalar: &Expr,
        scalar_first: bool,
        steps: Steps,
    ) -> Result<Planned<VectorNode>, EvalError> {
        let input = self.vector(input, steps)?;
        let scalar = self.scalar(scalar, steps)?;
        let invariant = input.invariant && scalar.invariant;
        let (op, return_bool) = (binary.op, binary.return_bool);
        let drops_name = return_bool || !is_comparison(op);
        let check = if drops_name { input.check(NameCheck::Merge) } else { NameCheck::Distinct };
        let distinct = drops_name || input.distinct;
        let (input, scalar) = (input.within(invariant), scalar.within(invariant));
        let operation = WithScalar { op, return_bool, input, scalar, scalar_first, check };
        Ok(Planned { node: VectorNode::WithScalar(Box::new(operation)), invariant, distinct })
    }
}
