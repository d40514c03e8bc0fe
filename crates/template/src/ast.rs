//! A template as a tree. Printing it ([`Display`](std::fmt::Display)) gives a template that is the same.

use std::sync::Arc;

use crate::error::Position;
use crate::functions::Function;

/// What stands one after the other.
pub type Body = Vec<Node>;

/// A template: what one file, one `{{ define }}` or one `{{ block }}` says.
#[derive(Clone, Debug)]
pub struct Template {
    /// What it is called by; may be empty.
    pub name: Arc<str>,
    /// What it says.
    pub body: Body,
}

impl Template {
    /// Whether it says nothing but white space. Such a template never takes the place of one that says something.
    pub fn is_blank(&self) -> bool {
        self.body.iter().all(|node| matches!(node, Node::Text(_, text) if text.trim().is_empty()))
    }
}

/// A text or an action.
#[derive(Clone, Debug)]
pub enum Node {
    /// Text as it is, and where it starts. Comments divide it.
    Text(Position, Arc<str>),
    /// `{{ pipeline }}`: prints a value, or sets variables.
    Print(Pipeline),
    /// `{{ if }}`, `{{ with }}`.
    Choice(Choice),
    /// `{{ range }}`.
    Range(Box<Range>),
    /// `{{ template }}`, or what a `{{ block }}` leaves at its place.
    Call(Call),
    /// `{{ break }}`.
    Break,
    /// `{{ continue }}`.
    Continue,
}

/// The first branch whose pipeline is true.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Whether the value becomes the dot (`with`).
    pub with: bool,
    /// The first one and each `{{ else if }}` or `{{ else with }}`; never empty.
    pub branches: Vec<(Pipeline, Body)>,
    /// `{{ else }}`.
    pub otherwise: Option<Body>,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Range {
    /// What is looped over, with up to two variables.
    pub over: Pipeline,
    /// What is said for each element.
    pub body: Body,
    /// What is said if there is none.
    pub otherwise: Option<Body>,
}

/// A template said by another.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the name stands.
    pub position: Position,
    /// The template's name.
    pub name: Arc<str>,
    /// What becomes its dot and its `$`.
    pub argument: Option<Pipeline>,
}

/// Commands, each of which takes the value of the one before as its last argument.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where it starts.
    pub position: Position,
    /// The variables that take its value, with their `$`.
    pub variables: Vec<Arc<str>>,
    /// Whether these are there already (`=`), not new (`:=`).
    pub assigns: bool,
    /// The commands; never empty but in a `{{ template }}` without an argument.
    pub commands: Vec<Command>,
}

/// An operand alone, or a function or method with its arguments.
#[derive(Clone, Debug)]
pub struct Command {
    /// What is called, or the value.
    pub head: Operand,
    /// The arguments.
    pub arguments: Vec<Operand>,
}

/// A value's source.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Where it starts.
    pub position: Position,
    /// What it is.
    pub kind: OperandKind,
    /// The fields, keys or methods that are taken from it, one after the other.
    pub fields: Vec<Arc<str>>,
}

/// The kinds of operands.
#[derive(Clone, Debug)]
pub enum OperandKind {
    /// `.`
    Dot,
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A whole number and how it is written.
    Int(i64, Arc<str>),
    /// A number with a fraction or an exponent, and how it is written.
    Float(f64, Arc<str>),
    /// A string and how it is written, with its quotes.
    String(Arc<str>, Arc<str>),
    /// `$` or `$name`.
    Variable(Arc<str>),
    /// A function.
    Function(&'static Function),
    /// A pipeline in parentheses.
    Parentheses(Box<Pipeline>),
}
