//! Lists and maps made by templates.

use std::sync::Arc;

use super::arguments::{strings, text, unfit};
use super::{ANY, Function};
use crate::error::Stop;
use crate::exec::Exec;
use crate::format::{check_depth, write_json};
use crate::value::{List, Map, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_notifications("stringSlice", 0, ANY, |exec, arguments| {
        exec.meter.steps(arguments.len() / 8)?;
        let texts: Result<Vec<Arc<str>>, Stop> =
            (0..arguments.len()).map(|at| text(arguments, at).cloned()).collect();
        Ok(List::strings(texts?).into())
    }),
    Function::of_notifications("join", 2, 2, join),
    Function::of_notifications("list", 0, ANY, |exec, arguments| {
        exec.meter.steps(arguments.len() / 8)?;
        shallow(List::new(arguments).into())
    }),
    Function::of_notifications("append", 1, ANY, append),
    Function::of_notifications("dict", 0, ANY, dict),
    Function::of_notifications("toJson", 1, 1, |exec, arguments| {
        let mut out = exec.meter.text();
        write_json(&mut out, &arguments[0])?;
        exec.meter.bytes(out.as_str().len())?;
        Ok(out.finish().into())
    }),
];

/// Refuses a value that is nested too deep.
pub(super) fn shallow(value: Value) -> Result<Value, Stop> {
    check_depth(&value)?;
    Ok(value)
}

fn join(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let separator = text(arguments, 0)?;
    let list = strings(arguments, 1)?;
    exec.meter.steps(list.len() / 8)?;
    let mut out = exec.meter.text();
    for (at, item) in list.items().iter().enumerate() {
        if at > 0 {
            out.push(separator)?;
        }
        out.push(item.as_str().unwrap_or_default())?;
    }
    exec.meter.bytes(out.as_str().len())?;
    Ok(out.finish().into())
}

fn append(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let list = match &arguments[0] {
        Value::List(list) if !list.is_strings() => list.clone(),
        // No list is an empty one.
        Value::Nil => List::new([]),
        other => return Err(unfit(0, "a list", other, "; make one by `list`")),
    };
    exec.meter.steps((list.len() + arguments.len()) / 8)?;
    let items: Vec<Value> = list.items().iter().chain(&arguments[1..]).cloned().collect();
    shallow(List::new(items).into())
}

fn dict(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let (pairs, rest) = arguments.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Stop::fault("a key has no value; write a value behind each key"));
    }
    exec.meter.steps(pairs.len() / 8)?;
    let mut entries = Vec::with_capacity(pairs.len());
    for (at, [key, value]) in pairs.iter().enumerate() {
        match key {
            Value::String(key) => entries.push((Arc::clone(key), value.clone())),
            other => return Err(unfit(at * 2, "a key in quotes", other, "")),
        }
    }
    shallow(Map::new(entries).into())
}
