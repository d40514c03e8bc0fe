//! Durations as Prometheus prints them.

use std::fmt;

/// A duration of so many milliseconds, with its sign.
pub(super) struct Duration(pub(super) i64);

/// Units in milliseconds. Those marked are only used for whole multiples: `90d` reads better than `12w6d`.
const UNITS: [(&str, u64, bool); 7] = [
    ("y", 365 * 86_400_000, true),
    ("w", 7 * 86_400_000, true),
    ("d", 86_400_000, false),
    ("h", 3_600_000, false),
    ("m", 60_000, false),
    ("s", 1000, false),
    ("ms", 1, false),
];

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.unsigned_abs();
        if rest == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (unit, size, whole) in UNITS {
            if rest >= size && (!whole || rest.is_multiple_of(size)) {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}
