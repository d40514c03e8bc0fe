use super::problem::Place;
use super::read::{Fields, Reading};
use super::types::{Credentials, Http, Pem, Secret, SecretSource, Tls};
use watchfire_yaml::{Kind, Node};

/// The keys of a section that an HTTP client is made from.
pub(super) const KNOWN: &[&str] = &[
    "basic_auth",
    "authorization",
    "bearer_token",
    "bearer_token_file",
    "tls_config",
    "follow_redirects",
    "enable_http2",
    "http_headers",
];

/// Those that Prometheus has besides, with the reason why they are refused.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("oauth2", "OAuth 2 is not supported; use basic_auth or authorization"),
    ("proxy_url", "proxies are not supported; targets are connected to directly"),
    ("proxy_from_environment", "proxies are not supported; targets are connected to directly"),
    ("proxy_connect_header", "proxies are not supported; targets are connected to directly"),
    ("no_proxy", "proxies are not supported; targets are connected to directly"),
];

/// Reads the keys of an HTTP client.
pub(super) fn http(reading: &mut Reading, fields: &Fields<'_>) -> Http {
    for (name, reason) in REFUSED {
        if let Some(node) = fields.get(name) {
            // `proxy_from_environment: false` asks for nothing.
            if !matches!(&node.kind, Kind::Text(text) | Kind::Bare(text) if text == "false") {
                reading.problem(node.place, format!("{name}: {reason}"));
            }
        }
    }
    if fields.get("enable_http2").is_some() {
        reading.flag(fields, "enable_http2", false);
    }
    Http {
        credentials: credentials(reading, fields),
        tls: fields.get("tls_config").map(|node| tls(reading, node)).unwrap_or_default(),
        follow_redirects: reading.flag(fields, "follow_redirects", true),
        headers: fields.get("http_headers").map(|node| headers(reading, node)).unwrap_or_default(),
    }
}

fn credentials(reading: &mut Reading, fields: &Fields<'_>) -> Option<Credentials> {
    let ways = ["basic_auth", "authorization", "bearer_token", "bearer_token_file"];
    let given: Vec<&str> = ways.into_iter().filter(|name| fields.get(name).is_some()).collect();
    if let [first, second, ..] = given[..] {
        reading.problem(fields.place, format!("{first} and {second} are both given; keep one of them"));
    }
    let name = *given.first()?;
    let node = fields.get(name)?;
    match name {
        "basic_auth" => {
            let known = ["username", "username_file", "password", "password_file"];
            let section = reading.fields(node, name, &known)?;
            let username = secret(reading, &section, "username", "username_file");
            let password = secret(reading, &section, "password", "password_file");
            let empty = || SecretSource::Inline(Secret::default());
            Some(Credentials::Basic {
                username: username.unwrap_or_else(empty),
                password: password.unwrap_or_else(empty),
            })
        }
        "authorization" => {
            let section = reading.fields(node, name, &["type", "credentials", "credentials_file"])?;
            let kind = reading.owned(&section, "type").unwrap_or_else(|| "Bearer".to_owned());
            if kind.trim().eq_ignore_ascii_case("basic") {
                reading.problem(section.place, "authorization can't be of the type basic; use basic_auth");
                return None;
            }
            let credentials = secret(reading, &section, "credentials", "credentials_file")?;
            Some(Credentials::Header { kind: kind.trim().to_owned(), credentials })
        }
        _ => {
            let credentials = secret(reading, fields, "bearer_token", "bearer_token_file")?;
            Some(Credentials::Header { kind: "Bearer".to_owned(), credentials })
        }
    }
}

fn secret(reading: &mut Reading, fields: &Fields<'_>, inline: &str, file: &str) -> Option<SecretSource> {
    either(reading, fields, inline, file);
    if let Some(path) = reading.path(fields, file) {
        return Some(SecretSource::File(path));
    }
    reading.owned(fields, inline).map(|text| SecretSource::Inline(Secret(text)))
}

fn either(reading: &mut Reading, fields: &Fields<'_>, inline: &str, file: &str) {
    if let (Some(_), Some(node)) = (fields.get(inline), fields.get(file)) {
        reading.problem(node.place, format!("{inline} and {file} are both given; keep one of them"));
    }
}

fn tls(reading: &mut Reading, node: &Node) -> Tls {
    let known = [
        "ca",
        "ca_file",
        "cert",
        "cert_file",
        "key",
        "key_file",
        "server_name",
        "insecure_skip_verify",
        "min_version",
        "max_version",
    ];
    let Some(fields) = reading.fields(node, "tls_config", &known) else { return Tls::default() };
    for name in ["min_version", "max_version"] {
        if let Some(node) = fields.get(name) {
            reading.note(node.place, format!("{name} is not used: TLS 1.2 and 1.3 are spoken"));
        }
    }
    let tls = Tls {
        ca: pem(reading, &fields, "ca", "ca_file"),
        cert: pem(reading, &fields, "cert", "cert_file"),
        key: pem(reading, &fields, "key", "key_file"),
        server_name: reading.owned(&fields, "server_name").filter(|name| !name.is_empty()),
        insecure_skip_verify: reading.flag(&fields, "insecure_skip_verify", false),
    };
    if tls.cert.is_some() != tls.key.is_some() {
        reading.problem(fields.place, "a client's certificate needs its key and the key its certificate");
    }
    tls
}

fn pem(reading: &mut Reading, fields: &Fields<'_>, inline: &str, file: &str) -> Option<Pem> {
    either(reading, fields, inline, file);
    if let Some(path) = reading.path(fields, file) {
        return Some(Pem::File(path));
    }
    reading.owned(fields, inline).filter(|text| !text.is_empty()).map(|text| Pem::Inline(Secret(text)))
}

fn headers(reading: &mut Reading, node: &Node) -> Vec<(String, Secret)> {
    let Some(fields) = reading.map(node, "http_headers") else { return Vec::new() };
    let mut headers = Vec::new();
    for (key, node) in fields.iter() {
        if is_reserved(&key.name) {
            reserved(reading, key.place, &key.name);
            continue;
        }
        let Some(section) = reading.fields(node, "http_headers", &["values", "secrets"]) else { continue };
        for name in ["values", "secrets"] {
            let values = reading.texts(section.get(name), name);
            headers.extend(values.into_iter().map(|value| (key.name.clone(), Secret(value))));
        }
    }
    headers
}

fn is_reserved(name: &str) -> bool {
    ["authorization", "host", "accept", "accept-encoding", "content-length", "user-agent"]
        .contains(&name.to_lowercase().as_str())
}

fn reserved(reading: &mut Reading, place: Place, name: &str) {
    reading.problem(place, format!("the header {name} is set by the scraper; leave it out"));
}
