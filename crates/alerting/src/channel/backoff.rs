/// How long a delivery waits before it is tried again: twice as long each time, not longer than a bound, and never quite
/// the same, so that those that failed together do not come back together. All in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second attempt.
    pub first: i64,
    /// The longest.
    pub most: i64,
    /// The longest that a service may ask for.
    pub most_asked: i64,
}

impl Default for Backoff {
    /// One second, five minutes, an hour.
    fn default() -> Self {
        Self { first: 1000, most: 5 * 60_000, most_asked: 60 * 60_000 }
    }
}

impl Backoff {
    /// How long to wait after so many attempts, at least 1, of which the last one failed: a quarter more or less than twice
    /// the last wait, by `random`, any number; at least what the service asks for.
    pub fn wait(&self, attempts: u32, asked: Option<i64>, random: u64) -> i64 {
        let doubled = 1_i64.checked_shl(attempts.saturating_sub(1).min(40)).unwrap_or(i64::MAX);
        let middle = self.first.saturating_mul(doubled).min(self.most);
        let spread = (middle / 2).max(1);
        let wait = middle - spread / 2 + (random % spread.unsigned_abs()) as i64;
        // Never before the service asks for it.
        wait.max(asked.unwrap_or(0).min(self.most_asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        let backoff = Backoff::default();
        // Attempts, asked, the shortest and the longest wait.
        for (attempts, asked, least, most) in [
            (0, None, 750, 1249),
            (1, None, 750, 1249),
            (2, None, 1500, 2499),
            (3, None, 3000, 4999),
            (9, None, 192_000, 319_999),
            (10, None, 225_000, 374_999),
            (u32::MAX, None, 225_000, 374_999),
            (1, Some(30_000), 30_000, 30_000),
            (10, Some(1), 225_000, 374_999),
            (1, Some(i64::MAX), 3_600_000, 3_600_000),
        ] {
            assert_eq!(backoff.wait(attempts, asked, 0), least, "{attempts} {asked:?}");
            let spread = (most - least).max(0).unsigned_abs();
            assert_eq!(backoff.wait(attempts, asked, spread), most, "{attempts} {asked:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn within_its_bounds(attempts: u32, asked: Option<i64>, random: u64) {
            let backoff = Backoff::default();
            let wait = backoff.wait(attempts, asked, random);
            proptest::prop_assert!((750..=3_600_000).contains(&wait));
        }
    }
}
