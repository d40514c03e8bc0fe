//! A program of this machine. Here it is only described; whether it runs says the server's command line.

use serde_json::{Value, json};

use super::draft::Unsendable;
use super::kind::{Kind, Task};
use super::outgoing::{Outgoing, Program};
use super::writer::Writer;
use crate::config::receiver::ExecConfig;

impl Kind for ExecConfig {
    fn content(&self, writer: &Writer<'_>) -> Result<Value, Unsendable> {
        Ok(writer.message(usize::MAX))
    }

    fn outgoing(&self, task: &Task<'_>) -> Result<Option<Outgoing>, Unsendable> {
        let mut input = task.content().clone();
        input["idempotencyKey"] = json!(task.draft.key);
        Ok(Some(Outgoing::Program(Program {
            command: self.command.clone(),
            input: input.to_string().into_bytes(),
            timeout: self.timeout.millis(),
        })))
    }
}
