/// How long to wait before the next try to connect: from half a second, doubled up to 15 seconds, each time a random part
/// shorter, so that the viewers of a server that was started again don't all come at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    const FIRST: f64 = 500.0;
    const LONGEST: f64 = 15_000.0;

    /// Milliseconds to wait, with `random` between 0 and 1.
    pub fn next(&mut self, random: f64) -> u32 {
        let whole = (Self::FIRST * f64::from(2_u32.saturating_pow(self.tries))).min(Self::LONGEST);
        self.tries += 1;
        (whole * (0.5 + random.clamp(0.0, 1.0) / 2.0)) as u32
    }

    /// The connection stands: the next break starts from the shortest wait.
    pub fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit_and_starts_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<u32> = (0..8).map(|_| backoff.next(1.0)).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
        backoff.reset();
        assert_eq!(backoff.next(0.0), 250);
    }
}
