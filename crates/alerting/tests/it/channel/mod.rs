//! What each channel sends, and what it makes of answers.

mod conversations;
mod requests;
pub(crate) mod stage;
mod verdicts;
