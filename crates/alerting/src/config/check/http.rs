use super::Checker;
use crate::config::read::Node;
use crate::config::{HttpConfig, TlsConfig};

/// Headers that the sender itself sets.
const RESERVED: [&str; 12] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "user-agent",
    "www-authenticate",
];

const VERSIONS: [&str; 4] = ["TLS10", "TLS11", "TLS12", "TLS13"];

impl Checker<'_> {
    pub(super) fn http(&mut self, http: Option<&HttpConfig>, node: &Node) {
        let Some(http) = http else { return };
        let bearer = !http.bearer_token.is_empty() || !http.bearer_token_file.is_empty();
        let ways = [
            ("basic_auth", http.basic_auth.is_some()),
            ("authorization", http.authorization.is_some()),
            ("oauth2", http.oauth2.is_some()),
            ("bearer_token", bearer),
        ];
        let given: Vec<&str> = ways.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
        if let [first, second, ..] = given[..] {
            let reason = format!("{first} and {second} are both given; keep one of them");
            self.problem(node.place_of(second), reason);
        }
        self.either(node, "bearer_token", !http.bearer_token.is_empty(), &http.bearer_token_file);
        if let Some(basic) = &http.basic_auth {
            let node = node.get("basic_auth");
            self.either(node, "username", !basic.username.is_empty(), &basic.username_file);
            self.either(node, "password", !basic.password.is_empty(), &basic.password_file);
        }
        if let Some(authorization) = &http.authorization {
            let node = node.get("authorization");
            let given = !authorization.credentials.is_empty();
            self.either(node, "credentials", given, &authorization.credentials_file);
            if authorization.kind.trim().eq_ignore_ascii_case("basic") {
                self.problem(node.place_of("type"), "the type can't be basic; use basic_auth");
            }
        }
        if let Some(oauth2) = &http.oauth2 {
            let node = node.get("oauth2");
            self.either(node, "client_secret", !oauth2.client_secret.is_empty(), &oauth2.client_secret_file);
            self.tls(oauth2.tls_config.as_ref(), node.get("tls_config"));
            let proxy = (oauth2.proxy_url.is_some(), oauth2.proxy_from_environment);
            self.proxy(node, proxy, !oauth2.no_proxy.is_empty(), !oauth2.proxy_connect_header.is_empty());
        }
        self.tls(http.tls_config.as_ref(), node.get("tls_config"));
        let proxy = (http.proxy_url.is_some(), http.proxy_from_environment);
        self.proxy(node, proxy, !http.no_proxy.is_empty(), !http.proxy_connect_header.is_empty());
        for name in http.http_headers.keys() {
            if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
                let place = node.get("http_headers").place_of(name);
                self.problem(place, format!("the header {name} is set by the sender; leave it out"));
            }
        }
    }

    fn proxy(&mut self, node: &Node, (url, environment): (bool, bool), no_proxy: bool, headers: bool) {
        if environment && (url || no_proxy) {
            let reason = "proxy_from_environment goes with neither proxy_url nor no_proxy; keep one of them";
            self.problem(node.place_of("proxy_from_environment"), reason);
        } else if no_proxy && !url {
            self.problem(node.place_of("no_proxy"), "no_proxy has a meaning only with proxy_url");
        }
        if headers && environment {
            let reason =
                "proxy_connect_header is sent to the proxy of proxy_url alone, not to one of the environment";
            self.note(node.place_of("proxy_connect_header"), reason);
        }
        if headers && !url && !environment {
            let reason = "proxy_connect_header has a meaning only with proxy_url or proxy_from_environment";
            self.problem(node.place_of("proxy_connect_header"), reason);
        }
    }

    pub(super) fn tls(&mut self, tls: Option<&TlsConfig>, node: &Node) {
        let Some(tls) = tls else { return };
        self.either(node, "ca", !tls.ca.is_empty(), &tls.ca_file);
        self.either(node, "cert", !tls.cert.is_empty(), &tls.cert_file);
        self.either(node, "key", !tls.key.is_empty(), &tls.key_file);
        let cert = !tls.cert.is_empty() || !tls.cert_file.is_empty();
        let key = !tls.key.is_empty() || !tls.key_file.is_empty();
        if cert != key {
            self.problem(node.place, "a client's certificate needs its key and the key its certificate");
        }
        for (name, version) in [("min_version", &tls.min_version), ("max_version", &tls.max_version)] {
            if !version.is_empty() && !VERSIONS.contains(&version.as_str()) {
                let reason =
                    format!("{version:?} is no version of TLS; write one of {}", VERSIONS.join(", "));
                self.problem(node.place_of(name), reason);
            }
        }
    }
}
