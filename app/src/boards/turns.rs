//! Panels that come into sight together are made a few at a time, so that keys and clicks are answered meanwhile.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use leptos::prelude::*;

/// How many are made before the browser may do something else: making one takes some milliseconds.
const AT_ONCE: usize = 4;

/// One that waits: whether it is in sight, and whether its turn has come.
type Waiting = (RwSignal<bool>, RwSignal<bool>);

thread_local! {
    static LINE: RefCell<VecDeque<Waiting>> = const { RefCell::new(VecDeque::new()) };
}

/// Follows `seen` when its turn comes, and stays. What is out of sight again by then is passed over.
pub(super) fn in_turn(seen: RwSignal<bool>) -> RwSignal<bool> {
    let come = RwSignal::new(false);
    Effect::new(move |_| {
        if seen.get() && !come.get_untracked() {
            let first = LINE.with_borrow_mut(|line| {
                line.push_back((seen, come));
                line.len() == 1
            });
            if first {
                request_animation_frame(next);
            }
        }
    });
    come
}

fn next() {
    let mut taken = 0;
    while taken < AT_ONCE {
        let Some((seen, come)) = LINE.with_borrow_mut(VecDeque::pop_front) else { return };
        let waits = seen.try_get_untracked() == Some(true) && come.try_get_untracked() == Some(false);
        if waits {
            taken += 1;
            come.set(true);
        }
    }
    if LINE.with_borrow(|line| !line.is_empty()) {
        set_timeout(next, Duration::ZERO);
    }
}
