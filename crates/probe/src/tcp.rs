//! Whether a TCP port takes connections.

use std::time::{Duration, Instant};

use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::{Batch, MetricDescription};

use crate::address::{self, Host, ParseError, Problem};
use crate::connect::{addresses, connect};
use crate::metrics::OF_CONNECTION;
use crate::runtime::Waiting;
use crate::settings::{ProbeError, Settings};
use crate::target::Watched;

pub(crate) const NAME: &str = "probe_tcp";

/// A host and a port to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpTarget {
    label: String,
    host: Host,
    port: u16,
}

/// Reads a list with commas of `host:port`, an IPv6 address in brackets: `db.example.com:5432, [2001:db8::1]:22`.
pub fn parse_tcp(list: &str) -> Result<Vec<TcpTarget>, ParseError> {
    let read = |entry: &str| match address::host_and_port(entry)? {
        (host, Some(port)) => Ok(TcpTarget { label: entry.to_owned(), host, port }),
        (_, None) => Err(Problem::NoPort),
    };
    address::list(list, read, |target| &target.label)
}

/// Connects to each target and hangs up; sends nothing. A name's addresses are tried one after the other.
#[derive(Debug)]
pub struct TcpProbe {
    waiting: Waiting,
    timeout: Duration,
    targets: Vec<Watched<TcpTarget, Option<Duration>>>,
}

impl TcpProbe {
    /// A collector for `targets`.
    pub fn new(targets: Vec<TcpTarget>, settings: &Settings) -> Result<Self, ProbeError> {
        let host = settings.host_name();
        let watched = |target: TcpTarget| {
            let label = target.label.clone();
            Watched::new(target, &label, &host, "tcp", OF_CONNECTION)
        };
        Ok(Self {
            waiting: Waiting::new(NAME)?,
            timeout: settings.timeout,
            targets: targets.into_iter().map(watched).collect(),
        })
    }
}

impl Collector for TcpProbe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        OF_CONNECTION
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let timeout = self.timeout;
        self.waiting.each(&mut self.targets, |watched| {
            watched.probe(timeout, async move |target, lookup| {
                let until = Instant::now() + timeout;
                let found = addresses(&target.host, lookup).await?;
                connect(&found, target.port, until).await.map(drop)
            })
        });
        for watched in &mut self.targets {
            let lookup = watched.seen;
            watched.tell(NAME, lookup, at, into);
        }
        Ok(())
    }
}
