//! The template language of Prometheus' rules and Alertmanager's notifications: Go's `text/template`, and of
//! `html/template` what e-mails need.
//!
//! Nothing here does IO. The time comes in [`Env`], and queries and time zones go through its traits. A label or annotation
//! of a rule is a [`RuleTemplate`]. A notification's texts are expanded with a [`Set`], which has the templates that files
//! define, and with [`Data`] as their dot:
//!
//! ```
//! use watchfire_template::{Dialect, Env, Map, Mode, Set, Time, Value};
//!
//! let mut set = Set::new(Dialect::Notifications);
//! set.add("own.tmpl", r#"{{ define "greeting" }}Hello, {{ .name | toUpper }}!{{ end }}"#)?;
//! let data = Value::from(Map::strings([("name", "Ada")]));
//! let env = Env::at(Time::zero());
//! let text = set.expand(r#"{{ template "greeting" . }}"#, &data, &env, Mode::Text)?;
//! assert_eq!(text, "Hello, ADA!");
//!
//! let error = set.expand("{{ .name | toUper }}", &data, &env, Mode::Text).unwrap_err();
//! assert_eq!(error.to_string(), "line 1, column 12: there is no function `toUper`; did you mean `toUpper`?");
//! # Ok::<(), watchfire_template::TemplateError>(())
//! ```
//!
//! What differs from Go: errors have other words and name a column; numbers have 64 bits, and complex ones are not there;
//! texts are UTF-8, so `slice` cannot cut a character; `call`, channels and functions as values are not there; and
//! HTML knows fewer places (see [`Mode::Html`]). An execution ends with an error at its [`Limits`].

pub mod ast;
mod env;
mod error;
mod exec;
mod format;
mod functions;
mod html;
mod lexer;
mod limits;
mod notification;
mod number;
mod parser;
mod print;
mod rule;
mod set;
mod time;
mod value;

pub use env::{Env, QueriedSample, Queries};
pub use error::{ErrorKind, Limit, Position, TemplateError};
pub use functions::{Dialect, function_names};
pub use limits::Limits;
pub use notification::{Alert, Data, Incident, Kv};
pub use parser::MAX_DEPTH;
pub use rule::{RuleData, RuleTemplate, expand_rule_template};
pub use set::{Mode, Set, Text};
pub use time::{Time, Unit, Zones};
pub use value::{Field, List, Map, Object, Safe, Shape, Value};
