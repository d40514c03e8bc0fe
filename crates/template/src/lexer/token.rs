//! What a template's text is made of.

use crate::error::Position;

/// A piece of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// As it is written.
    pub(crate) text: &'a str,
    /// Where it starts.
    pub(crate) position: Position,
}

/// The kinds of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What stands outside of actions, after trimming.
    Text,
    /// `{{` or `{{-`.
    Open,
    /// `}}` or `-}}`.
    Close,
    /// White space in an action; it tells `.a.b` and `.a .b` apart.
    Space,
    /// A `.` alone.
    Dot,
    /// `.Name`.
    Field,
    /// `$` or `$name`.
    Variable,
    /// A keyword, the name of a function, `true`, `false` or `nil`.
    Word,
    /// A number as it is written.
    Number,
    /// A character in single quotes, with them.
    Character,
    /// A string in double quotes, with them.
    Quoted,
    /// A string in backquotes, with them.
    Raw,
    /// `|`.
    Pipe,
    /// `:=`.
    Declare,
    /// `=`.
    Assign,
    /// `,`.
    Comma,
    /// `(`.
    Left,
    /// `)`.
    Right,
}
