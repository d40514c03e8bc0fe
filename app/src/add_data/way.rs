use std::borrow::Cow;

use super::Doors;
use crate::address::Search;

/// A way in which samples come in from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Prometheus,
    Scraping,
    Vmagent,
    OpenTelemetry,
    Python,
    Rust,
    Text,
    Json,
    StatsD,
}

/// Lines to paste, and where they belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// Where the lines belong; no two of one way are the same.
    pub(super) place: &'static str,
    pub(super) lines: String,
}

impl Way {
    /// In the order of the list.
    pub(super) const ALL: [Self; 9] = [
        Self::Prometheus,
        Self::Scraping,
        Self::Vmagent,
        Self::OpenTelemetry,
        Self::Python,
        Self::Rust,
        Self::Text,
        Self::Json,
        Self::StatsD,
    ];

    /// The way that a URL asks for; the first where it names none that there is.
    pub(super) fn of(search: &str) -> Self {
        let search = Search::parse(search);
        let asked = search.get("way").unwrap_or_default();
        Self::ALL.into_iter().find(|way| way.word() == asked).unwrap_or(Self::ALL[0])
    }

    /// Its word in the URL.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Scraping => "scraping",
            Self::Vmagent => "vmagent",
            Self::OpenTelemetry => "otlp",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Text => "text",
            Self::Json => "json",
            Self::StatsD => "statsd",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Scraping => "Scraping",
            Self::Vmagent => "vmagent",
            Self::OpenTelemetry => "OpenTelemetry",
            Self::Python => "Python",
            Self::Rust => "Rust",
            Self::Text => "Text with curl",
            Self::Json => "JSON with curl",
            Self::StatsD => "StatsD",
        }
    }

    /// What it is for, and what to know before.
    pub(super) fn about(self, doors: &Doors) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Prometheus => {
                "A Prometheus that scrapes already, also as an agent, sends what it has here. Add these lines to \
                 its configuration, then reload it."
            }
            Self::Scraping => {
                "Watchfire asks exporters itself, as Prometheus does. Give it a configuration file of Prometheus, \
                 new or the one that you have: of it, scrape_configs and global are used. A change of the file is \
                 followed at once; the view Targets shows how each target is."
            }
            Self::Vmagent => {
                "A vmagent scrapes as its configuration says and sends here. Add the flags for remoteWrite; the \
                 second spares it from trying VictoriaMetrics' own protocol first."
            }
            Self::OpenTelemetry => {
                "Programs with an OpenTelemetry SDK are told by their environment where to send. Metrics are \
                 taken; traces and logs are not yet. SDKs send once a minute unless \
                 OTEL_METRIC_EXPORT_INTERVAL, in milliseconds, says otherwise."
            }
            Self::Python => {
                "The client in this repository counts and times what a program does. It needs Python 3.9 and \
                 nothing else, and sends every 30 seconds and at exit."
            }
            Self::Rust => {
                "The crate in this repository counts and times what a program does, over the opentelemetry \
                 crates. It sends every 30 seconds from a thread of its own, and at the end."
            }
            Self::Text => "Whatever a script can write in the text format of Prometheus, one sample a line.",
            Self::Json => {
                "One metric, or a list of them. A kind is gauge, counter or histogram; a timestamp, in \
                 milliseconds, may be added."
            }
            Self::StatsD => {
                let on = if doors.statsd.is_some() {
                    "StatsD comes over UDP."
                } else {
                    "StatsD comes over UDP and is off by default: start Watchfire with the flag below."
                };
                let flush = &doors.statsd_flush;
                return Cow::Owned(format!(
                    "{on} What was counted is stored every {flush}, and from then on each time, so that counters \
                     go on while nothing is sent. Lines that can't be read are counted in \
                     watchfire_ingest_rejected_total."
                ));
            }
        })
    }

    /// By which protocols, as the server names them, its samples come.
    pub(super) fn protocols(self) -> &'static [&'static str] {
        match self {
            Self::Prometheus | Self::Vmagent => &["remote_write"],
            Self::OpenTelemetry => &["otlp_http", "otlp_grpc"],
            Self::Scraping => &["scrape"],
            Self::Python | Self::Rust => &["otlp_http"],
            Self::Text => &["import"],
            Self::Json => &["push"],
            Self::StatsD => &["statsd"],
        }
    }

    /// The lines to paste, for a server at `origin`, such as `http://127.0.0.1:3473`, with these `doors`.
    pub(super) fn snippets(self, origin: &str, doors: &Doors) -> Vec<Snippet> {
        let snippet = |place, lines| Snippet { place, lines };
        match self {
            Self::Prometheus => {
                vec![snippet("prometheus.yml", format!("remote_write:\n  - url: {origin}/api/v1/write"))]
            }
            Self::Scraping => vec![
                snippet(
                    "prometheus.yml",
                    "global:\n  scrape_interval: 15s\nscrape_configs:\n  - job_name: node\n    \
                     static_configs:\n      - targets: [\"localhost:9100\"]"
                        .to_owned(),
                ),
                snippet("Watchfire's flag", "--scrape-config prometheus.yml".to_owned()),
            ],
            Self::Vmagent => vec![snippet(
                "Command line",
                format!(
                    "vmagent -remoteWrite.url={origin}/api/v1/write \\\n  -remoteWrite.forcePromProto \\\n  \
                     -promscrape.config=prometheus.yml"
                ),
            )],
            Self::OpenTelemetry => {
                let environment = |endpoint: &str, protocol: &str| {
                    format!(
                        "export OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}\nexport \
                         OTEL_EXPORTER_OTLP_PROTOCOL={protocol}\nexport OTEL_METRICS_EXPORTER=otlp\nexport \
                         OTEL_TRACES_EXPORTER=none\nexport OTEL_LOGS_EXPORTER=none"
                    )
                };
                // gRPC has a port of its own, mostly on the server's machine only. Without one it is taken at the
                // server's own address.
                let grpc = match &doors.otlp_grpc {
                    Some(address) => snippet(
                        "Environment, over gRPC on this server's machine",
                        environment(&format!("http://{address}"), "grpc"),
                    ),
                    None => snippet("Environment, over gRPC", environment(origin, "grpc")),
                };
                vec![
                    snippet("Environment, over HTTP", environment(origin, "http/protobuf")),
                    grpc,
                    snippet(
                        "Collector's configuration",
                        format!(
                            "exporters:\n  otlphttp/watchfire:\n    endpoint: \
                             {origin}\nservice:\n  pipelines:\n    metrics:\n      receivers: [otlp]  # those that \
                             you have\n      exporters: [otlphttp/watchfire]"
                        ),
                    ),
                ]
            }
            Self::Python => vec![
                snippet("In this repository's folder", "pip install ./clients/python".to_owned()),
                snippet(
                    "Program",
                    format!(
                        "import watchfire\n\nwatchfire.configure(endpoint=\"{origin}\", \
                         service_name=\"shop\")\norders = watchfire.Counter(\"orders_total\", description=\"Orders \
                         taken\")\norders.add(1, country=\"CH\")\nwatchfire.flush(timeout=5)  # only to see it at once"
                    ),
                ),
            ],
            Self::Rust => vec![
                snippet(
                    "In the program's folder",
                    "cargo add watchfire-client --path ../watchfire/clients/rust".to_owned(),
                ),
                snippet(
                    "Program",
                    format!(
                        "fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    let _watchfire = \
                         watchfire_client::Client::builder()\n        .server(\"{origin}\")\n        \
                         .service_name(\"shop\")\n        .install()?;\n    let orders = \
                         watchfire_client::counter(\"orders_total\").build()?;\n    orders.add(1.0, &[(\"country\", \
                         \"CH\")]);\n    Ok(())\n}}"
                    ),
                ),
            ],
            Self::Text => vec![snippet(
                "Shell",
                format!(
                    "curl --data-binary @- {origin}/api/v1/import/prometheus <<'END'\n# TYPE orders_total \
                     counter\norders_total{{country=\"CH\"}} 17\nEND"
                ),
            )],
            Self::Json => vec![snippet(
                "Shell",
                format!(
                    "curl -H 'Content-Type: application/json' {origin}/api/v1/push \\\n  -d '{{\"name\": \
                     \"orders_waiting\", \"labels\": {{\"country\": \"CH\"}}, \"value\": 3}}'"
                ),
            )],
            Self::StatsD => statsd(doors),
        }
    }
}

