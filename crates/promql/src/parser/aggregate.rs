//! Aggregations: `sum by (a) (x)` and `sum(x) by (a)`.

use super::{Node, Parser, Result};
use crate::ast::{Aggregate, AggregateOp, ExprKind, Grouping, Span};
use crate::lexer::{Keyword, TokenKind};

impl Parser<'_> {
    pub(super) fn aggregation(&mut self, op: AggregateOp) -> Result<Node> {
        let start = self.take().span.start;
        self.aggregations += 1;
        let before = self.grouping()?;
        if self.kind() != TokenKind::LeftParen {
            return Err(self.unexpected("", ""));
        }
        let args = self.args()?;
        // Behind the arguments Prometheus no longer names the aggregation, unless there is another around it.
        self.aggregations -= 1;
        let grouping = match before {
            Some(grouping) => grouping,
            None => self.grouping()?.unwrap_or(Grouping::By(Vec::new())),
        };
        let span = Span { start, end: self.last_end() };
        let depth = args.iter().map(|arg| arg.depth).max().unwrap_or_default();
        let (found, expected) = (args.len(), if op.param_type().is_some() { 2 } else { 1 });
        if found == 0 {
            return self.error(span, "no arguments for aggregate expression provided");
        }
        let mut args = args.into_iter().map(|arg| Box::new(arg.expr));
        let param = if expected == 2 { args.next() } else { None };
        match (args.next(), args.next()) {
            (Some(expr), None) => {
                let aggregate = Aggregate { op, param, expr, grouping };
                self.node(ExprKind::Aggregate(aggregate), span, depth)
            }
            _ => self.error(
                span,
                format!(
                    "wrong number of arguments for aggregate expression provided, expected {expected}, got {found}"
                ),
            ),
        }
    }

    fn grouping(&mut self) -> Result<Option<Grouping>> {
        let by = match self.kind() {
            TokenKind::Keyword(Keyword::By) => true,
            TokenKind::Keyword(Keyword::Without) => false,
            _ => return Ok(None),
        };
        self.take();
        let labels = self.labels()?;
        Ok(Some(if by { Grouping::By(labels) } else { Grouping::Without(labels) }))
    }
}
