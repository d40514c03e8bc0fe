use std::time::{Duration, Instant};

/// Says when something that is asked often is due again, for readings that cost too much to take each time.
pub(super) struct Every {
    period: Duration,
    last: Option<Instant>,
}

impl Every {
    pub(super) const fn new(period: Duration) -> Self {
        Self { period, last: None }
    }

    /// Whether `period` has passed since this last returned true; true the first time.
    pub(super) fn due(&mut self, now: Instant) -> bool {
        let due = self.last.is_none_or(|last| now.saturating_duration_since(last) >= self.period);
        if due {
            self.last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_due_first_and_then_once_a_period() {
        let mut every = Every::new(Duration::from_secs(10));
        let start = Instant::now();
        let due: Vec<u64> = (0..=30).filter(|s| every.due(start + Duration::from_secs(*s))).collect();
        assert_eq!(due, [0, 10, 20, 30]);
    }
}
