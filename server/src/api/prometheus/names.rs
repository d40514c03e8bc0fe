//! Label names in addresses, where those beyond plain identifiers are written in the form that Prometheus calls value
//! encoding: `my.label` is `U__my_2e_label`.

/// Decodes a name that is in that form, and leaves any other as it is
/// (<https://github.com/prometheus/common/blob/main/model/metric.go>, `UnescapeName`).
pub(super) fn unescape(name: &str) -> String {
    name.strip_prefix("U__").and_then(decode).unwrap_or_else(|| name.to_owned())
}

/// `__` is one underscore, `_2e_` the character with that number; anything else after an underscore is an error.
fn decode(escaped: &str) -> Option<String> {
    let mut name = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((plain, after)) = rest.split_once('_') {
        name.push_str(plain);
        let (code, after) = after.split_once('_')?;
        if code.is_empty() {
            name.push('_');
        } else {
            let is_code = code.len() <= 6 && code.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = is_code.then(|| u32::from_str_radix(code, 16).ok())?;
            name.push(char::from_u32(number?)?);
        }
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded() {
        let table = [
            ("host", "host"),
            ("my.label", "my.label"),
            ("U__my_2e_label", "my.label"),
            ("U__my_2E_label", "my.label"),
            ("U__a__b", "a_b"),
            ("U______name____", "__name__"),
            ("U___1f525_fire", "🔥fire"),
            ("U__", ""),
            // Not in that form after all.
            ("U__a_b", "U__a_b"),
            ("U__a_", "U__a_"),
            ("U__a_zz_", "U__a_zz_"),
            ("U__a_d800_", "U__a_d800_"),
            ("U__a_0000041_", "U__a_0000041_"),
            ("U__a_+41_", "U__a_+41_"),
        ];
        for (escaped, name) in table {
            assert_eq!(unescape(escaped), name, "{escaped}");
        }
    }
}
