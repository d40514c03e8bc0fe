//! What each channel sends, and what it makes of answers.

mod conversations;
mod requests;
mod stage;
mod verdicts;
