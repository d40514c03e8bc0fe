//! The functions of the language: their names and types. What they do stands with the evaluation.

use crate::ast::ValueType;

/// A function's signature.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments; the last one repeats for a variadic function.
    pub args: &'static [ValueType],
    /// How many arguments may be left out (`optional`) or come on top (`-1`: any number), as in Prometheus' table:
    /// 0 takes all of `args`; n > 0 takes from `args.len() - n` to `args.len()`... see [`Function::arity`].
    pub variadic: i8,
    /// The type of its value.
    pub returns: ValueType,
    /// Whether it must be switched on by a setting.
    pub experimental: bool,
    /// One sentence for people.
    pub help: &'static str,
}
