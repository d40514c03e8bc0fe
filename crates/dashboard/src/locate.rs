//! Finds the line in a JSON text on which a field stands.

use crate::check::Step;

/// The line, from 1, on which the value at `path` begins; of the nearest one around it where it is not written.
pub(crate) fn line_of(text: &str, path: &[Step]) -> Option<usize> {
    let mut at = skip_space(text.as_bytes(), 0);
    for step in path {
        match enter(text, at, step) {
            Some(inside) => at = inside,
            None => break,
        }
    }
    (at < text.len()).then(|| text[..at].matches('\n').count() + 1)
}

/// Where the value of one step begins, of the container that begins at `at`. The text is well formed.
fn enter(text: &str, at: usize, step: &Step) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, at + 1);
    let mut index = 0;
    while at < bytes.len() && !matches!(bytes[at], b'}' | b']') {
        match step {
            Step::Field(name) => {
                let end = skip_value(bytes, at);
                let key = text.get(at + 1..end - 1)?;
                at = skip_space(bytes, skip_space(bytes, end) + 1);
                if key == *name {
                    return Some(at);
                }
            }
            Step::Item(wanted) if index == *wanted => return Some(at),
            Step::Item(_) => {}
        }
        at = skip_space(bytes, skip_value(bytes, at));
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
        index += 1;
    }
    None
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Where the value that begins at `at` ends.
fn skip_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(bytes[at - 1], b'"' | b'}' | b']') {
            return at;
        }
    }
    at
}

/// Where the string that begins at `at` ends.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found() {
        let text = "{\n \"a\": [\"x]\\\"\",\n  {\"b\": {}, \"c\"\n : 1}],\n \"d\": null}";
        for (path, line) in [
            (vec![], 1),
            (vec![Step::Field("a")], 2),
            (vec![Step::Field("a"), Step::Item(0)], 2),
            (vec![Step::Field("a"), Step::Item(1)], 3),
            (vec![Step::Field("a"), Step::Item(1), Step::Field("c")], 4),
            (vec![Step::Field("a"), Step::Item(1), Step::Field("none")], 3),
            (vec![Step::Field("d")], 5),
        ] {
            assert_eq!(line_of(text, &path), Some(line), "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[\\[\\]{}\",:\\\\ a\\n0]{0,40}", field in 0_usize..4) {
            let path = [Step::Field("a"), Step::Item(field), Step::Field("")];
            let _ = line_of(&text, &path);
        }
    }
}
