use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Deliveries that somebody has in hand: to send them, or to drop them. What is in one hand is in no other. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<Mutex<HashSet<i64>>>);

/// A delivery that is in hand, as long as this is there.
#[derive(Debug)]
pub(super) struct Claim {
    under_way: UnderWay,
    id: i64,
}

impl UnderWay {
    /// Takes a delivery in hand; `None` where another one has it.
    pub(super) fn claim(&self, id: i64) -> Option<Claim> {
        self.ids().insert(id).then(|| Claim { under_way: self.clone(), id })
    }

    /// Whether somebody has it in hand.
    pub(super) fn has(&self, id: i64) -> bool {
        self.ids().contains(&id)
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<i64>> {
        // Numbers are good whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.under_way.ids().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_in_one_hand() {
        let all = UnderWay::default();
        let claim = all.claim(1);
        assert!(claim.is_some() && all.claim(1).is_none() && all.has(1) && !all.has(2));
        drop(claim);
        assert!(!all.has(1) && all.claim(1).is_some());
    }
}
