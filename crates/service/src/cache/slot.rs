use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Turn, MutexGuard as HeldTurn};
use watchfire_model::TimeRange;
use watchfire_promql::Answer;

use super::changes::{Changes, Mark};
use super::extent::Extent;
use super::nature::Nature;

/// The longest request of this time decides how much of the front is kept.
const REMEMBERED: Duration = Duration::from_mins(10);
/// A gap of up to so many points between an entry and a request is evaluated, too, so that the entry stays whole.
const BRIDGED: i64 = 64;

/// One entry: an answer, and whose turn it is to change it.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    held: Mutex<Held>,
    bytes: AtomicUsize,
    /// Held by the one who evaluates for all. Whoever is dropped while holding it leaves the entry as it was, and the next
    /// goes on.
    turn: Turn<()>,
}

#[derive(Debug, Default)]
struct Held {
    extent: Option<Arc<Extent>>,
    /// The points of the longest request lately, and when it came.
    longest: Option<(usize, Instant)>,
}

/// The points that a request is for: from `start` on, `len` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Milliseconds since the epoch.
    pub(crate) start: i64,
    /// Milliseconds; positive.
    pub(crate) step: i64,
    /// At least one.
    pub(crate) len: usize,
}

impl Asked {
    fn time(self, index: usize) -> i64 {
        self.start + index as i64 * self.step
    }

    /// The time of the last point.
    pub(crate) fn last(self) -> i64 {
        self.time(self.len - 1)
    }

    fn range(self) -> TimeRange {
        TimeRange { start: self.start, end: self.last() }
    }

    /// The points from `start` to before `end`, both on the same grid; `None` where there are none.
    fn part(self, start: i64, end: i64) -> Option<Self> {
        let len = usize::try_from((end - start) / self.step).ok().filter(|len| *len > 0)?;
        Some(Self { start, len, ..self })
    }
}

/// What is to be done for a request.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Nothing: this is the answer.
    Hit(Answer),
    /// Evaluate these points, before and after what is there.
    Extend { base: Base, before: Option<Asked>, after: Option<Asked> },
    /// Evaluate everything.
    Whole,
}

/// The part of an entry that still holds.
#[derive(Debug)]
pub(crate) struct Base {
    extent: Arc<Extent>,
    /// How many of its points hold, from the first on.
    valid: usize,
    /// The moment at which they do.
    mark: Mark,
}

impl Slot {
    /// About how many bytes the answer takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed) + size_of::<Self>()
    }

    /// Waits until nobody else evaluates for this entry.
    pub(crate) async fn turn(&self) -> HeldTurn<'_, ()> {
        self.turn.lock().await
    }

    /// The answer, if nothing has to be evaluated for it.
    pub(crate) fn hit(&self, asked: Asked, changes: &Changes) -> Option<Answer> {
        let extent = self.extent()?;
        let valid = valid_points(&extent, changes);
        let holds = asked.start >= extent.start && asked.last() < extent.time(valid);
        holds.then(|| {
            self.remember(asked.len);
            extent.answer(asked.range())
        })
    }

    /// Decides what to evaluate. To be called by the one whose turn it is. `most`: points that an entry may have.
    pub(crate) fn plan(&self, asked: Asked, nature: Nature, changes: &Changes, most: usize) -> Plan {
        let Some(extent) = self.extent() else { return Plan::Whole };
        // Before the look at what has changed: what is stored meanwhile counts as stored since.
        let now = changes.mark();
        let valid = valid_points(&extent, changes);
        let end = extent.time(valid);
        let asked_end = asked.last() + asked.step;
        if asked.start >= extent.start && asked_end <= end {
            self.remember(asked.len);
            return Plan::Hit(extent.answer(asked.range()));
        }
        if nature != Nature::Pointwise || valid == 0 {
            return Plan::Whole;
        }
        let bridge = BRIDGED.max(asked.len as i64) * asked.step;
        let apart = asked.start > end + bridge || asked_end < extent.start - bridge;
        let points = (end.max(asked_end) - extent.start.min(asked.start)) / asked.step;
        if apart || points > most as i64 {
            return Plan::Whole;
        }
        let before = asked.part(asked.start, extent.start);
        let after = asked.part(end, asked_end);
        Plan::Extend { base: Base { extent, valid, mark: now }, before, after }
    }

    /// Takes over a whole answer, unless what is there is of a later time and still useful; returns the answer.
    pub(crate) fn replace(&self, answer: Answer, asked: Asked, mark: Mark, changes: &Changes) -> Answer {
        let Some(extent) = Extent::of(answer.clone(), (asked.start, asked.step, asked.len), mark) else {
            return answer;
        };
        let later = self
            .extent()
            .is_some_and(|old| old.time(valid_points(&old, changes)) > extent.end() && asked.len < old.len);
        if !later {
            self.set(extent);
        }
        self.remember(asked.len);
        answer
    }

    /// Puts the evaluated parts together and answers the request. `None` when a part is not what was asked for.
    pub(crate) fn extend(
        &self,
        base: Base,
        asked: Asked,
        before: Option<(Asked, Answer, Mark)>,
        after: Option<(Asked, Answer, Mark)>,
    ) -> Option<Answer> {
        let mut samples = 0;
        let mut part = |(of, answer, mark): (Asked, Answer, Mark)| {
            samples += answer.samples;
            Extent::of(answer, (of.start, of.step, of.len), mark)
        };
        // Given up here for a moment, so that it need not be copied when nobody reads it just now.
        self.held().extent = None;
        let mut whole = Arc::unwrap_or_clone(base.extent);
        whole.cut_end(base.valid);
        // These points hold at this moment as they did at their own.
        whole.mark = base.mark;
        if let Some(before) = before {
            let mut first = part(before)?;
            // The older of both: `first` was read after the base was looked at.
            first.mark = first.mark.min(whole.mark);
            first.append(whole);
            whole = first;
        }
        if let Some(after) = after {
            let last = part(after)?;
            whole.mark = whole.mark.min(last.mark);
            whole.append(last);
        }
        let mut answer = whole.answer(asked.range());
        answer.samples = samples;
        let longest = self.remember(asked.len);
        let surplus = whole.before(asked.last() - (longest as i64 - 1) * asked.step);
        // In bulk, so that each point moves few times.
        if surplus > 16 && surplus * 4 > longest {
            whole.cut_start(surplus);
        }
        self.set(whole);
        Some(answer)
    }

    /// Forgets the answer.
    pub(crate) fn clear(&self) {
        self.held().extent = None;
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// Notes the length of a request, and returns that of the longest lately.
    fn remember(&self, len: usize) -> usize {
        let mut held = self.held();
        let now = Instant::now();
        match held.longest {
            Some((longest, at)) if longest > len && now.duration_since(at) < REMEMBERED => longest,
            _ => {
                held.longest = Some((len, now));
                len
            }
        }
    }

    fn set(&self, extent: Extent) {
        self.bytes.store(extent.bytes(), Ordering::Relaxed);
        self.held().extent = Some(Arc::new(extent));
    }

    fn extent(&self) -> Option<Arc<Extent>> {
        self.held().extent.clone()
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many points of an extent, from the first on, are as they were when they were evaluated.
fn valid_points(extent: &Extent, changes: &Changes) -> usize {
    changes.least_since(extent.mark).map_or(extent.len, |least| extent.before(least))
}
