//! The demo: sends what `watchfire_demo` makes up to a server, from outside, by the protocols that programs use. As a command
//! (`watchfire demo`), and inside of a server for the button of its interface ([`DemoFeed`]).

mod background;
mod command;
mod feed;
mod plan;
mod sender;

pub(crate) use background::DemoFeed;
pub(crate) use command::{delete, run};
pub(crate) use plan::Plan;
pub(crate) use sender::{SendError, Target};
