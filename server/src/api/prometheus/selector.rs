//! The selectors of `match[]`.

use watchfire_model::Matcher;
use watchfire_service::{ServiceError, parse_selector};

/// Reads one selector; the error is a sentence in Prometheus' words.
pub(super) fn parse_match(text: &str) -> Result<Vec<Matcher>, String> {
    parse_selector(text).map_err(|error| match error {
        // Prometheus reads selectors without this check, and makes it afterwards in other words.
        ServiceError::Parse(error)
            if error.message.ends_with("must contain at least one non-empty matcher") =>
        {
            "match[] must contain at least one non-empty matcher".to_owned()
        }
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_prometheus() {
        let table = [
            ("{}", "match[] must contain at least one non-empty matcher"),
            ("{job=\"\"}", "match[] must contain at least one non-empty matcher"),
            ("{job=~\".*\"}", "match[] must contain at least one non-empty matcher"),
            ("up{", "1:4: parse error: unexpected end of input inside braces"),
            ("up[5m]", "\"up[5m]\" is not a series selector; write one like up{job=\"api\"}"),
        ];
        for (text, sentence) in table {
            assert_eq!(parse_match(text).unwrap_err(), sentence, "{text}");
        }
        assert_eq!(parse_match("up{job=\"a\"}").unwrap().len(), 2);
    }
}
