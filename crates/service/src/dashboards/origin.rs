/// Whether a text is `scheme://host` or `scheme://host:port`, as browsers write origins: in small letters, without a path.
pub(super) fn is_origin(text: &str) -> bool {
    let Some(rest) = ["https://", "http://"].into_iter().find_map(|scheme| text.strip_prefix(scheme)) else {
        return false;
    };
    let (host, port) = match rest.strip_prefix('[') {
        Some(address) => match address.split_once(']') {
            Some((address, rest)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                ("v6", rest.strip_prefix(':').or((!rest.is_empty()).then_some("-")))
            }
            _ => return false,
        },
        None => match rest.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        },
    };
    let letters =
        host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
    let host_is_good = letters && !host.is_empty() && host.len() <= 253 && !host.starts_with(['.', '-']);
    let is_port =
        |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    host_is_good && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        for (text, good) in [
            ("https://example.org", true),
            ("http://localhost:3000", true),
            ("https://a-b.example.org:8443", true),
            ("http://192.168.1.2", true),
            ("http://[::1]:8080", true),
            ("http://[::1]", true),
            ("http://[::1]x", false),
            ("https://example.org/", false),
            ("https://example.org/path", false),
            ("https://Example.org", false),
            ("https://user@example.org", false),
            ("https://*.example.org", false),
            ("https://example.org:0", false),
            ("https://example.org:99999", false),
            ("https://example.org:080", false),
            ("https://", false),
            ("ftp://example.org", false),
            ("example.org", false),
            ("https://a.org; script-src *", false),
            ("*", false),
            ("null", false),
        ] {
            assert_eq!(is_origin(text), good, "{text}");
        }
    }
}
