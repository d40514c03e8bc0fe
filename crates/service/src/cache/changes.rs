use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many steps are kept at full precision; beyond, neighbours of the older half become one.
const MOST: usize = 4096;

/// Tells since when which points of time are no longer as they were: the least timestamp that was stored since a moment.
///
/// A sample changes only what is evaluated at its timestamp or later. So an answer that was computed at some [`Mark`] holds
/// as it is for every point before [`least_since`](Self::least_since) of that mark.
///
/// Kept as a stack of (moment, least timestamp since then): a new timestamp removes those above it that are not less, for
/// whoever asks from a moment before them finds the new one. What is left rises from bottom to top.
#[derive(Debug, Default)]
pub struct Changes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The moment of the last note.
    now: u64,
    stack: Vec<(u64, i64)>,
}

/// A moment between changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

impl Changes {
    /// The present moment. Taken before reading, so that what is stored meanwhile counts as stored since.
    pub fn mark(&self) -> Mark {
        Mark(self.state().now)
    }

    /// The least timestamp (milliseconds) of what was stored since `mark`; `None` when nothing was.
    pub fn least_since(&self, mark: Mark) -> Option<i64> {
        let state = self.state();
        let at = state.stack.partition_point(|(moment, _)| *moment <= mark.0);
        state.stack.get(at).map(|(_, least)| *least)
    }

    /// Notes that something with this timestamp, and nothing before it, has been stored just now.
    pub(crate) fn note(&self, least: i64) {
        let mut state = self.state();
        state.now += 1;
        while state.stack.last().is_some_and(|(_, known)| *known >= least) {
            state.stack.pop();
        }
        let now = state.now;
        state.stack.push((now, least));
        if state.stack.len() > MOST {
            thin(&mut state.stack);
        }
    }

    /// Notes that any point may have changed: something was deleted.
    pub(crate) fn note_all(&self) {
        self.note(i64::MIN);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes one of two neighbours in the older half: the lesser timestamp at the later moment, which errs towards "changed".
fn thin(stack: &mut Vec<(u64, i64)>) {
    let newer = stack.split_off(stack.len() / 2);
    let older: Vec<(u64, i64)> =
        stack.chunks(2).map(|pair| (pair.last().map_or(0, |(moment, _)| *moment), pair[0].1)).collect();
    *stack = older;
    stack.extend(newer);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_since_a_moment() {
        let changes = Changes::default();
        assert_eq!(changes.least_since(changes.mark()), None);
        let start = changes.mark();
        changes.note(100);
        let after = changes.mark();
        assert_eq!((changes.least_since(start), changes.least_since(after)), (Some(100), None));
        changes.note(200);
        changes.note(150);
        assert_eq!((changes.least_since(start), changes.least_since(after)), (Some(100), Some(150)));
        changes.note_all();
        assert_eq!(changes.least_since(after), Some(i64::MIN));
        assert_eq!(changes.least_since(changes.mark()), None);
    }

    proptest! {
        #[test]
        fn as_if_all_were_kept(notes in proptest::collection::vec(0..1000_i64, 1..200)) {
            let changes = Changes::default();
            let mut marks = vec![changes.mark()];
            for note in &notes {
                changes.note(*note);
                marks.push(changes.mark());
            }
            for (index, mark) in marks.iter().enumerate() {
                prop_assert_eq!(changes.least_since(*mark), notes[index..].iter().min().copied());
            }
        }

        #[test]
        fn a_full_stack_errs_towards_change(jitter in proptest::collection::vec(0..50_i64, 100)) {
            let changes = Changes::default();
            let mut noted = Vec::new();
            let mut marks = Vec::new();
            for index in 0..3 * MOST {
                let least = index as i64 * 10 + jitter[index % jitter.len()];
                marks.push(changes.mark());
                changes.note(least);
                noted.push(least);
            }
            prop_assert!(changes.state().stack.len() <= MOST);
            let mut least = i64::MAX;
            for (index, mark) in marks.iter().enumerate().rev() {
                least = least.min(noted[index]);
                prop_assert!(changes.least_since(*mark).unwrap() <= least);
            }
            // The newest are exact.
            prop_assert_eq!(changes.least_since(marks[marks.len() - 1]), noted.last().copied());
        }
    }
}
