//! What came of sending something again.

use super::Delivery;

/// How a delivery was when somebody sent it again or at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Again {
    /// How often it had been attempted before it was sent again: from then on attempts are counted anew.
    earlier: u32,
    /// Attempts of the same sending.
    attempts: u32,
    ended_at: Option<i64>,
}

impl Again {
    /// Of one that is sent again, or else at once; `before` is what was known if somebody did so before.
    pub(super) fn of(delivery: &Delivery, before: Option<&Self>) -> Self {
        let earlier = before.map_or(0, |before| before.earlier);
        let ended_at = delivery.ended_at;
        if delivery.state == "dead" {
            Self { earlier: earlier.saturating_add(delivery.attempts), attempts: 0, ended_at }
        } else {
            Self { earlier, attempts: delivery.attempts, ended_at }
        }
    }

    /// Whether what is known of it is older than that.
    fn is_before(&self, delivery: &Delivery) -> bool {
        delivery.state == "dead" && delivery.ended_at == self.ended_at
    }

    /// What came of it.
    pub(super) fn words(&self, delivery: &Delivery) -> String {
        let failure = || delivery.failure.as_deref().map_or_else(String::new, |words| format!(": {words}"));
        match delivery.state.as_str() {
            "dead" if !self.is_before(delivery) => {
                format!("✕ Sent again, and refused again{}", failure())
            }
            "waiting" if delivery.attempts > self.attempts => {
                format!("✕ Sent again, and not delivered{}; it is tried again", failure())
            }
            "dead" | "waiting" => "… Sent again just now: waiting for the answer".to_owned(),
            "done" => "✓ Sent again, and delivered".to_owned(),
            _ => String::new(),
        }
    }
}

/// How often it was attempted, those before it was sent again included.
pub(super) fn attempts(delivery: &Delivery, again: Option<&Again>) -> u32 {
    match again {
        None => delivery.attempts,
        Some(again) if again.is_before(delivery) => again.earlier,
        Some(again) => again.earlier.saturating_add(delivery.attempts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_again_says_what_came_of_it() {
        let dead = |ended_at: i64, attempts: u32| Delivery {
            state: "dead".to_owned(),
            failure: Some("400".to_owned()),
            ended_at: Some(ended_at),
            attempts,
            ..Delivery::default()
        };
        let again = Again::of(&dead(5, 1), None);
        assert_eq!(again.words(&dead(5, 1)), "… Sent again just now: waiting for the answer");
        assert_eq!(attempts(&dead(5, 1), Some(&again)), 1);
        assert_eq!(again.words(&dead(9, 1)), "✕ Sent again, and refused again: 400");
        assert_eq!(attempts(&dead(9, 1), Some(&again)), 2);
        let third = Again::of(&dead(9, 1), Some(&again));
        assert_eq!(attempts(&dead(12, 1), Some(&third)), 3);
        // What waits goes on counting.
        let waits =
            |attempts: u32| Delivery { state: "waiting".to_owned(), ended_at: None, ..dead(0, attempts) };
        let hastened = Again::of(&waits(2), None);
        assert!(hastened.words(&waits(2)).starts_with("… Sent again"));
        assert!(hastened.words(&waits(3)).contains("not delivered: 400"));
        assert_eq!(attempts(&waits(3), Some(&hastened)), 3);
        let done = Delivery { state: "done".to_owned(), ..waits(3) };
        assert_eq!(hastened.words(&done), "✓ Sent again, and delivered");
    }
}
