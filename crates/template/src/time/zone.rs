//! Time zones by their names.

use jiff::tz::TimeZone;

use crate::error::Stop;

/// Where descriptions of time zones come from.
pub trait Zones: Send + Sync {
    /// The zone of a name such as `Europe/Paris`; `None` if there is none. The name has only letters, digits and `_+-/`, and no
    /// empty part.
    fn zone(&self, name: &str) -> Option<TimeZone>;
}

/// The zone of a name; `UTC`, and what else is that, is always there.
pub(crate) fn zone(zones: Option<&dyn Zones>, name: &str) -> Result<TimeZone, Stop> {
    if matches!(name, "" | "UTC") {
        return Ok(TimeZone::UTC);
    }
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
    };
    let zone = name.split('/').all(part).then(|| zones.and_then(|zones| zones.zone(name))).flatten();
    zone.ok_or_else(|| {
        Stop::fault(format!(
            "there is no time zone {name:?}; write a name such as \"Europe/Paris\" or \"UTC\""
        ))
    })
}
