//! Writes requests as senders do, and in the odd ways that the wire format allows. The bench uses it, too.

/// Writes the fields of one message.
#[derive(Clone, Default)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    fn number(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    pub(crate) fn varint(self, field: u64, value: u64) -> Self {
        self.number(field << 3).number(value)
    }

    pub(crate) fn double(self, field: u64, value: f64) -> Self {
        let mut message = self.number(field << 3 | 1);
        message.0.extend_from_slice(&value.to_le_bytes());
        message
    }

    pub(crate) fn bytes(self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let mut message = self.number(field << 3 | 2).number(bytes.len() as u64);
        message.0.extend_from_slice(bytes);
        message
    }

    pub(crate) fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// One field of each wire type that no message has.
    pub(crate) fn unknown(self) -> Self {
        let mut message =
            self.varint(100, u64::MAX).double(101, 1.5).bytes(102, "unknown").number(103 << 3 | 5);
        message.0.extend_from_slice(&[1, 2, 3, 4]);
        message
    }

    /// What [`unknown`](Self::unknown) writes, or nothing.
    fn unknown_if(self, wanted: bool) -> Self {
        if wanted { self.unknown() } else { self }
    }
}

/// Name and value.
pub(crate) type Pair = (String, String);

/// A timestamp and a value.
pub(crate) type Point = (i64, f64);

/// A metric's type, help and unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) kind: u64,
    pub(crate) help: String,
    pub(crate) unit: String,
}

/// One element of `timeseries`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: Vec<Pair>,
    pub(crate) samples: Vec<Point>,
    pub(crate) exemplars: Vec<(Vec<Pair>, Point)>,
    pub(crate) histograms: usize,
    pub(crate) said: Said,
}

/// How a request is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// Unknown fields everywhere.
    pub(crate) unknown: bool,
    /// Labels and samples by turns (version 1); symbols behind the series, and references unpacked (version 2).
    pub(crate) odd: bool,
    /// Numbers that are zero are written, although they need not be.
    pub(crate) zeros: bool,
}

impl Style {
    fn sample(self, (timestamp, value): Point) -> Message {
        let mut message = Message::default().unknown_if(self.unknown);
        if self.zeros || value.to_bits() != 0 {
            message = message.double(1, value);
        }
        if self.zeros || timestamp != 0 {
            message = message.varint(2, timestamp as u64);
        }
        message
    }
}

fn label((name, value): &Pair) -> Message {
    Message::default().bytes(1, name).bytes(2, value)
}

/// A `prometheus.WriteRequest`.
pub(crate) fn v1(series: &[Series], style: Style) -> Vec<u8> {
    let mut request = Message::default().unknown_if(style.unknown);
    for one in series {
        let mut labels = one.labels.iter().map(label);
        let mut samples = one.samples.iter().map(|sample| style.sample(*sample));
        let mut message = Message::default();
        if style.odd {
            while labels.len() > 0 && samples.len() > 0 {
                message =
                    labels.next().into_iter().fold(message, |message, label| message.message(1, &label));
                message = samples.next().into_iter().fold(message, |message, one| message.message(2, &one));
            }
        }
        message = labels.fold(message, |message, label| message.message(1, &label)).unknown_if(style.unknown);
        message = samples.fold(message, |message, sample| message.message(2, &sample));
        for (labels, (timestamp, value)) in &one.exemplars {
            let exemplar =
                labels.iter().fold(Message::default(), |exemplar, pair| exemplar.message(1, &label(pair)));
            message = message.message(3, &exemplar.double(2, *value).varint(3, *timestamp as u64));
        }
        for _ in 0..one.histograms {
            message = message.bytes(4, "a histogram");
        }
        request = request.message(1, &message);
    }
    request.0
}

/// A request of version 1 as senders make them from time to time: without series.
pub(crate) fn v1_metadata<'a>(said: impl IntoIterator<Item = (&'a str, Said)>) -> Vec<u8> {
    let mut request = Message::default();
    for (family, said) in said {
        let message = Message::default().varint(1, said.kind).bytes(2, family);
        request = request.message(3, &message.bytes(4, said.help).bytes(5, said.unit));
    }
    request.0
}

/// Symbols with the places where they stand.
struct Table {
    symbols: Vec<String>,
    places: std::collections::HashMap<String, u64>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self { symbols: Vec::new(), places: std::collections::HashMap::new() };
        table.place("");
        table
    }

    fn place(&mut self, text: &str) -> u64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.symbols.len() as u64;
        self.places.insert(text.to_owned(), place);
        self.symbols.push(text.to_owned());
        place
    }

    fn refs(&mut self, message: Message, pairs: &[Pair], style: Style) -> Message {
        let refs: Vec<u64> =
            pairs.iter().flat_map(|(name, value)| [self.place(name), self.place(value)]).collect();
        if style.odd {
            return refs.iter().fold(message, |message, place| message.varint(1, *place));
        }
        let packed = refs.iter().fold(Message::default(), |packed, place| packed.number(*place));
        message.message(1, &packed)
    }
}

/// An `io.prometheus.write.v2.Request`.
pub(crate) fn v2(series: &[Series], style: Style) -> Vec<u8> {
    let mut table = Table::new();
    let mut body = Message::default().unknown_if(style.unknown);
    for one in series {
        let mut message = table.refs(Message::default(), &one.labels, style).unknown_if(style.unknown);
        for sample in &one.samples {
            // With a start time, which nobody reads.
            message = message.message(2, &style.sample(*sample).varint(3, 7));
        }
        for _ in 0..one.histograms {
            message = message.bytes(3, "a histogram");
        }
        for (labels, (timestamp, value)) in &one.exemplars {
            let exemplar = table.refs(Message::default(), labels, style);
            message = message.message(4, &exemplar.double(2, *value).varint(3, *timestamp as u64));
        }
        let Said { kind, help, unit } = &one.said;
        let (help, unit) = (table.place(help), table.place(unit));
        let said = Message::default().varint(1, *kind).varint(3, help).varint(4, unit);
        body = body.message(5, &message.message(5, &said).varint(6, 1234));
    }
    let symbols = table.symbols.iter().fold(Message::default(), |message, text| message.bytes(4, text));
    let (first, second) = if style.odd { (body, symbols) } else { (symbols, body) };
    [first.0, second.0].concat()
}

/// Compresses a body as senders do.
pub(crate) fn snappy(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).expect("a body of less than 4 GiB")
}

/// A host's series as an exporter gives them: `count`, with nine labels and one sample each.
pub(crate) fn host_series(count: usize) -> Vec<Series> {
    let metrics =
        ["cpu_seconds_total", "disk_read_bytes_total", "network_receive_packets_total", "memory_Slab"];
    (0..count)
        .map(|number| {
            let metric = metrics[number % metrics.len()];
            let pair = |name: &str, value: String| (name.to_owned(), value);
            Series {
                labels: vec![
                    pair("__name__", format!("node_{metric}")),
                    pair("cluster", "production-eu-west".to_owned()),
                    pair("cpu", (number / 8 % 64).to_string()),
                    pair("device", format!("nvme{}n1", number / 512)),
                    pair("environment", "production".to_owned()),
                    pair("instance", "web-17.eu-west.example.org:9100".to_owned()),
                    pair("job", "node-exporter".to_owned()),
                    pair("mode", ["user", "system", "idle", "iowait"][number / 4 % 4].to_owned()),
                    pair("number", number.to_string()),
                ],
                samples: vec![(1_760_000_000_000, number as f64 * 1.25)],
                said: Said { kind: 1, help: format!("What {metric} counts."), unit: String::new() },
                ..Series::default()
            }
        })
        .collect()
}