/// Lines that send to StatsD, which may have to be switched on first.
fn statsd(doors: &Doors) -> Vec<Snippet> {
    const USUAL: &str = "127.0.0.1:8125";
    let snippet = |place, lines| Snippet { place, lines };
    let address = doors.statsd.as_deref().unwrap_or(USUAL);
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "8125"));
    // One that listens everywhere is reached here, too.
    let host = match host.trim_matches(['[', ']']) {
        "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        host => host,
    };
    let flag = doors.statsd.is_none();
    let flag = flag.then(|| snippet("Watchfire's flag", format!("--statsd-listen {USUAL}")));
    let bash = format!("echo 'orders:1|c' > /dev/udp/{host}/{port}");
    let nc = format!("echo 'orders:1|c' | nc -u -w1 {host} {port}");
    let lines =
        [snippet("bash, on this server's machine", bash), snippet("nc, on this server's machine", nc)];
    flag.into_iter().chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_url_names_a_way() {
        for way in Way::ALL {
            assert_eq!(Way::of(&format!("?from=now-1h&way={}", way.word())), way);
        }
        assert_eq!(Way::of(""), Way::Prometheus);
        assert_eq!(Way::of("?way=pigeon"), Way::Prometheus);
    }

    #[test]
    fn lines_lead_to_the_server_that_was_asked() {
        let origin = "https://metrics.example:8443";
        for way in Way::ALL {
            let snippets = way.snippets(origin, &Doors::default());
            let places: BTreeSet<_> = snippets.iter().map(|snippet| snippet.place).collect();
            assert_eq!(places.len(), snippets.len(), "{way:?}");
            let named = snippets.iter().any(|snippet| snippet.lines.contains(origin));
            assert_eq!(named, !matches!(way, Way::StatsD | Way::Scraping), "{way:?}");
            for Snippet { place, lines } in snippets {
                let odd = lines.lines().find(|line| line.ends_with(' ') || line.contains('\t'));
                assert_eq!(odd, None, "{way:?}, {place}");
            }
        }
    }

    #[test]
    fn other_ports_are_those_that_the_server_has() {
        let doors = Doors {
            otlp_grpc: Some("127.0.0.1:21317".to_owned()),
            statsd: Some("0.0.0.0:21125".to_owned()),
            statsd_flush: "1s".to_owned(),
        };
        let lines = |way: Way| way.snippets("http://h:1", &doors).into_iter().map(|snippet| snippet.lines);
        let statsd: Vec<String> = lines(Way::StatsD).collect();
        assert_eq!(
            statsd,
            ["echo 'orders:1|c' > /dev/udp/127.0.0.1/21125", "echo 'orders:1|c' | nc -u -w1 127.0.0.1 21125"]
        );
        assert!(lines(Way::OpenTelemetry).any(|lines| lines.contains("ENDPOINT=http://127.0.0.1:21317\n")));
        assert!(
            Way::StatsD
                .about(&doors)
                .starts_with("StatsD comes over UDP. What was counted is stored every 1s,")
        );
        assert!(Way::StatsD.about(&Doors::default()).contains("start Watchfire with the flag below"));
        let none = Doors { otlp_grpc: None, ..doors };
        let grpc = &Way::OpenTelemetry.snippets("http://h:1", &none)[1].lines;
        assert!(grpc.contains("ENDPOINT=http://h:1\n"), "{grpc}");
    }

    #[test]
    fn yaml_and_json_stand_as_they_must() {
        let lines =
            |way: Way, number: usize| way.snippets("http://h:1", &Doors::default()).swap_remove(number).lines;
        assert_eq!(lines(Way::Prometheus, 0), "remote_write:\n  - url: http://h:1/api/v1/write");
        let collector = lines(Way::OpenTelemetry, 2);
        let expected = "\
exporters:
  otlphttp/watchfire:
    endpoint: http://h:1
service:
  pipelines:
    metrics:
      receivers: [otlp]  # those that you have
      exporters: [otlphttp/watchfire]";
        assert_eq!(collector, expected);
        let command = lines(Way::Json, 0);
        let (_, body) = command.split_once("-d '").unwrap();
        let body: serde_json::Value = serde_json::from_str(body.trim_end_matches('\'')).unwrap();
        assert_eq!(body["labels"]["country"], "CH");
    }
}
