use crate::moment::{fixed, mix};

/// How often something goes wrong, in milliseconds.
const EVERY: i64 = 600_000;

/// How long it takes to get bad, and to get well again, in seconds.
const RAMP: f64 = 25.0;

/// What goes wrong at a time. Everything that is watched suffers together, so that one can be seen to cause the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Incident {
    /// How bad it is: 0 for all is well, 1 for as bad as it gets.
    pub(crate) severity: f64,
    /// Which one; chance that belongs to it.
    number: u64,
}

impl Incident {
    pub(crate) fn at(seed: u64, at: i64) -> Self {
        let index = at.div_euclid(EVERY);
        let number = mix(seed, index as u64);
        let into = at.rem_euclid(EVERY) as f64 / 1000.0;
        let begin = 150.0 + 200.0 * fixed(number, 1);
        let length = 90.0 + 60.0 * fixed(number, 2);
        let severity = ((into - begin) / RAMP).min((begin + length - into) / RAMP).clamp(0.0, 1.0);
        Self { severity, number }
    }

    /// Which of so many it hits.
    pub(crate) fn culprit(&self, kind: u64, count: usize) -> usize {
        (mix(self.number, kind) % count.max(1) as u64) as usize
    }

    /// How bad it is for the one at this place among so many.
    pub(crate) fn severity_of(&self, kind: u64, place: usize, count: usize) -> f64 {
        if self.culprit(kind, count) == place { self.severity } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ten_minutes_have_one() {
        for index in 0..50 {
            let severity = |second: i64| Incident::at(3, index * EVERY + second * 1000).severity;
            let bad = (0..600).filter(|second| severity(*second) > 0.9).count();
            assert!((30..=110).contains(&bad), "{index}: {bad}");
            assert!(severity(0) == 0.0 && severity(599) == 0.0, "{index}");
        }
    }
}
