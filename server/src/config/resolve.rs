use super::Config;
use super::origin::{Given, Origin, Problem};
use super::settings::settings;

/// The configuration, and for each setting, in the table's order, the value that won.
pub(super) struct Resolved {
    /// The typed values.
    pub(super) config: Config,
    /// The winners.
    pub(super) winners: Vec<Given>,
}

/// Writes the layers over one another, lowest first: that alone is the precedence.
///
/// A value that a higher layer covers is checked all the same, so that it does not turn out wrong on the day when
/// the flag that covers it goes. `problems` may bring mistakes found while reading; the result has all of them, in the
/// order of the layers and of the lines in the file.
pub(super) fn resolve(
    layers: impl IntoIterator<Item = Given>,
    mut problems: Vec<Problem>,
) -> Result<Resolved, Vec<Problem>> {
    let mut config = Config::blank();
    let mut winners: Vec<Given> = settings()
        .map(|setting| Given { setting, text: setting.default.to_owned(), origin: Origin::Default })
        .collect();
    for given in winners.clone().into_iter().chain(layers) {
        match (given.setting.set)(&mut config, &given.text) {
            Ok(()) => {
                for winner in winners.iter_mut().filter(|winner| winner.setting.key == given.setting.key) {
                    *winner = given.clone();
                }
            }
            Err(message) => problems.push(given.problem(&message)),
        }
    }
    if problems.is_empty() {
        problems.extend(exposed(&config, &winners));
        problems.extend(too_little_room(&config, &winners));
    }
    config.texts =
        winners.iter().map(|winner| (winner.setting.key, without_passwords(&winner.text))).collect();
    if problems.is_empty() {
        Ok(Resolved { config, winners })
    } else {
        problems.sort();
        Err(problems)
    }
}

/// Refuses an address that other machines can reach unless that was asked for.
fn exposed(config: &Config, winners: &[Given]) -> Option<Problem> {
    if config.i_know_there_is_no_login {
        return None;
    }
    let addresses = [
        ("listen", Some(config.listen)),
        ("ingest.otlp_grpc_listen", config.ingest.otlp_grpc_listen),
        ("ingest.otlp_http_listen", config.ingest.otlp_http_listen),
        ("ingest.statsd_listen", config.ingest.statsd_listen),
    ];
    addresses.into_iter().find_map(|(key, address)| {
        // `::ffff:127.0.0.1` is loopback too.
        let address = address.filter(|address| !address.ip().to_canonical().is_loopback())?;
        let (port, does) = (address.port(), if key == "listen" { "sees everything" } else { "can send anything" });
        let message = format!(
            "{address} can be reached from other machines, and there is no login yet, so whoever reaches it {does}; \
             listen on 127.0.0.1:{port}, or add --i-know-there-is-no-login to allow it"
        );
        winners.iter().find(|winner| winner.setting.key == key).map(|winner| winner.problem(&message))
    })
}

/// Refuses to hold less than one body that is allowed: it would be answered as if it could be taken later.
fn too_little_room(config: &Config, winners: &[Given]) -> Option<Problem> {
    let (held, body) = (config.ingest.max_held_bytes, config.ingest.max_body_bytes);
    let winner = winners.iter().find(|winner| winner.setting.key == "ingest.max_held_bytes")?;
    // A body that comes in pieces takes up to twice its room, as a list that grows does.
    (held < body.saturating_mul(2)).then(|| {
        winner.problem(&format!(
            "it must be at least twice ingest.max_body_bytes, which is {body} bytes, so that such a body can be taken"
        ))
    })
}

/// A text in which what stands before the `@` of a URL's host is left out.
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let host = part.find(['/', '?', '#', ',']).unwrap_or(part.len());
        let from = part[..host].rfind('@').map_or(0, |at| at + 1);
        shown.push_str("://");
        shown.push_str(&part[from..]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn passwords_are_left_out() {
        let table = [
            ("30s", "30s"),
            ("https://a/b@c", "https://a/b@c"),
            ("http://u:p@ss@a:1/x, https://u@b?q=@", "http://a:1/x, https://b?q=@"),
            ("http://u:p@a,http://b", "http://a,http://b"),
        ];
        for (text, expected) in table {
            assert_eq!(without_passwords(text), expected);
        }
    }
}
