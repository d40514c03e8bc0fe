//! The small pieces that large answers are made of, appended to the body without any memory of their own.

use std::io::Write as _;

use watchfire_model::Labels;
use watchfire_promql::write_value;

/// Appends a text in quotes.
pub(super) fn write_string(body: &mut Vec<u8>, text: &str) {
    // Nearly no label has anything to escape.
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        body.push(b'"');
        body.extend_from_slice(text.as_bytes());
        body.push(b'"');
    } else {
        // Neither writing to a vector nor a text can fail.
        let _ = serde_json::to_writer(body, text);
    }
}

/// Appends a label set as an object.
pub(super) fn write_labels(body: &mut Vec<u8>, labels: &Labels) {
    body.push(b'{');
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        write_string(body, label.name);
        body.push(b':');
        write_string(body, label.value);
    }
    body.push(b'}');
}

/// Appends milliseconds as seconds: a whole number, or three digits behind the point.
pub(super) fn write_timestamp(body: &mut Vec<u8>, millis: i64) {
    if millis < 0 {
        body.push(b'-');
    }
    let millis = millis.unsigned_abs();
    let (seconds, rest) = (millis / 1000, millis % 1000);
    // Writing to a vector can't fail.
    let _ = write!(body, "{seconds}");
    if rest != 0 {
        let digits = [rest / 100, rest / 10 % 10, rest % 10].map(|digit| b'0' + digit as u8);
        body.push(b'.');
        body.extend_from_slice(&digits);
    }
}

/// Appends a sample: `[1435781430.781,"1"]`.
pub(super) fn write_sample(body: &mut Vec<u8>, millis: i64, value: f64) {
    body.push(b'[');
    write_timestamp(body, millis);
    body.extend_from_slice(b",\"");
    write_value(body, value);
    body.extend_from_slice(b"\"]");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut body = Vec::new();
        write(&mut body);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn timestamps_are_seconds() {
        let table = [
            (0, "0"),
            (1, "0.001"),
            (1_435_781_451_781, "1435781451.781"),
            (1_435_781_400_120, "1435781400.120"),
            (1_435_781_430_000, "1435781430"),
            (-1500, "-1.500"),
            (i64::MIN, "-9223372036854775.808"),
        ];
        for (millis, expected) in table {
            assert_eq!(written(|body| write_timestamp(body, millis)), expected);
        }
    }

    #[test]
    fn texts_read_back() {
        for text in ["", "plain", "C:\\DIR\n\"x\"", "ü <&> \u{1}\u{7f}\u{2028}", "\t"] {
            let json = written(|body| write_string(body, text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{json}");
        }
    }

    #[test]
    fn samples_and_labels() {
        let labels = Labels::of("up", [("path", "\"")]).unwrap();
        assert_eq!(written(|body| write_labels(body, &labels)), r#"{"__name__":"up","path":"\""}"#);
        assert_eq!(written(|body| write_labels(body, &Labels::empty())), "{}");
        assert_eq!(written(|body| write_sample(body, 1500, f64::NAN)), r#"[1.500,"NaN"]"#);
    }
}
