use crate::moment::fixed;
use crate::reading::Value;

/// A histogram that is filled from log-normal distributions: by what is expected in each bucket, without chance.
#[derive(Clone, Debug)]
pub(crate) struct Distribution {
    bounds: &'static [f64],
    /// How many are in each bucket alone; in the end how many are beyond the last bound.
    counts: Vec<f64>,
    sum: f64,
}

impl Distribution {
    /// An empty one. Each key rounds at times of its own, so that those of many senders together don't rise in steps.
    pub(crate) fn new(bounds: &'static [f64], key: u64) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len() as u64).map(|bucket| fixed(key, bucket)).collect(),
            sum: 0.0,
        }
    }

    /// Adds `count` of which half are below `median`; `spread` is the standard deviation of their logarithms.
    pub(crate) fn add(&mut self, count: f64, median: f64, spread: f64) {
        let count = count.max(0.0);
        let mut below = 0.0;
        let shares = self.bounds.iter().map(|bound| normal((bound / median).ln() / spread));
        for (counts, share) in self.counts.iter_mut().zip(shares.chain(std::iter::once(1.0))) {
            // The approximation may fall by its error where it should stay.
            *counts += count * (share - below).max(0.0);
            below = share;
        }
        self.sum += count * median * (spread * spread / 2.0).exp();
    }

    /// Whole numbers. Each bucket is rounded by itself, so that what is added within any time is cumulative, too.
    pub(crate) fn value(&self) -> Value {
        let mut all = 0;
        let add = |count: &f64| {
            all += count.floor() as u64;
            all
        };
        Value::Histogram {
            bounds: self.bounds,
            cumulative: self.counts.iter().map(add).collect(),
            sum: self.sum,
        }
    }
}

/// The distribution function of the normal distribution, to 1e-7 (Abramowitz and Stegun 7.1.26).
fn normal(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let polynomial = series.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    let tail = (polynomial * (-z * z).exp() / 2.0).clamp(0.0, 0.5);
    if x < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lie_below_the_median() {
        for (x, expected) in [(0.0, 0.5), (1.0, 0.841_344_7), (-1.0, 0.158_655_3), (4.0, 0.999_968_3)] {
            assert!((normal(x) - expected).abs() < 1e-6, "{x}");
        }
        let mut distribution = Distribution::new(&[0.5, 1.0, 2.0], 1);
        distribution.counts.fill(0.0);
        distribution.add(1000.0, 1.0, 0.5);
        let Value::Histogram { cumulative, sum, .. } = distribution.value() else { panic!() };
        // 82.8, 417.2, 417.2 and 82.8, each rounded down.
        assert_eq!(cumulative, [82, 499, 916, 998]);
        assert!((sum - 1133.1).abs() < 0.1, "{sum}");
    }
}
