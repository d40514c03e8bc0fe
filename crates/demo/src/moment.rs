use std::f64::consts::TAU;

use crate::incident::Incident;

/// A time, and the chance that belongs to it: the same seed has the same waves and the same noise at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Milliseconds since the epoch.
    pub(crate) at: i64,
    /// Seconds since the step before.
    pub(crate) elapsed: f64,
    /// What goes wrong now.
    pub(crate) incident: Incident,
    seed: u64,
}

impl Moment {
    /// `elapsed` in milliseconds.
    pub(crate) fn new(seed: u64, at: i64, elapsed: i64) -> Self {
        Self { at, elapsed: elapsed as f64 / 1000.0, incident: Incident::at(seed, at), seed }
    }

    /// Seconds since the epoch.
    pub(crate) fn seconds(&self) -> f64 {
        self.at as f64 / 1000.0
    }

    /// A wave from -1 to 1 with a period in seconds; `phase` in periods.
    pub(crate) fn wave(&self, period: f64, phase: f64) -> f64 {
        (TAU * (self.seconds() / period + phase)).sin()
    }

    /// Chance from -1 to 1 that changes smoothly within about `period` seconds; each key has its own.
    pub(crate) fn noise(&self, key: u64, period: f64) -> f64 {
        let place = self.seconds() / period;
        let (before, part) = (place.floor(), place - place.floor());
        let of = |place: f64| unit(mix(self.seed ^ key, place as i64 as u64)) * 2.0 - 1.0;
        let part = part * part * (3.0 - 2.0 * part);
        of(before) * (1.0 - part) + of(before + 1.0) * part
    }

    /// Day and night in UTC: 0 at four in the morning, 1 at four in the afternoon.
    pub(crate) fn day(&self) -> f64 {
        f64::midpoint(1.0, self.wave(86_400.0, -10.0 / 24.0))
    }
}

/// Chance that is always the same for a key: 0 to 1.
pub(crate) fn fixed(seed: u64, key: u64) -> f64 {
    unit(mix(seed, key))
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Scatters two numbers over all bits (the finaliser of splitmix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) fn mix(one: u64, other: u64) -> u64 {
    let mut bits =
        one.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(other.wrapping_add(0x632b_e59b_d9b4_e019));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_and_stays_in_its_bounds() {
        let noise = |at| Moment::new(7, at, 1000).noise(3, 30.0);
        let mut greatest_step: f64 = 0.0;
        let mut extent = (f64::MAX, f64::MIN);
        for second in 0..3600 {
            let (one, next) = (noise(second * 1000), noise((second + 1) * 1000));
            greatest_step = greatest_step.max((next - one).abs());
            extent = (extent.0.min(one), extent.1.max(one));
        }
        // Smoothstep rises by at most 1.5 times its mean.
        assert!(greatest_step <= 2.0 / 30.0 * 1.5, "{greatest_step}");
        assert!(extent.0 >= -1.0 && extent.1 <= 1.0 && extent.1 - extent.0 > 1.5, "{extent:?}");
    }
}
