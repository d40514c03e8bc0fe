//! Pipelines, commands and operands.

use std::sync::Arc;

use super::Exec;
use crate::ast::{Command, Operand, OperandKind, Pipeline};
use crate::error::{Position, Stop};
use crate::functions::{Function, Kind};
use crate::value::Value;

impl<'e> Exec<'e> {
    /// The value of a pipeline, which its variables get.
    pub(super) fn pipeline(&mut self, pipeline: &'e Pipeline, dot: &Value) -> Result<Value, Stop> {
        let value = self.value(pipeline, dot)?;
        for variable in &pipeline.variables {
            if pipeline.assigns {
                self.set(variable, value.clone());
            } else {
                self.variables.push((Arc::clone(variable), value.clone()));
            }
        }
        Ok(value)
    }

    /// The value of a pipeline.
    pub(super) fn value(&mut self, pipeline: &'e Pipeline, dot: &Value) -> Result<Value, Stop> {
        self.commands(&pipeline.commands, dot)
    }

    pub(super) fn commands(&mut self, commands: &'e [Command], dot: &Value) -> Result<Value, Stop> {
        let mut last = None;
        for command in commands {
            last = Some(self.command(command, dot, last.take())?);
        }
        Ok(last.unwrap_or(Value::Nil))
    }

    /// Sets a variable that is there.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        // The parser has seen that it is.
        if let Some((_, place)) = self.variables.iter_mut().rev().find(|(known, _)| **known == *name) {
            *place = value;
        }
    }

    /// The value of a command, to which the value of the one before goes as its last argument.
    fn command(&mut self, command: &'e Command, dot: &Value, last: Option<Value>) -> Result<Value, Stop> {
        let head = &command.head;
        self.position = head.position;
        self.meter.steps(1).map_err(|stop| stop.at(&self.template, head.position))?;
        if let (OperandKind::Function(function), true) = (&head.kind, head.fields.is_empty()) {
            return self.function(function, &command.arguments, dot, last, head.position);
        }
        if let OperandKind::Nil = head.kind {
            let stop = Stop::fault("`nil` can be an argument only; an action needs a value");
            return Err(stop.at(&self.template, head.position));
        }
        let Some((name, before)) = head.fields.split_last() else {
            if !command.arguments.is_empty() || last.is_some() {
                let stop = Stop::fault(format!("`{head}` is no function and takes no arguments"));
                return Err(stop.at(&self.template, head.position));
            }
            return self.source(head, dot);
        };
        let value = self.fields(head, before, dot)?;
        let mut arguments = self.arguments(&command.arguments, dot)?;
        arguments.extend(last);
        self.field(&value, name, &arguments, before.is_empty())
            .map_err(|stop| stop.of(head).at(&self.template, head.position))
    }

    /// The value of an operand.
    fn operand(&mut self, operand: &'e Operand, dot: &Value) -> Result<Value, Stop> {
        self.meter.steps(1).map_err(|stop| stop.at(&self.template, operand.position))?;
        self.fields(operand, &operand.fields, dot)
    }

    /// The value of an operand with some of its fields taken.
    fn fields(&mut self, operand: &'e Operand, fields: &[Arc<str>], dot: &Value) -> Result<Value, Stop> {
        let mut value = self.source(operand, dot)?;
        for (at, name) in fields.iter().enumerate() {
            value = self
                .field(&value, name, &[], at == 0)
                .map_err(|stop| stop.of(operand).at(&self.template, operand.position))?;
        }
        Ok(value)
    }

    /// The value that an operand's fields are taken of.
    fn source(&mut self, operand: &'e Operand, dot: &Value) -> Result<Value, Stop> {
        match &operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Nil => Ok(Value::Nil),
            OperandKind::Bool(value) => Ok(Value::Bool(*value)),
            OperandKind::Int(value, _) => Ok(Value::Int(*value)),
            OperandKind::Float(value, _) => Ok(Value::Float(*value)),
            OperandKind::String(text, _) => Ok(Value::String(Arc::clone(text))),
            OperandKind::Variable(name) => {
                // The parser has seen that it is there.
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                Ok(found.map_or(Value::Nil, |(_, value)| value.clone()))
            }
            OperandKind::Function(function) => self.function(function, &[], dot, None, operand.position),
            OperandKind::Parentheses(pipeline) => {
                self.meter.enter().map_err(|stop| stop.at(&self.template, operand.position))?;
                let value = self.pipeline(pipeline, dot)?;
                self.meter.leave();
                Ok(value)
            }
        }
    }

    pub(super) fn arguments(&mut self, operands: &'e [Operand], dot: &Value) -> Result<Vec<Value>, Stop> {
        operands.iter().map(|operand| self.operand(operand, dot)).collect()
    }

    fn function(
        &mut self,
        function: &'static Function,
        operands: &'e [Operand],
        dot: &Value,
        last: Option<Value>,
        position: Position,
    ) -> Result<Value, Stop> {
        function
            .check_count(operands.len() + usize::from(last.is_some()))
            .map_err(|stop| stop.at(&self.template, position))?;
        let body = match function.kind {
            Kind::And => return self.first_of(operands, dot, last, false),
            Kind::Or => return self.first_of(operands, dot, last, true),
            Kind::Call(body) => body,
        };
        let mut arguments = self.arguments(operands, dot)?;
        arguments.extend(last);
        body(self, &arguments).map_err(|stop| stop.of(function.name).at(&self.template, position))
    }

    /// The first value that is as true as asked for, or the last one; those behind it are not looked at.
    fn first_of(
        &mut self,
        operands: &'e [Operand],
        dot: &Value,
        last: Option<Value>,
        truth: bool,
    ) -> Result<Value, Stop> {
        let mut value = Value::Nil;
        for operand in operands {
            value = self.operand(operand, dot)?;
            if value.is_true() == truth {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }
}
