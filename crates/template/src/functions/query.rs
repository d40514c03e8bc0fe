//! Queries and what they answer.

use std::sync::Arc;

use super::arguments::{text, unfit};
use super::{ANY, Function};
use crate::env::QueriedSample;
use crate::error::Stop;
use crate::exec::Exec;
use crate::value::{Field, List, Map, Object, Shape, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_rules("query", 1, 1, query),
    Function::of_rules("first", 1, 1, first),
    Function::of_rules("label", 2, 2, |_, arguments| {
        let name = text(arguments, 0)?;
        Ok(labels(sample(arguments, 1)?).get(name))
    }),
    Function::of_rules("value", 1, 1, |_, arguments| Ok(sample(arguments, 0)?[1].value.clone())),
    // In consoles a series with this label carries a text.
    Function::of_rules("strvalue", 1, 1, |_, arguments| Ok(labels(sample(arguments, 0)?).get("__value__"))),
    Function::of_rules("sortByLabel", 2, 2, sort_by_label),
    Function::of_rules("tmpl", 2, 2, |exec, arguments| {
        let name = Arc::clone(text(arguments, 0)?);
        exec.said(&name, &arguments[1])
    }),
    Function::of_rules("args", 0, ANY, |exec, arguments| {
        exec.meter.steps(arguments.len() / 8)?;
        let named = arguments.iter().enumerate().map(|(at, value)| (format!("arg{at}"), value.clone()));
        super::collections::shallow(Map::new(named).into())
    }),
];

/// A sample: its labels and its value.
#[derive(Debug)]
struct Sample([Field; 2]);

impl Sample {
    fn of(sample: &QueriedSample) -> Self {
        let labels = Map::strings(sample.labels.iter().map(|label| (label.name, label.value)));
        Self([
            Field { name: "Labels", key: "Labels", value: labels.into() },
            Field { name: "Value", key: "Value", value: sample.value.into() },
        ])
    }
}

const SAMPLE: &str = "*template.sample";

impl Object for Sample {
    fn type_name(&self) -> &str {
        SAMPLE
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Fields(&self.0)
    }
}

fn query(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let expression = text(arguments, 0)?;
    let Some(queries) = exec.env.queries else {
        return Err(Stop::fault("queries are not answered here"));
    };
    let samples =
        queries.query(expression).map_err(|reason| Stop::fault(format!("{reason} (in {expression:?})")))?;
    exec.meter.steps(samples.len() / 8)?;
    let samples: Vec<Value> =
        samples.iter().map(|sample| Value::Object(Arc::new(Sample::of(sample)))).collect();
    Ok(List::new(samples).into())
}

fn first(_: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let list = samples(arguments, 0)?;
    list.items().first().cloned().ok_or_else(|| {
        Stop::fault(
            "the query has no answer at all; look first: `{{ with query … }}{{ . | first | … }}{{ end }}`",
        )
    })
}

fn sort_by_label(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let name = text(arguments, 0)?;
    let list = samples(arguments, 1)?;
    exec.meter.steps(list.len() / 8)?;
    let mut sorted = list.items().to_vec();
    let key = |value: &Value| match value {
        Value::Object(object) => match object.shape() {
            Shape::Fields([first, ..]) => first.value.as_map().map(|labels| labels.get(name)),
            _ => None,
        },
        _ => None,
    };
    sorted.sort_by_cached_key(|value| key(value).and_then(|value| value.as_str().map(str::to_owned)));
    Ok(List::new(sorted).into())
}

/// The samples of a query at a place, which must be there.
fn samples(arguments: &[Value], at: usize) -> Result<&List, Stop> {
    let is_sample = |value: &Value| matches!(value, Value::Object(object) if object.type_name() == SAMPLE);
    match &arguments[at] {
        Value::List(list) if !list.is_strings() && list.items().iter().all(is_sample) => Ok(list),
        other => Err(unfit(at, "what a query answers", other, "")),
    }
}

/// The labels and the value of the sample at a place, which must be there.
fn sample(arguments: &[Value], at: usize) -> Result<&[Field], Stop> {
    match &arguments[at] {
        Value::Object(object) if object.type_name() == SAMPLE => match object.shape() {
            Shape::Fields(fields @ [_, _]) => Ok(fields),
            _ => Err(unfit(at, "a sample", &arguments[at], "")),
        },
        other => Err(unfit(at, "a sample", other, "; take one of a query's by `first` or `range`")),
    }
}

/// The labels of a sample's fields, of which they are the first.
fn labels(fields: &[Field]) -> Map {
    fields[0].value.as_map().cloned().unwrap_or_else(|| Map::strings([("", ""); 0]))
}
