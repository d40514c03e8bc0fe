//! Nodes: text, values, branches, loops and calls of templates.

use std::sync::Arc;

use super::Exec;
use crate::ast::{Call, Choice, Node, OperandKind, Pipeline, Range};
use crate::error::{Position, Stop};
use crate::format::print;
use crate::html::Escaped;
use crate::value::{Shape, Value};

/// How a walk goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'e> Exec<'e> {
    pub(super) fn body(&mut self, body: &'e [Node], dot: &Value) -> Result<Flow, Stop> {
        self.meter.enter()?;
        let mut flow = Flow::Next;
        for node in body {
            self.meter.steps(1)?;
            match node {
                Node::Text(position, text) => self.text(*position, text)?,
                Node::Print(pipeline) => self.print(pipeline, dot)?,
                Node::Choice(choice) => flow = self.choice(choice, dot)?,
                Node::Range(range) => self.range(range, dot)?,
                Node::Call(call) => self.call_template(call, dot)?,
                Node::Break => flow = Flow::Break,
                Node::Continue => flow = Flow::Continue,
            }
            if flow != Flow::Next {
                break;
            }
        }
        self.meter.leave();
        Ok(flow)
    }

    fn text(&mut self, position: Position, text: &str) -> Result<(), Stop> {
        self.out.text(text).map_err(|(stop, at)| stop.at(&self.template, position.after(&text[..at])))
    }

    fn print(&mut self, pipeline: &'e Pipeline, dot: &Value) -> Result<(), Stop> {
        if !pipeline.variables.is_empty() {
            self.pipeline(pipeline, dot)?;
            return Ok(());
        }
        let escaped = if self.out.is_html() { escaped(pipeline) } else { None };
        let value = match (escaped, &*pipeline.commands) {
            (None, _) => self.value(pipeline, dot)?,
            // The escape is done where the text goes, which may need another one, too.
            (Some(_), [only]) => {
                let arguments = self.arguments(&only.arguments, dot)?;
                match <[Value; 1]>::try_from(arguments) {
                    Ok([value]) => value,
                    Err(arguments) => {
                        let mut text = self.meter.text();
                        print(&mut text, &arguments)?;
                        text.finish().into()
                    }
                }
            }
            (Some(_), [before @ .., _]) => self.commands(before, dot)?,
            (Some(_), []) => Value::Nil,
        };
        self.out.value(&value, escaped).map_err(|stop| stop.at(&self.template, pipeline.position))
    }

    fn choice(&mut self, choice: &'e Choice, dot: &Value) -> Result<Flow, Stop> {
        let outside = self.variables.len();
        for (pipeline, body) in &choice.branches {
            let value = self.pipeline(pipeline, dot)?;
            if value.is_true() {
                let flow = self.body(body, if choice.with { &value } else { dot })?;
                self.variables.truncate(outside);
                return Ok(flow);
            }
        }
        let flow = match &choice.otherwise {
            Some(body) => self.body(body, dot)?,
            None => Flow::Next,
        };
        self.variables.truncate(outside);
        Ok(flow)
    }

    fn range(&mut self, range: &'e Range, dot: &Value) -> Result<(), Stop> {
        let outside = self.variables.len();
        let over = self.value(&range.over, dot)?;
        if !range.over.assigns {
            self.variables.extend(range.over.variables.iter().map(|name| (Arc::clone(name), over.clone())));
        }
        let rounds = match &over {
            Value::Nil => 0,
            Value::Int(count) => self.count_up(range, *count)?,
            Value::List(list) => self.elements(range, list.items())?,
            Value::Map(map) => self.entries(range, map)?,
            Value::Object(object) => match object.shape() {
                Shape::List(list) => self.elements(range, list.items())?,
                Shape::Map(map) => self.entries(range, map)?,
                Shape::Fields(_) => return Err(self.no_range(range, &over)),
            },
            _ => return Err(self.no_range(range, &over)),
        };
        if let (0, Some(body)) = (rounds, &range.otherwise) {
            self.body(body, dot)?;
        }
        self.variables.truncate(outside);
        Ok(())
    }

    fn no_range(&self, range: &Range, over: &Value) -> Stop {
        let message = format!(
            "range goes over lists, maps and whole numbers, not over {}; use `with` for one value",
            over.described()
        );
        Stop::fault(message).at(&self.template, range.over.position)
    }

    fn count_up(&mut self, range: &'e Range, count: i64) -> Result<usize, Stop> {
        if range.over.variables.len() > 1 {
            let stop = Stop::fault("a range over a whole number has one variable; take the other one out");
            return Err(stop.at(&self.template, range.over.position));
        }
        let mut rounds = 0;
        for value in 0..count.max(0) {
            rounds += 1;
            if self.round(range, Value::Int(value), &Value::Int(value))? == Flow::Break {
                break;
            }
        }
        Ok(rounds)
    }

    fn elements(&mut self, range: &'e Range, items: &[Value]) -> Result<usize, Stop> {
        let mut rounds = 0;
        for (at, item) in items.iter().enumerate() {
            rounds += 1;
            if self.round(range, Value::Int(at as i64), item)? == Flow::Break {
                break;
            }
        }
        Ok(rounds)
    }

    fn entries(&mut self, range: &'e Range, map: &crate::value::Map) -> Result<usize, Stop> {
        let mut rounds = 0;
        for (key, value) in map.iter() {
            rounds += 1;
            if self.round(range, Value::String(Arc::clone(key)), value)? == Flow::Break {
                break;
            }
        }
        Ok(rounds)
    }

    fn round(&mut self, range: &'e Range, key: Value, value: &Value) -> Result<Flow, Stop> {
        self.meter.steps(1).map_err(|stop| stop.at(&self.template, range.over.position))?;
        match &*range.over.variables {
            [] => {}
            [one] => self.set(one, value.clone()),
            [first, second, ..] => {
                self.set(first, key);
                self.set(second, value.clone());
            }
        }
        let inside = self.variables.len();
        let flow = self.body(&range.body, value)?;
        self.variables.truncate(inside);
        Ok(flow)
    }

    fn call_template(&mut self, call: &'e Call, dot: &Value) -> Result<(), Stop> {
        let data = match &call.argument {
            Some(argument) => self.pipeline(argument, dot)?,
            None => Value::Nil,
        };
        let said = match self.scope.find(&call.name) {
            Some(template) => self.say(template, &data, Vec::new()),
            None => Err(self.scope.unknown(&call.name)),
        };
        // What the called template has wrong has its place there.
        said.map_err(|stop| stop.at(&self.template, call.position))
    }
}

/// Whether the last command of a pipeline does nothing but escape what comes before.
fn escaped(pipeline: &Pipeline) -> Option<Escaped> {
    let last = pipeline.commands.last()?;
    let OperandKind::Function(function) = &last.head.kind else { return None };
    let alone = pipeline.commands.len() == 1;
    if !last.head.fields.is_empty() || last.arguments.is_empty() == alone {
        return None;
    }
    match function.name {
        "html" => Some(Escaped::Html),
        "urlquery" => Some(Escaped::UrlQuery),
        _ => None,
    }
}
