//! Whether a host answers echo requests, as `ping` sends them.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::{Batch, MetricDescription};

use self::echo::Version;
use crate::address::{self, Host, ParseError, Problem};
use crate::connect::{addresses, first_of};
use crate::metrics::OF_CONNECTION;
use crate::runtime::Waiting;
use crate::settings::{ProbeError, Settings};
use crate::target::Watched;

mod echo;
mod socket;

pub(crate) const NAME: &str = "probe_icmp";

/// A host to ping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcmpTarget {
    label: String,
    host: Host,
}

/// Reads a list with commas of names and addresses: `gateway.example.com, 10.0.0.1, 2001:db8::1`.
pub fn parse_icmp(list: &str) -> Result<Vec<IcmpTarget>, ParseError> {
    let read = |entry: &str| match address::host_and_port(entry)? {
        (host, None) => Ok(IcmpTarget { label: entry.to_owned(), host }),
        (_, Some(port)) => Err(Problem::PortNotWanted(port)),
    };
    address::list(list, read, |target| &target.label)
}

/// Sends each target one echo request and waits for the reply. A name's addresses are tried one after the other, each
/// with one request.
#[derive(Debug)]
pub struct IcmpProbe {
    waiting: Waiting,
    timeout: Duration,
    random: RandomState,
    requests: u64,
    targets: Vec<Watched<IcmpTarget, Option<Duration>>>,
}

impl IcmpProbe {
    /// A collector for `targets`. Fails where the system allows sockets for neither ICMP nor `ICMPv6`.
    pub fn new(targets: Vec<IcmpTarget>, settings: &Settings) -> Result<Self, ProbeError> {
        socket::open(Version::V4).or_else(|error| socket::open(Version::V6).map_err(|_| error))?;
        let host = settings.host_name();
        let watched = |target: IcmpTarget| {
            let label = target.label.clone();
            Watched::new(target, &label, &host, "icmp", OF_CONNECTION)
        };
        Ok(Self {
            waiting: Waiting::new(NAME)?,
            timeout: settings.timeout,
            random: RandomState::new(),
            requests: 0,
            targets: targets.into_iter().map(watched).collect(),
        })
    }
}

impl Collector for IcmpProbe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        OF_CONNECTION
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let (timeout, random, requests) = (self.timeout, &self.random, &mut self.requests);
        self.waiting.each(&mut self.targets, |watched| {
            // Nobody else can guess it, and it never comes twice.
            *requests += 1;
            let nonce = u128::from(random.hash_one(*requests)) << 64 | u128::from(*requests);
            watched.probe(timeout, async move |target, lookup| {
                let until = Instant::now() + timeout;
                let found = addresses(&target.host, lookup).await?;
                first_of(&found, until, async |address| socket::echo(address, nonce).await).await
            })
        });
        for watched in &mut self.targets {
            let lookup = watched.seen;
            watched.tell(NAME, lookup, at, into);
        }
        Ok(())
    }
}
