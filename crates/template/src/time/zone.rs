//! Time zones by their names.

use jiff::tz::TimeZone;

use crate::error::Stop;

/// Where descriptions of time zones come from.
pub trait Zones: Send + Sync {
    /// The bytes of the file of a zone in the format `TZif` (RFC 9636), by a name such as `Europe/Paris`; `None` if
    /// there is no such zone. The name has only letters, digits and `_+-/`, and no empty part.
    fn tzif(&self, name: &str) -> Option<Vec<u8>>;
}

/// The zone of a name; `UTC`, and what else is that, is always there.
pub(crate) fn zone(zones: Option<&dyn Zones>, name: &str) -> Result<TimeZone, Stop> {
    if matches!(name, "" | "UTC") {
        return Ok(TimeZone::UTC);
    }
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
    };
    let bytes = name.split('/').all(part).then(|| zones.and_then(|zones| zones.tzif(name))).flatten();
    let Some(bytes) = bytes else {
        let message =
            format!("there is no time zone {name:?}; write a name such as \"Europe/Paris\" or \"UTC\"");
        return Err(Stop::fault(message));
    };
    TimeZone::tzif(name, &bytes)
        .map_err(|error| Stop::fault(format!("the time zone {name:?} can't be read: {error}")))
}
