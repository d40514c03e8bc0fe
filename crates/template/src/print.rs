//! Templates as text.

use std::fmt::{self, Display, Formatter};

use crate::ast::{Call, Choice, Command, Node, Operand, OperandKind, Pipeline, Range, Template};

impl Display for Template {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_body(&self.body, f)
    }
}

fn write_body(body: &[Node], f: &mut Formatter<'_>) -> fmt::Result {
    let mut brace = false;
    for node in body {
        if let Node::Text(_, text) = node {
            write_text(text, brace, f)?;
            brace = text.ends_with('{');
            continue;
        }
        // A brace before the delimiter would be taken for a part of it; trimming takes away what stands between.
        let open = if brace { " {{- " } else { "{{" };
        brace = false;
        match node {
            Node::Text(..) => {}
            Node::Print(pipeline) => write!(f, "{open}{pipeline}}}}}")?,
            Node::Choice(choice) => write_choice(choice, open, f)?,
            Node::Range(range) => write_range(range, open, f)?,
            Node::Call(call) => write_call(call, open, f)?,
            Node::Break => write!(f, "{open}break}}}}")?,
            Node::Continue => write!(f, "{open}continue}}}}")?,
        }
    }
    // What follows a body is an action.
    if brace { f.write_str(" {{- /**/}}") } else { Ok(()) }
}

/// A text; braces of two texts around a comment get a comment again.
fn write_text(text: &str, after_brace: bool, f: &mut Formatter<'_>) -> fmt::Result {
    const BETWEEN: &str = " {{- /**/ -}} ";
    let mut rest = text;
    if after_brace && rest.starts_with('{') {
        f.write_str(BETWEEN)?;
    }
    while let Some(at) = rest.find("{{") {
        f.write_str(&rest[..=at])?;
        f.write_str(BETWEEN)?;
        rest = &rest[at + 1..];
    }
    f.write_str(rest)
}

fn write_choice(choice: &Choice, open: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let word = if choice.with { "with" } else { "if" };
    for (at, (pipeline, body)) in choice.branches.iter().enumerate() {
        if at == 0 {
            write!(f, "{open}{word} {pipeline}}}}}")?;
        } else {
            write!(f, "{{{{else {word} {pipeline}}}}}")?;
        }
        write_body(body, f)?;
    }
    write_end(choice.otherwise.as_deref(), f)
}

fn write_range(range: &Range, open: &str, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{open}range {}}}}}", range.over)?;
    write_body(&range.body, f)?;
    write_end(range.otherwise.as_deref(), f)
}

fn write_end(otherwise: Option<&[Node]>, f: &mut Formatter<'_>) -> fmt::Result {
    if let Some(body) = otherwise {
        f.write_str("{{else}}")?;
        write_body(body, f)?;
    }
    f.write_str("{{end}}")
}

fn write_call(call: &Call, open: &str, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{open}template {}", crate::format::Quoted(&call.name))?;
    if let Some(argument) = &call.argument {
        write!(f, " {argument}")?;
    }
    f.write_str("}}")
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, variable) in self.variables.iter().enumerate() {
            write!(f, "{}{variable}", if at == 0 { "" } else { ", " })?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (at, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if at == 0 { "" } else { " | " })?;
        }
        Ok(())
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Dot if self.fields.is_empty() => f.write_str(".")?,
            OperandKind::Dot => {}
            OperandKind::Nil => f.write_str("nil")?,
            OperandKind::Bool(value) => value.fmt(f)?,
            OperandKind::Int(_, text) | OperandKind::Float(_, text) | OperandKind::String(_, text) => {
                f.write_str(text)?;
            }
            OperandKind::Variable(name) => f.write_str(name)?,
            OperandKind::Function(function) => f.write_str(function.name)?,
            OperandKind::Parentheses(pipeline) => write!(f, "({pipeline})")?,
        }
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}
