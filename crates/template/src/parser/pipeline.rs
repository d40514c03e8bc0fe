//! Pipelines: commands and their operands.

use std::sync::Arc;

use super::Parser;
use crate::ast::{Command, Operand, OperandKind, Pipeline};
use crate::error::{Position, TemplateError};
use crate::functions::Function;
use crate::lexer::{Kind, Token};

impl Parser<'_, '_> {
    /// A pipeline up to its end, which is taken. `owner` is whose it is, for errors; `most` the variables that it may set.
    pub(super) fn pipeline(
        &mut self,
        owner: &str,
        end: Kind,
        most: usize,
    ) -> Result<Pipeline, TemplateError> {
        self.skip_space();
        let position = self.peek().map_or(Position { line: 1, column: 1 }, |token| token.position);
        let (variables, assigns) = self.variables(owner, most)?;
        let commands = self.commands(owner, end)?;
        for command in commands.iter().skip(1) {
            if !is_callable(&command.head) {
                let message = format!(
                    "`{}` can't take what comes through the `|` before it; call a function or a method there",
                    command.head
                );
                return Err(self.error(command.head.position, message));
            }
        }
        if assigns {
            for variable in &variables {
                self.known_variable(variable, position)?;
            }
        } else {
            self.variables.extend(variables.iter().cloned());
        }
        Ok(Pipeline { position, variables, assigns, commands })
    }

    /// The variables before `:=` or `=`, if there are any, and whether it is `=`.
    fn variables(&mut self, owner: &str, most: usize) -> Result<(Vec<Arc<str>>, bool), TemplateError> {
        let start = self.at;
        let mut variables = Vec::new();
        loop {
            self.skip_space();
            let Some(variable) = self.take(Kind::Variable) else { break };
            variables.push(Arc::from(variable.text));
            self.skip_space();
            let assigns = match self.peek().map(|token| token.kind) {
                Some(Kind::Comma) => {
                    self.next();
                    continue;
                }
                Some(kind @ (Kind::Declare | Kind::Assign)) => kind == Kind::Assign,
                _ => break,
            };
            if variables.len() > most {
                let message = format!("{owner} can set {most} of the {} variables here", variables.len());
                return Err(self.error(variable.position, message));
            }
            self.next();
            return Ok((variables, assigns));
        }
        self.at = start;
        Ok((Vec::new(), false))
    }

