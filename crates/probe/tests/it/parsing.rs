use proptest::prelude::*;
use watchfire_probe::{ParseError, parse_certificates, parse_http, parse_icmp, parse_tcp};

type Parse = fn(&str) -> Result<usize, ParseError>;

const HTTP: Parse = |list| parse_http(list).map(|targets| targets.len());
const TCP: Parse = |list| parse_tcp(list).map(|targets| targets.len());
const ICMP: Parse = |list| parse_icmp(list).map(|targets| targets.len());
const CERTIFICATES: Parse = |list| parse_certificates(list).map(|targets| targets.len());

#[test]
fn lists_are_read() {
    let table: &[(Parse, &str, usize)] = &[
        (HTTP, "", 0),
        (HTTP, " , ,", 0),
        (HTTP, "http://a, https://b:8443/x?y=1%2C2#z,", 2),
        (HTTP, "HTTP://A.example/, http://[::1]:80/", 2),
        (HTTP, "http://user:p%40ss@host/, http://ex\u{e4}mple.com", 2),
        (TCP, "db:5432, 10.0.0.1:22, [2001:db8::1]:22, a_b.c-d.example.:65535", 4),
        (TCP, "b\u{fc}cher.example:1", 1),
        (ICMP, "gateway, 10.0.0.1, ::1, [::1], fe80::1", 5),
        (CERTIFICATES, "a, b:636, https://c/, https://u:p@d:8443/x, ::1, [::1]:443, 127.0.0.1", 7),
    ];
    for (parse, list, length) in table {
        assert_eq!(parse(list), Ok(*length), "{list}");
    }
}

const ERRORS: &[(Parse, &str, &str)] = &[
    (
        HTTP,
        "example.com",
        r#"entry 1, "example.com": a URL starts with http:// or https://; write that before it"#,
    ),
    (
        HTTP,
        "http://a,localhost:80",
        r#"entry 2, "localhost:80": a URL starts with http:// or https://; write that before it"#,
    ),
    (HTTP, "ftp://a/", r#"entry 1, "ftp://a/": ftp:// can't be asked; take one with http:// or https://"#),
    (
        HTTP,
        "http://",
        r#"entry 1, "http://": that is no URL (empty host); write one such as https://example.com/health, a comma in it as %2C"#,
    ),
    (
        HTTP,
        "http://a:port/",
        r#"entry 1, "http://a:port/": that is no URL (invalid port number); write one such as https://example.com/health, a comma in it as %2C"#,
    ),
    (HTTP, "http://a:0/", r#"entry 1, "http://a:0/": "0" is no port; take a number from 1 to 65535"#),
    (
        HTTP,
        ",http://a/,http://u:p@a/",
        r#"entry 3, "http://a/": it is the same target as entry 2; leave one of them out"#,
    ),
    (
        HTTP,
        "http://user:a/b@host/",
        r#"entry 1, "http://host/": that is no URL (invalid port number); write one such as https://example.com/health, a comma in it as %2C"#,
    ),
    (TCP, "db", r#"entry 1, "db": there is no port; write one as in example.com:5432 or [2001:db8::1]:5432"#),
    (
        TCP,
        "::1",
        r#"entry 1, "::1": there is no port; write one as in example.com:5432 or [2001:db8::1]:5432"#,
    ),
    (TCP, "db:", r#"entry 1, "db:": "" is no port; take a number from 1 to 65535"#),
    (TCP, "db:+1", r#"entry 1, "db:+1": "+1" is no port; take a number from 1 to 65535"#),
    (TCP, "db:65536", r#"entry 1, "db:65536": "65536" is no port; take a number from 1 to 65535"#),
    (TCP, ":80", r#"entry 1, ":80": "" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#),
    (
        TCP,
        "a b:80",
        r#"entry 1, "a b:80": "a b" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (
        TCP,
        "a:b:80",
        r#"entry 1, "a:b:80": "a:b:80" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (
        TCP,
        "[::1:80",
        r#"entry 1, "[::1:80": "[::1:80" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (
        TCP,
        "300.1.1.1:80",
        r#"entry 1, "300.1.1.1:80": "300.1.1.1" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (TCP, "tcp://db:80", r#"entry 1, "tcp://db:80": a URL is not wanted here; leave tcp:// out"#),
    (TCP, "db:80,db:80", r#"entry 2, "db:80": it is the same target as entry 1; leave one of them out"#),
    (ICMP, "host:7", r#"entry 1, "host:7": ICMP has no ports; leave :7 out"#),
    (
        ICMP,
        "a/24",
        r#"entry 1, "a/24": "a/24" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (
        ICMP,
        "fe80::1%eth0",
        r#"entry 1, "fe80::1%eth0": "fe80::1%eth0" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
    (CERTIFICATES, "http://a/", r#"entry 1, "http://a/": http:// can't be asked; take one with https://"#),
    (
        CERTIFICATES,
        "a/path",
        r#"entry 1, "a/path": "a/path" is no host; write a name, an IPv4 or an IPv6 address, nothing else"#,
    ),
];

#[test]
fn errors_name_the_entry_and_the_mend() {
    for (parse, list, message) in ERRORS {
        assert_eq!(parse(list).map_err(|error| error.to_string()), Err((*message).to_owned()), "{list}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in ".{0,60}") {
        for parse in [HTTP, TCP, ICMP, CERTIFICATES] {
            if let Err(error) = parse(&text) {
                let entry = text.split(',').nth(error.number - 1);
                prop_assert!(entry.is_some_and(|entry| !entry.trim().is_empty()), "{}", error);
            }
        }
    }

    /// What stands before the last @ is shown by no error, whatever else is wrong.
    #[test]
    fn no_error_shows_a_password(
        scheme in "(|https?://|ftp://|://)", user in "[a-z]{1,5}", rest in "[a-z]{0,3}(://)?[a-z/:?#\\[]{0,20}"
    ) {
        let list = format!("{scheme}{user}:S3CRET@{rest}");
        for parse in [HTTP, TCP, ICMP, CERTIFICATES] {
            if let Err(error) = parse(&list) {
                prop_assert!(!error.to_string().contains("S3CRET"), "{}", error);
            }
        }
    }
}
