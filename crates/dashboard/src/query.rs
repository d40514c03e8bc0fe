use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::{fields, words};
use crate::{Reducer, is_default};

/// One query of a panel: PromQL, or a calculation from the panel's other queries.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Query {
    /// Unique in the panel, by custom a letter: what calculations call it.
    pub id: String,
    /// PromQL.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expr: String,
    /// A calculation from other queries: `$A / ($A + $B) * 100`. Series with the same labels go together.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub math: String,
    /// Another query with each series made one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduce: Option<ReduceOf>,
    /// What its series are called; `{{label}}` stands for a label's value. Empty: by the labels that tell them apart.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub legend: String,
    /// Whether only the newest values are asked for.
    #[serde(skip_serializing_if = "is_default")]
    pub instant: bool,
    /// What the answer is made into.
    #[serde(skip_serializing_if = "is_default")]
    pub shape: QueryShape,
    /// The shortest step: `30s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_step: Option<String>,
    /// Whether it is there for calculations alone.
    #[serde(skip_serializing_if = "is_default")]
    pub hide: bool,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { Query { id, expr, math, reduce, legend, instant, shape, min_step, hide } keeps other }

/// An order of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least first.
    Rising,
    /// The greatest first.
    Falling,
}

/// What an answer is made into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryShape {
    /// Series over time.
    #[default]
    Series,
    /// A row for each series, a column for each label.
    Table,
    /// Buckets of a classic histogram, from the label `le`.
    Heatmap,
}

/// Another query with each series made one number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReduceOf {
    /// The other query's id.
    pub query: String,
    /// How.
    pub by: Reducer,
}

impl Query {
    /// What stands in the place of a query's text where that is not to be known, as on a shared dashboard: something that asks
    /// for nothing.
    const WITHHELD: &str = "0";

    /// The same for a text that is a selector and no more: what lies between the points of such a query can be asked for.
    pub const WITHHELD_SELECTOR: &str = "_";

    /// The same for queries whose answers are in the order of their values.
    const WITHHELD_RISING: &str = "sort(0)";
    const WITHHELD_FALLING: &str = "sort_desc(0)";

    /// What stands in the place of this query's text where that is not to be known. `selector`: whether it is one and no more.
    pub fn withheld(&self, selector: bool) -> &'static str {
        match self.order() {
            _ if self.expr.is_empty() => "",
            _ if selector => Self::WITHHELD_SELECTOR,
            Some(Order::Rising) => Self::WITHHELD_RISING,
            Some(Order::Falling) => Self::WITHHELD_FALLING,
            None => Self::WITHHELD,
        }
    }

    /// Whether its text is withheld.
    pub fn is_withheld(&self) -> bool {
        [Self::WITHHELD, Self::WITHHELD_SELECTOR, Self::WITHHELD_RISING, Self::WITHHELD_FALLING]
            .contains(&self.expr.as_str())
    }

    /// The order of values that its outermost function gives its answer, if it is asked for as an instant query.
    pub fn order(&self) -> Option<Order> {
        let text = self.expr.trim_start();
        let end =
            text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != ':')?;
        let (function, rest) = text.split_at(end);
        let rest = rest.trim_start().to_ascii_lowercase();
        if !["(", "by", "without"].iter().any(|start| rest.starts_with(start)) {
            return None;
        }
        match function.to_ascii_lowercase().as_str() {
            "sort" | "bottomk" => Some(Order::Rising),
            "sort_desc" | "topk" => Some(Order::Falling),
            _ => None,
        }
    }

    /// PromQL with a name for its series.
    pub fn new(id: &str, expr: &str, legend: &str) -> Self {
        Self { id: id.to_owned(), expr: expr.to_owned(), legend: legend.to_owned(), ..Self::default() }
    }

    /// The ids of the queries that it calculates from.
    pub fn inputs(&self) -> Vec<&str> {
        let mut inputs: Vec<&str> = Vec::new();
        for (at, _) in self.math.match_indices('$') {
            let rest = self.math[at + 1..].trim_start_matches('{');
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let id = &rest[..end];
            if !id.is_empty() && !inputs.contains(&id) {
                inputs.push(id);
            }
        }
        inputs.extend(self.reduce.as_ref().map(|reduce| reduce.query.as_str()));
        inputs
    }
}

words! {
    QueryShape { Series = "series", Table = "table", Heatmap = "heatmap" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_queries_are_ordered_as_their_outermost_function_says() {
        let query = |expr: &str| Query { instant: true, ..Query::new("A", expr, "") };
        let orders = [
            (" sort_desc(topk(10, x))", Some(Order::Falling), "sort_desc(0)"),
            ("topk by (job) (3, x)", Some(Order::Falling), "sort_desc(0)"),
            ("sort (x)", Some(Order::Rising), "sort(0)"),
            ("BOTTOMK(3, x)", Some(Order::Rising), "sort(0)"),
            ("sorted_total", None, "0"),
            ("topk:cpu", None, "0"),
            ("sort{a=\"b\"}", None, "0"),
            ("sum(sort(x))", None, "0"),
            ("", None, ""),
        ];
        for (expr, order, withheld) in orders {
            let query = query(expr);
            assert_eq!(query.order(), order, "{expr}");
            assert_eq!(query.withheld(false), withheld, "{expr}");
            let told = Query { expr: withheld.to_owned(), ..query.clone() };
            assert_eq!((told.order(), told.is_withheld()), (order, !expr.is_empty()), "{expr}");
        }
    }

    #[test]
    fn calculations_name_their_inputs() {
        let math = |text: &str| Query { math: text.to_owned(), ..Query::default() };
        assert_eq!(math("$A / ($A + ${B}) * 100").inputs(), ["A", "B"]);
        assert_eq!(math("1 + $").inputs(), [""; 0]);
        let reduce = Some(ReduceOf { query: "C".to_owned(), by: Reducer::Max });
        assert_eq!(Query { reduce, ..Query::default() }.inputs(), ["C"]);
    }
}
