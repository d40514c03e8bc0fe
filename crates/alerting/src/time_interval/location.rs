use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time zone by its name in the IANA database; `UTC` where none is given, `Local` for the one of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    name: String,
    zone: TimeZone,
}

impl Location {
    /// The time zone with this name; the error says what is wrong with it.
    pub fn new(name: &str) -> Result<Self, String> {
        let zone = match name {
            "" | "UTC" => TimeZone::UTC,
            "Local" => TimeZone::system(),
            name => TimeZone::get(name).map_err(|_| {
                format!(
                    "{name:?} is not a time zone; write a name of the IANA database such as Europe/Berlin"
                )
            })?,
        };
        let name = if name.is_empty() { "UTC" } else { name };
        Ok(Self { name: name.to_owned(), zone })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether it is UTC.
    pub fn is_utc(&self) -> bool {
        self.zone == TimeZone::UTC
    }
}

/// The time zones of this machine, or the copy of them in the program, for templates.
#[derive(Clone, Copy, Debug)]
pub struct Database;

impl watchfire_template::Zones for Database {
    fn zone(&self, name: &str) -> Option<TimeZone> {
        Location::new(name).ok().map(|location| location.zone)
    }
}

impl Default for Location {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
