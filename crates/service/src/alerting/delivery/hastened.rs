use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use watchfire_storage::Delivery;

/// What somebody wants to be sent now, whatever its channel waits for: of groups and channels, up to which delivery.
#[derive(Debug, Default)]
pub(super) struct Hastened(Mutex<HashMap<Way, i64>>);

/// A group, a receiver and a channel.
type Way = (String, String, String);

fn way(delivery: &Delivery) -> Way {
    (delivery.group_key.clone(), delivery.receiver.clone(), delivery.integration.clone())
}

impl Hastened {
    /// A delivery is wanted, with those that go before it.
    pub(super) fn want(&self, delivery: &Delivery) {
        let mut ways = self.ways();
        let up_to = ways.entry(way(delivery)).or_insert(delivery.id);
        *up_to = delivery.id.max(*up_to);
    }

    /// Whether a delivery, the first one that waits of its group, is wanted. Where it comes after all that is, nothing is any more.
    pub(super) fn is_wanted(&self, first: &Delivery) -> bool {
        let (way, mut ways) = (way(first), self.ways());
        let Some(up_to) = ways.get(&way) else { return false };
        let is_wanted = first.id <= *up_to;
        if !is_wanted {
            ways.remove(&way);
        }
        is_wanted
    }

    /// `newer` takes the place of what may have been wanted; whether it is wanted now.
    pub(super) fn replaced(&self, older: &Delivery, newer: &Delivery) -> bool {
        let is_wanted = self.is_wanted(older);
        if is_wanted {
            self.want(newer);
        }
        is_wanted
    }

    /// A delivery is being sent: with the last one that is wanted it is over.
    pub(super) fn started(&self, delivery: &Delivery) {
        let (way, mut ways) = (way(delivery), self.ways());
        if ways.get(&way).is_some_and(|up_to| *up_to <= delivery.id) {
            ways.remove(&way);
        }
    }

    fn ways(&self) -> MutexGuard<'_, HashMap<Way, i64>> {
        // Numbers are good whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lane::tests::delivery;
    use super::*;

    fn of(group_key: &str, id: i64) -> Delivery {
        Delivery { group_key: group_key.to_owned(), ..delivery(id, "team") }
    }

    #[test]
    fn what_is_wanted_is_wanted_with_all_before_it_until_it_goes() {
        let hastened = Hastened::default();
        hastened.want(&of("a", 3));
        for (one, wanted) in [(of("a", 1), true), (of("b", 1), false), (of("a", 3), true)] {
            assert_eq!(hastened.is_wanted(&one), wanted, "{one:?}");
        }
        hastened.started(&of("a", 1));
        assert!(hastened.is_wanted(&of("a", 2)), "the next one");
        hastened.started(&of("a", 3));
        assert!(!hastened.is_wanted(&of("a", 3)));
    }

    #[test]
    fn what_takes_the_place_of_a_wanted_one_is_wanted() {
        let hastened = Hastened::default();
        hastened.want(&of("a", 1));
        assert!(hastened.replaced(&of("a", 1), &of("a", 5)));
        assert!(!hastened.replaced(&of("b", 2), &of("b", 6)));
        assert!(hastened.is_wanted(&of("a", 5)) && !hastened.is_wanted(&of("b", 6)));
    }

    #[test]
    fn what_was_wanted_and_is_gone_is_forgotten() {
        let hastened = Hastened::default();
        hastened.want(&of("a", 1));
        assert!(!hastened.is_wanted(&of("a", 2)));
        assert!(hastened.ways().is_empty());
    }
}
