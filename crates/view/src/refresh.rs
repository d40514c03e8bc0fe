//! How often panels ask, as dashboards and URLs write it.

use watchfire_model::live::Refresh;

/// How often a text says; none for `off`, and for what cannot be read.
pub fn refresh_of(text: &str) -> Option<Refresh> {
    match text {
        "auto" => Some(Refresh::Auto),
        "off" => None,
        text => watchfire_model::parse_duration(text)
            .ok()
            .and_then(|millis| u32::try_from(millis).ok())
            .filter(|millis| Refresh::EVERY.contains(millis))
            .map(Refresh::Every),
    }
}

/// The newest instant at which something is to be asked anew: milliseconds since the epoch; 0 without a refresh.
pub fn moment(every: Option<Refresh>, now: i64) -> i64 {
    match every {
        None => 0,
        Some(Refresh::Auto) => now.div_euclid(15_000) * 15_000,
        Some(Refresh::Every(millis)) => now.div_euclid(i64::from(millis)) * i64::from(millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_moments() {
        for (word, every, at) in [
            ("auto", Some(Refresh::Auto), 90_000),
            ("off", None, 0),
            ("10s", Some(Refresh::Every(10_000)), 90_000),
            ("1m", Some(Refresh::Every(60_000)), 60_000),
            ("10ms", None, 0),
            ("soon", None, 0),
        ] {
            assert_eq!(refresh_of(word), every, "{word}");
            assert_eq!(moment(every, 99_999), at, "{word}");
        }
    }
}
