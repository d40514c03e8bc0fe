//! What each channel sends, and what it makes of answers.

mod conversations;
mod requests;
mod slack_blocks;
pub(crate) mod stage;
mod verdicts;
