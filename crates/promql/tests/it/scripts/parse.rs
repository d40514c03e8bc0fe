//! Reads a script into commands.

use watchfire_model::Labels;

use super::notation::{duration, number, quoted, series, values};

/// A command of a script.
#[derive(Debug)]
pub(crate) enum Command {
    /// Forget all series.
    Clear,
    /// Add samples: for each series its values, `interval` milliseconds apart from time 0 on.
    Load { interval: i64, series: Vec<(Labels, Vec<Option<f64>>)> },
    /// Evaluate a query and compare.
    Eval(Box<Eval>),
}

/// A query, when to evaluate it, and what must come out.
#[derive(Debug)]
pub(crate) struct Eval {
    pub(crate) line: usize,
    pub(crate) query: String,
    pub(crate) steps: Steps,
    pub(crate) ordered: bool,
    pub(crate) fail: Option<Words>,
    pub(crate) warn: Vec<Words>,
    pub(crate) info: Vec<Words>,
    pub(crate) result: Expected,
}

/// When a query is evaluated, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    Instant(i64),
    Range { start: i64, end: i64, step: i64 },
}

/// What a message must be.
#[derive(Debug)]
pub(crate) enum Words {
    Any,
    Exactly(String),
    Matching(regex::Regex),
}

/// What the value must be.
#[derive(Debug)]
pub(crate) enum Expected {
    Scalar(f64),
    Text(String),
    /// For each series its values, at the query's steps, or at `range` (start, end, step) for an instant query that selects
    /// a range vector.
    Series {
        series: Vec<(Labels, Vec<Option<f64>>)>,
        range: Option<(i64, i64)>,
    },
}

/// Reads a whole script. Errors bear the line's number.
pub(crate) fn script(text: &str) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((number, line)) = lines.next() {
        let at_line = |error: String| format!("line {number}: {error}");
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut body = Vec::new();
        while let Some((number, inside)) = lines.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
            if !inside.trim().starts_with('#') && !inside.trim().is_empty() {
                body.push((number, inside.trim()));
            }
        }
        if line == "clear" {
            commands.push(Command::Clear);
        } else if let Some(interval) = line.strip_prefix("load ") {
            let interval = duration(interval.trim()).map_err(at_line)?;
            let series =
                body.into_iter().map(|(number, line)| points(number, line)).collect::<Result<_, _>>()?;
            commands.push(Command::Load { interval, series });
        } else if let Some(rest) = line.strip_prefix("eval") {
            let mut eval = head(number, rest).map_err(at_line)?;
            for (number, line) in body {
                expectation(&mut eval, line).map_err(|error| format!("line {number}: {error}"))?;
            }
            commands.push(Command::Eval(Box::new(eval)));
        } else {
            return Err(at_line(format!("neither clear, load nor eval: {line:?}")));
        }
    }
    Ok(commands)
}

fn points(number: usize, line: &str) -> Result<(Labels, Vec<Option<f64>>), String> {
    let at_line = |error: String| format!("line {number}: {error}");
    let (labels, rest) = series(line).map_err(at_line)?;
    Ok((labels, values(rest).map_err(at_line)?))
}

/// What stands after `eval` in its line.
fn head(line: usize, rest: &str) -> Result<Eval, String> {
    let (kind, rest) = rest.split_once(' ').ok_or("an eval without a query")?;
    let mut words = rest.trim_start();
    let mut word = || {
        let (word, after) = words.split_once(' ').unwrap_or((words, ""));
        words = after.trim_start();
        word
    };
    let steps = match word() {
        "instant" => {
            keyword("at", word())?;
            Steps::Instant(duration(word())?)
        }
        "range" => {
            keyword("from", word())?;
            let start = duration(word())?;
            keyword("to", word())?;
            let end = duration(word())?;
            keyword("step", word())?;
            Steps::Range { start, end, step: duration(word())? }
        }
        other => return Err(format!("neither instant nor range: {other:?}")),
    };
    let mut eval = Eval {
        line,
        query: words.to_owned(),
        steps,
        ordered: false,
        fail: None,
        warn: Vec::new(),
        info: Vec::new(),
        result: Expected::Series { series: Vec::new(), range: None },
    };
    match kind {
        "" => {}
        "_fail" => eval.fail = Some(Words::Any),
        "_ordered" => eval.ordered = true,
        "_warn" => eval.warn.push(Words::Any),
        "_info" => eval.info.push(Words::Any),
        other => return Err(format!("no kind of eval: eval{other}")),
    }
    Ok(eval)
}

fn keyword(expected: &str, found: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
}

/// A line below an eval.
fn expectation(eval: &mut Eval, line: &str) -> Result<(), String> {
    if let Some(what) = line.strip_prefix("expect ") {
        let (kind, rest) = what.split_once(' ').unwrap_or((what, ""));
        match kind {
            "fail" => eval.fail = Some(words(rest)?),
            "warn" => eval.warn.push(words(rest)?),
            "info" => eval.info.push(words(rest)?),
            // What is not expected must not come, so these two only tell the reader.
            "no_warn" | "no_info" => {}
            "ordered" => eval.ordered = true,
            "string" => eval.result = Expected::Text(quoted(rest)?.0),
            "range" => {
                let all: Vec<&str> = rest.split_whitespace().collect();
                let ["vector", "from", start, "to", _, "step", step] = all[..] else {
                    return Err(format!("expected vector from ... to ... step ..., found {rest:?}"));
                };
                let range = Some((duration(start)?, duration(step)?));
                eval.result = Expected::Series { series: Vec::new(), range };
            }
            other => return Err(format!("no expectation: {other:?}")),
        }
        return Ok(());
    }
    if let Some(scalar) = number(line) {
        eval.result = Expected::Scalar(scalar);
        return Ok(());
    }
    let (labels, rest) = series(line)?;
    match &mut eval.result {
        Expected::Series { series, .. } => series.push((labels, values(rest)?)),
        other => return Err(format!("a series after {other:?}")),
    }
    Ok(())
}

/// `msg: ...`, `regex: ...` or nothing.
fn words(text: &str) -> Result<Words, String> {
    if text.is_empty() {
        return Ok(Words::Any);
    }
    if let Some(message) = text.strip_prefix("msg:") {
        return Ok(Words::Exactly(message.trim().to_owned()));
    }
    let pattern = text.strip_prefix("regex:").ok_or_else(|| format!("neither msg: nor regex: {text:?}"))?;
    regex::Regex::new(pattern.trim()).map(Words::Matching).map_err(|error| error.to_string())
}

impl Words {
    /// Whether `message` is one of these.
    pub(crate) fn fit(&self, message: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(words) => words == message.trim(),
            Self::Matching(pattern) => pattern.is_match(message),
        }
    }
}
