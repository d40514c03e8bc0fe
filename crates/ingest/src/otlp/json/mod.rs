//! The JSON form of a request
//! (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>), rewritten as the protobuf form while it is read, so
//! that one decoder reads both.

use serde_json::Deserializer;
use serde_json::de::SliceRead;

use super::Error;

mod schema;
mod write;

/// Writes the protobuf form of a body. Fields that are not known, and those that are `null`, are left out.
pub(super) fn to_protobuf(body: &[u8]) -> Result<Vec<u8>, Error> {
    let mut into = Vec::with_capacity(body.len() / 2);
    let mut reader = Deserializer::new(SliceRead::new(body));
    write::message(&mut reader, &schema::REQUEST, &mut into)
        .and_then(|()| reader.end())
        .map_err(|error| Error::Json(error.to_string()))?;
    Ok(into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_protobuf() {
        for (what, json, expected) in [
            ("nothing", "{}", b"".as_slice()),
            ("nulls and empty lists", r#"{"resourceMetrics": null, "other": [{"a": 1}]}"#, b""),
            ("an empty message", r#"{"resourceMetrics": [{}]}"#, b"\x0a\x00"),
            (
                "an attribute",
                r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":{"intValue":"-1"}}]}}]}"#,
                b"\x0a\x14\x0a\x12\x0a\x10\x0a\x01a\x12\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            ),
            (
                "escapes, and bytes",
                r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"\u0061\n","value":{"bytesValue":"AP8_"}}]}}]}"#,
                b"\x0a\x0f\x0a\x0d\x0a\x0b\x0a\x02a\n\x12\x05\x3a\x03\x00\xff\x3f",
            ),
        ] {
            assert_eq!(to_protobuf(json.as_bytes()).as_deref(), Ok(expected), "{what}");
        }
    }

    #[test]
    fn long_messages_have_long_lengths() {
        let value = "x".repeat(300);
        let json =
            format!(r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"{value}"}}]}}}}]}}"#);
        let bytes = to_protobuf(json.as_bytes()).unwrap();
        assert_eq!(bytes[..12], *b"\x0a\xb5\x02\x0a\xb2\x02\x0a\xaf\x02\x0a\xac\x02");
        assert_eq!(bytes[12..], *value.as_bytes());
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let point = |point: &str| {
            format!(
                "{{\"resourceMetrics\":[{{\"scopeMetrics\":[{{\"metrics\":[{{\"gauge\":{{\"dataPoints\":[\n{{{point}}}]}}}}]}}]}}]}}"
            )
        };
        for (json, message) in [
            (point(r#""asInt":"1.5""#), "asInt must be a whole number, or one in quotes at line 2 column 14"),
            (
                point(r#""timeUnixNano":-1"#),
                "timeUnixNano must be a whole number of 0 or more, or one in quotes at line 2 column 18",
            ),
            (
                point(r#""timeUnixNano":"9999999999999999999999""#),
                "timeUnixNano must be a whole number of 0 or more",
            ),
            (
                point(r#""asDouble":"high""#),
                "asDouble must be a number, \"NaN\", \"Infinity\" or \"-Infinity\" at line 2",
            ),
            (point(r#""flags":true"#), "flags must be a whole number of 0 or more"),
            (point(r#""exemplars":{}"#), "expected a list in exemplars at line 2"),
            (point(r#""exemplars":[{"traceId":"abc"}]"#), "traceId must be bytes in hexadecimal"),
            (point(r#""attributes":["a"]"#), "attributes must be an object"),
            ("[]".to_owned(), "the request must be an object"),
            ("{".to_owned(), "EOF while parsing an object at line 1 column 1"),
            ("{} {}".to_owned(), "trailing characters at line 1 column 4"),
        ] {
            let error = to_protobuf(json.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{json}: {error}");
        }
        let deep = format!(r#"{{"resourceMetrics":{}"#, "[".repeat(10_000));
        assert!(to_protobuf(deep.as_bytes()).is_err());
    }
}
