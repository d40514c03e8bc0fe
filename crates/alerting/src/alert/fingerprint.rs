use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use watchfire_model::Labels;

/// What names a label set in 64 bits, the same as in Alertmanager and in its API: FNV-1a over the labels in the order of
/// their names, the bytes of each name and of each value followed by a byte 255, which no UTF-8 text has
/// (<https://pkg.go.dev/github.com/prometheus/common/model#LabelSet.Fingerprint>).
///
/// Written as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

/// The start of FNV-1a with 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
/// Its multiplier.
const PRIME: u64 = 0x0100_0000_01b3;
/// What stands behind each name and each value.
const SEPARATOR: u8 = 255;

impl Fingerprint {
    /// The fingerprint of a label set.
    ///
    /// ```
    /// use watchfire_alerting::Fingerprint;
    /// use watchfire_model::Labels;
    /// assert_eq!(Fingerprint::of(&Labels::empty()).to_string(), "cbf29ce484222325");
    /// ```
    pub fn of(labels: &Labels) -> Self {
        let mut hash = OFFSET;
        let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        for label in labels {
            label.name.bytes().for_each(&mut add);
            add(SEPARATOR);
            label.value.bytes().for_each(&mut add);
            add(SEPARATOR);
        }
        Self(hash)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a fingerprint; write 16 hexadecimal digits")]
pub struct FingerprintError(String);

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let error = || FingerprintError(text.to_owned());
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(error());
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| error())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_as_alertmanager() {
        // What Alertmanager 0.25 answers in `/api/v2/alerts` for these labels.
        for (labels, expected) in [
            (vec![], "cbf29ce484222325"),
            (vec![("alertname", "x")], "d240efc3896bf266"),
            (
                vec![("alertname", "Fire"), ("severity", "critical"), ("instance", "a:9100")],
                "af52cec3b358d588",
            ),
            (vec![("alertname", "Fire"), ("text", "Größe a\"b\\c\nd")], "721353d34996f27a"),
        ] {
            let fingerprint = Fingerprint::of(&Labels::new(labels).unwrap());
            assert_eq!(fingerprint.to_string(), expected);
            assert_eq!(expected.parse(), Ok(fingerprint));
        }
    }

    #[test]
    fn what_is_no_fingerprint() {
        for text in ["", "cbf29ce48422232", "cbf29ce4842223255", "+bf29ce484222325", "gbf29ce484222325"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
