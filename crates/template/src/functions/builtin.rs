//! The functions of Go's language (<https://pkg.go.dev/text/template#hdr-Functions>) that print, compare and decide.

use super::{ANY, Function, Kind};
use crate::error::Stop;
use crate::exec::Exec;
use crate::format;
use crate::value::{Value, equal, less};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "and", count: (1, ANY), dialect: None, kind: Kind::And },
    Function { name: "or", count: (1, ANY), dialect: None, kind: Kind::Or },
    Function::of_all("not", 1, 1, |_, arguments| Ok(Value::Bool(!arguments[0].is_true()))),
    Function::of_all("eq", 2, ANY, |_, arguments| any_equal(arguments).map(Value::Bool)),
    Function::of_all("ne", 2, 2, |_, arguments| Ok(Value::Bool(!equal(&arguments[0], &arguments[1])?))),
    Function::of_all("lt", 2, 2, |_, arguments| Ok(Value::Bool(less(&arguments[0], &arguments[1])?))),
    Function::of_all("le", 2, 2, |_, arguments| Ok(Value::Bool(at_most(arguments)?))),
    // What is not at most as large is larger: so it is with NaN, too.
    Function::of_all("gt", 2, 2, |_, arguments| Ok(Value::Bool(!at_most(arguments)?))),
    Function::of_all("ge", 2, 2, |_, arguments| Ok(Value::Bool(!less(&arguments[0], &arguments[1])?))),
    Function::of_all("print", 0, ANY, print),
    Function::of_all("println", 0, ANY, println),
    Function::of_all("printf", 1, ANY, printf),
];

/// Whether the first one is the same as any other.
fn any_equal(arguments: &[Value]) -> Result<bool, Stop> {
    for other in &arguments[1..] {
        if equal(&arguments[0], other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn at_most(arguments: &[Value]) -> Result<bool, Stop> {
    Ok(less(&arguments[0], &arguments[1])? || equal(&arguments[0], &arguments[1])?)
}

fn print(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let mut out = exec.meter.text();
    format::print(&mut out, arguments)?;
    exec.meter.bytes(out.as_str().len())?;
    Ok(out.finish().into())
}

fn println(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let mut out = exec.meter.text();
    format::println(&mut out, arguments)?;
    exec.meter.bytes(out.as_str().len())?;
    Ok(out.finish().into())
}

fn printf(exec: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let mut out = exec.meter.text();
    format::printf(&mut out, super::arguments::text(arguments, 0)?, &arguments[1..])?;
    exec.meter.bytes(out.as_str().len())?;
    Ok(out.finish().into())
}
