use std::fmt;

/// Why a data point was left out while the rest of its request was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Its metric has no name, or one of which the translation leaves nothing.
    #[error("the metric's name has no letter or digit that a series could be named by; rename it")]
    Name,
    /// Its metric says neither delta nor cumulative.
    #[error(
        "the metric has no aggregationTemporality; set it to 1 (delta) or 2 (cumulative) in the exporter"
    )]
    Temporality,
    /// It has no time.
    #[error("the point has no timeUnixNano; set it")]
    Time,
    /// It has no number.
    #[error("the point has neither asDouble nor asInt; set one or the flag for no recorded value")]
    Value,
    /// Counts and bounds do not belong together.
    #[error("bucketCounts must be one more than explicitBounds, or both be empty; send them so")]
    BucketCounts,
    /// Bounds do not rise.
    #[error("explicitBounds must be numbers that rise from each to the next; sort them")]
    Bounds,
    /// A threshold or a quantile is not a number that can be.
    #[error("zeroThreshold must be 0 or more, and quantiles from 0 to 1; mend the number")]
    Number,
    /// An attribute has an empty key.
    #[error("an attribute has an empty key; give it one or leave it out")]
    AttributeKey,
    /// An attribute is not UTF-8.
    #[error("an attribute is no text in UTF-8; send other bytes as bytesValue")]
    AttributeText,
    /// An attribute is an array in an array, and so on for too long.
    #[error("an attribute nests arrays or lists more than 16 deep; make it flatter")]
    AttributeDepth,
    /// A delta that would spoil its running total for good.
    #[error("a delta is infinite or no number; send numbers that can be added up")]
    Delta,
    /// It was added to the running total already, or comes after what follows it was added. The last one may be sent
    /// again.
    #[error(
        "a delta ends no later than the last one that was added, and is not that one again; send deltas once, in order, \
         from one exporter"
    )]
    Late,
    /// There is one with the same start and end, and it says something else or came in the same request.
    #[error(
        "two deltas of one series have the same start and end; give each sender a service.instance.id of its own, and \
         add up what has the same attributes"
    )]
    Twice,
    /// It starts before the first one of its running total did, so that part of it was added already.
    #[error(
        "a delta starts before the first one that was added, so that some of it would be counted twice; let the exporter \
         send each time once"
    )]
    OlderStart,
    /// There are too many running totals.
    #[error(
        "too many delta series at once; let the exporter send cumulative temporality or raise the limit of delta series"
    )]
    TooManyDeltas,
}

/// Points that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// How many points.
    pub points: u64,
    /// Where the first of them stands in the request, and its metric's name.
    pub first: String,
}

/// What was left out of a request, in the order in which the reasons came up. Its text is one for the `error_message` of
/// an answer's `partial_success`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// One entry for each reason.
    pub fn reasons(&self) -> &[Refusal] {
        &self.0
    }

    /// How many points in all, for `rejected_data_points`.
    pub fn points(&self) -> u64 {
        self.0.iter().map(|refusal| refusal.points).sum()
    }

    /// Whether every point was taken.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts a point; `place` names it, and is asked for the first one of a reason alone.
    pub(super) fn add(&mut self, reason: Reason, place: impl FnOnce() -> String) {
        match self.0.iter_mut().find(|refusal| refusal.reason == reason) {
            Some(refusal) => refusal.points += 1,
            None => self.0.push(Refusal { reason, points: 1, first: place() }),
        }
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Refusal { reason, points, first }) in self.0.iter().enumerate() {
            let and = if at == 0 { "" } else { "; " };
            let more = if *points == 1 { "point" } else { "points" };
            write!(f, "{and}{points} {more} refused: {reason} (first: {first})")?;
        }
        Ok(())
    }
}
