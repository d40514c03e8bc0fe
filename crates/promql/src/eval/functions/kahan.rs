//! Sums that keep what rounding loses: Kahan's summation with Neumaier's improvement, as Prometheus sums.

/// A sum and what rounding took from it so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kahan {
    pub(crate) sum: f64,
    pub(crate) lost: f64,
}

impl Kahan {
    /// The sum with one more number.
    #[inline]
    #[must_use]
    pub(crate) fn plus(self, number: f64) -> Self {
        let sum = self.sum + number;
        let lost = if sum.is_infinite() {
            0.0
        } else if self.sum.abs() >= number.abs() {
            self.lost + ((self.sum - sum) + number)
        } else {
            self.lost + ((number - sum) + self.sum)
        };
        Self { sum, lost }
    }

    /// The sum itself.
    #[inline]
    pub(crate) fn total(self) -> f64 {
        self.sum + self.lost
    }

    #[inline]
    fn scaled(self, factor: f64) -> Self {
        Self { sum: self.sum * factor, lost: self.lost * factor }
    }
}

/// A mean whose sum may overflow: from then on the mean itself is carried on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    /// The sum, or the mean once `incremental`.
    state: Kahan,
    count: f64,
    incremental: bool,
}

impl Mean {
    #[inline]
    pub(crate) fn of(first: f64) -> Self {
        Self { state: Kahan { sum: first, lost: 0.0 }, count: 1.0, incremental: false }
    }

    #[inline]
    pub(crate) fn add(&mut self, number: f64) {
        self.count += 1.0;
        if !self.incremental {
            let next = self.state.plus(number);
            if !next.sum.is_infinite() {
                self.state = next;
                return;
            }
            self.incremental = true;
            let before = self.count - 1.0;
            self.state = Kahan { sum: self.state.sum / before, lost: self.state.lost / before };
        }
        let share = (self.count - 1.0) / self.count;
        self.state = self.state.scaled(share).plus(number / self.count);
    }

    #[inline]
    pub(crate) fn value(self) -> f64 {
        if self.incremental {
            self.state.total()
        } else {
            self.state.sum / self.count + self.state.lost / self.count
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected numbers are exact")]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_survive_large_ones() {
        let sum = [1.0, 1e100, 1.0, -1e100].into_iter().fold(Kahan::default(), Kahan::plus);
        assert_eq!(sum.total(), 2.0);
    }

    #[test]
    fn a_mean_does_not_overflow() {
        let mut mean = Mean::of(f64::MAX);
        for _ in 0..3 {
            mean.add(f64::MAX);
        }
        assert!((mean.value() / f64::MAX - 1.0).abs() < 1e-15, "{}", mean.value());
        let mut mean = Mean::of(1.0);
        mean.add(2.0);
        assert_eq!(mean.value(), 1.5);
    }
}
