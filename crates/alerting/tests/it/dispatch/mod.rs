//! The dispatcher: scenes with what is told when, and properties of scenes made by chance.

mod escalation;
mod policies;
mod properties;
mod recorded;
mod scenes;
mod stage;
