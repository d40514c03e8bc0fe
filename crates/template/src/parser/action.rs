//! Actions: what a keyword starts, and the values that are printed.

use std::sync::Arc;

use super::{End, Parser};
use crate::ast::{Body, Call, Choice, Node, Pipeline, Range, Template};
use crate::error::{Position, TemplateError};
use crate::lexer::Kind;

impl Parser<'_, '_> {
    /// The action whose delimiter stood at a position; `None` for a definition.
    pub(super) fn action(&mut self, position: Position) -> Result<Option<Node>, TemplateError> {
        let word = self.peek().filter(|token| token.kind == Kind::Word);
        let Some(word) = word else {
            return self.pipeline("this action", Kind::Close, 1).map(|pipeline| Some(Node::Print(pipeline)));
        };
        let keyword = ["block", "break", "continue", "define", "if", "range", "template", "with"]
            .iter()
            .find(|keyword| **keyword == word.text);
        let Some(&keyword) = keyword else {
            return self.pipeline("this action", Kind::Close, 1).map(|pipeline| Some(Node::Print(pipeline)));
        };
        self.next();
        let (variables, loops) = (self.variables.len(), self.loops);
        self.enter(position)?;
        let node = match keyword {
            "break" => self.jump(position, keyword, Node::Break),
            "continue" => self.jump(position, keyword, Node::Continue),
            "template" => self.call(),
            "block" => self.block(position),
            "define" => {
                self.definition(position)?;
                self.depth -= 1;
                return Ok(None);
            }
            "range" => self.range(position),
            _ => self.choice(position, keyword),
        }?;
        self.depth -= 1;
        self.variables.truncate(variables);
        self.loops = loops;
        Ok(Some(node))
    }

    fn jump(&mut self, position: Position, word: &str, node: Node) -> Result<Node, TemplateError> {
        if self.loops == 0 {
            return Err(self.error(position, format!("`{word}` stands in no range; take it out")));
        }
        self.close(word)?;
        Ok(node)
    }

    /// The body of a block that must have an end, without the variables that it declares.
    fn block_body(&mut self, start: Position, word: &str) -> Result<(Body, Position, End), TemplateError> {
        let variables = self.variables.len();
        let (body, position, end) = self.body()?;
        self.variables.truncate(variables);
        if let End::Text = end {
            return Err(self.error(start, format!("this `{word}` is not closed; add `{{{{ end }}}}`")));
        }
        Ok((body, position, end))
    }

    fn choice(&mut self, start: Position, word: &str) -> Result<Node, TemplateError> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let pipeline = self.pipeline(&format!("`{word}`"), Kind::Close, 1)?;
            let (body, position, end) = self.block_body(start, word)?;
            branches.push((pipeline, body));
            let End::Else = end else { break };
            self.skip_space();
            if self.peek().is_some_and(|token| token.kind == Kind::Word && token.text == word) {
                self.next();
                continue;
            }
            otherwise = Some(self.otherwise(start, position, word)?);
            break;
        }
        Ok(Node::Choice(Choice { with: word == "with", branches, otherwise }))
    }

    /// The body of an `else` that is the last one.
    fn otherwise(&mut self, start: Position, at: Position, word: &str) -> Result<Body, TemplateError> {
        self.skip_space();
        if let Some(token) = self.peek().filter(|token| token.kind == Kind::Word) {
            let message = format!("`{word}` has no `else {}`; write `{{{{ else }}}}{{{{ {0}", token.text);
            return Err(self.error(at, format!("{message} … }}}}…{{{{ end }}}}`")));
        }
        self.close("else")?;
        let (body, position, end) = self.block_body(start, word)?;
        if let End::Else = end {
            let message = format!("this `{word}` has had its last `else`; close it with `{{{{ end }}}}`");
            return Err(self.error(position, message));
        }
        Ok(body)
    }

    fn range(&mut self, start: Position) -> Result<Node, TemplateError> {
        let over = self.pipeline("`range`", Kind::Close, 2)?;
        self.loops += 1;
        let (body, position, end) = self.block_body(start, "range")?;
        self.loops -= 1;
        let otherwise = match end {
            End::Else => Some(self.otherwise(start, position, "range")?),
            _ => None,
        };
        Ok(Node::Range(Box::new(Range { over, body, otherwise })))
    }

    /// The name of a template in quotes, and where it stands.
    fn template_name(&mut self, word: &str) -> Result<(Position, Arc<str>), TemplateError> {
        self.skip_space();
        match self.peek() {
            Some(token) if matches!(token.kind, Kind::Quoted | Kind::Raw) => {
                self.next();
                Ok((token.position, self.string(token)?))
            }
            _ => {
                let found = self.found();
                let message = format!("`{word}` wants the name of a template in quotes, not {found}");
                Err(self.error_here(message))
            }
        }
    }

    fn call(&mut self) -> Result<Node, TemplateError> {
        let (position, name) = self.template_name("template")?;
        self.skip_space();
        let argument = match self.take(Kind::Close) {
            Some(_) => None,
            None => Some(self.pipeline("`template`", Kind::Close, 1)?),
        };
        Ok(Node::Call(Call { position, name, argument }))
    }

    fn block(&mut self, start: Position) -> Result<Node, TemplateError> {
        let (position, name) = self.template_name("block")?;
        let argument: Pipeline = self.pipeline("`block`", Kind::Close, 1)?;
        self.defined_body(start, Arc::clone(&name), "block")?;
        Ok(Node::Call(Call { position, name, argument: Some(argument) }))
    }

    fn definition(&mut self, start: Position) -> Result<(), TemplateError> {
        // Also inside of a definition: templates are of the whole text.
        if self.depth > 1 {
            let message = "`define` can't stand inside of another block; move it before or behind";
            return Err(self.error(start, message));
        }
        let (_, name) = self.template_name("define")?;
        self.close("define")?;
        self.defined_body(start, name, "define")
    }

    /// The body of a definition, which knows no variable and no loop from outside.
    fn defined_body(&mut self, start: Position, name: Arc<str>, word: &str) -> Result<(), TemplateError> {
        let outside = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let loops = std::mem::take(&mut self.loops);
        let (body, position, end) = self.block_body(start, word)?;
        if let End::Else = end {
            let message = format!("`{word}` has no `else`; close it with `{{{{ end }}}}`");
            return Err(self.error(position, message));
        }
        (self.variables, self.loops) = (outside, loops);
        self.defined.push((start, Template { name, body }));
        Ok(())
    }
}
