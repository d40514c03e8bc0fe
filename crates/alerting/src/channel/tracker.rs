//! Trackers of issues: one is created, each further notification is a comment on it, and with the last one it is closed.
//! Which one it is stands in the [`Memory`](super::Memory).

use serde_json::Value;

use super::answer::{Cause, Verdict};
use super::draft::{Draft, Intent};
use super::http_answer::HttpAnswer;
use super::progress::Progress;

/// Where the memory has the issue.
const ISSUE: &str = "issue";

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage<'a> {
    Create,
    Comment(&'a str),
    Close(&'a str),
    Nothing,
}

impl<'a> Stage<'a> {
    pub(super) fn of(draft: &Draft, progress: &'a Progress) -> Self {
        match (draft.intent, progress.memory.get(ISSUE)) {
            (Intent::Trigger, None) => Self::Create,
            (Intent::Trigger, Some(issue)) => Self::Comment(issue),
            (Intent::Resolve, Some(issue)) if progress.step == 0 => Self::Comment(issue),
            (Intent::Resolve, Some(issue)) => Self::Close(issue),
            (Intent::Resolve, None) | (Intent::Acknowledge, _) => Self::Nothing,
        }
    }
}

/// The verdict of a tracker; `number` finds the issue in the answer to its creation, `usual` is what the answer means
/// otherwise.
pub(super) fn judge(
    draft: &Draft,
    answer: &HttpAnswer<'_>,
    progress: &mut Progress,
    number: impl Fn(&Value) -> Option<String>,
    usual: Verdict,
) -> Verdict {
    let gone = matches!(answer.status, 404 | 410);
    match Stage::of(draft, progress) {
        Stage::Create if usual == Verdict::Done => match number(&answer.json()) {
            Some(number) => {
                progress.memory.set(ISSUE, number);
                Verdict::Done
            }
            None => Verdict::dead(Cause::Other, format!("no issue in what came back; {}", answer.words())),
        },
        Stage::Comment(_) | Stage::Close(_) if gone => {
            // Somebody deleted it.
            progress.memory.clear();
            if draft.intent == Intent::Trigger { Verdict::Next } else { Verdict::Done }
        }
        Stage::Comment(_) if usual == Verdict::Done && draft.intent == Intent::Resolve => Verdict::Next,
        Stage::Close(_) if usual == Verdict::Done => {
            progress.memory.clear();
            Verdict::Done
        }
        _ => usual,
    }
}