    fn commands(&mut self, owner: &str, end: Kind) -> Result<Vec<Command>, TemplateError> {
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            let Some(token) = self.peek() else {
                return Err(self.error_here("the text ends in an action; close it with `}}`"));
            };
            if token.kind == end {
                if commands.is_empty() {
                    let message = format!("{owner} has no value; write one before {}", self.found());
                    return Err(self.error(token.position, message));
                }
                self.next();
                return Ok(commands);
            }
            commands.push(self.command()?);
        }
    }

    /// Operands up to a `|`, which is taken, or to the end of the pipeline.
    fn command(&mut self) -> Result<Command, TemplateError> {
        let head = self.operand()?;
        let mut arguments = Vec::new();
        loop {
            match self.peek() {
                Some(token) if token.kind == Kind::Space => {
                    self.skip_space();
                    let ends =
                        |token: Token<'_>| matches!(token.kind, Kind::Pipe | Kind::Close | Kind::Right);
                    if self.peek().is_some_and(ends) {
                        continue;
                    }
                    arguments.push(self.operand()?);
                }
                Some(token) if token.kind == Kind::Pipe => {
                    self.next();
                    break;
                }
                Some(token) if !matches!(token.kind, Kind::Close | Kind::Right) => {
                    let message = match token.kind {
                        Kind::Comma => "arguments stand beside each other without commas".into(),
                        Kind::Declare | Kind::Assign => {
                            "only variables can be set; their names start with `$`".into()
                        }
                        _ => format!("put a space before `{}`", token.text),
                    };
                    return Err(self.error(token.position, message));
                }
                _ => break,
            }
        }
        Ok(Command { head, arguments })
    }

    fn operand(&mut self) -> Result<Operand, TemplateError> {
        let Some(token) = self.next() else {
            return Err(self.error_here("the text ends in an action; close it with `}}`"));
        };
        let kind = match token.kind {
            Kind::Dot => OperandKind::Dot,
            Kind::Field => {
                self.at -= 1;
                OperandKind::Dot
            }
            Kind::Word => self.word(token)?,
            Kind::Variable => {
                self.known_variable(token.text, token.position)?;
                OperandKind::Variable(token.text.into())
            }
            Kind::Number => self.number(token)?,
            Kind::Character => self.character(token)?,
            Kind::Quoted | Kind::Raw => OperandKind::String(self.string(token)?, token.text.into()),
            Kind::Left => {
                self.enter(token.position)?;
                let pipeline = self.pipeline("this parenthesis", Kind::Right, 1)?;
                self.depth -= 1;
                OperandKind::Parentheses(Box::new(pipeline))
            }
            _ => {
                self.at -= 1;
                let found = self.found();
                let message = format!("a value or a function is missing here before {found}");
                return Err(self.error(token.position, message));
            }
        };
        let mut fields = Vec::new();
        while let Some(field) = self.take(Kind::Field) {
            fields.push(Arc::from(&field.text[1..]));
        }
        let takes_fields = match kind {
            OperandKind::Dot => token.kind == Kind::Field,
            OperandKind::Variable(_) | OperandKind::Function(_) | OperandKind::Parentheses(_) => true,
            _ => false,
        };
        if !takes_fields && !fields.is_empty() {
            let message = format!("`{}` has no field {:?}; put a space between them", token.text, fields[0]);
            return Err(self.error(token.position, message));
        }
        Ok(Operand { position: token.position, kind, fields })
    }

    fn word(&mut self, token: Token<'_>) -> Result<OperandKind, TemplateError> {
        match token.text {
            "true" => Ok(OperandKind::Bool(true)),
            "false" => Ok(OperandKind::Bool(false)),
            "nil" => Ok(OperandKind::Nil),
            name if self.is_set() => {
                let message = format!("only variables can be set; their names start with `$`: `${name}`");
                Err(self.error(token.position, message))
            }
            name => match Function::named(name, self.dialect) {
                Ok(function) => Ok(OperandKind::Function(function)),
                Err(message) => Err(self.error(token.position, message)),
            },
        }
    }

    /// Whether `:=` or `=` stands here.
    fn is_set(&self) -> bool {
        let next = self.tokens[self.at..].iter().find(|token| token.kind != Kind::Space);
        next.is_some_and(|token| matches!(token.kind, Kind::Declare | Kind::Assign))
    }

    fn known_variable(&self, name: &str, position: Position) -> Result<(), TemplateError> {
        if self.variables.iter().any(|known| **known == *name) {
            return Ok(());
        }
        let near = self
            .variables
            .iter()
            .filter(|known| known.len() > 1)
            .map(|known| (strsim::levenshtein(known, name), known));
        let hint = match near.min_by_key(|(distance, _)| *distance) {
            Some((distance, known)) if distance <= 2 && distance * 2 < name.len() => {
                format!("did you mean `{known}`?")
            }
            _ => format!("set it before by `{name} := …`"),
        };
        Err(self.error(position, format!("there is no variable `{name}` here; {hint}")))
    }
}

/// Whether an operand can take the value of the command before.
fn is_callable(operand: &Operand) -> bool {
    match operand.kind {
        OperandKind::Dot => !operand.fields.is_empty(),
        OperandKind::Nil
        | OperandKind::Bool(_)
        | OperandKind::Int(..)
        | OperandKind::Float(..)
        | OperandKind::String(..) => false,
        OperandKind::Variable(_) | OperandKind::Function(_) | OperandKind::Parentheses(_) => true,
    }
}
