//! From a host to a connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::address::Host;

/// The addresses of `host`, best first. `took` becomes the time that the lookup of a name needed.
pub(crate) async fn addresses(host: &Host, took: &mut Option<Duration>) -> Result<Vec<IpAddr>, String> {
    let name = match host {
        Host::Address(address) => return Ok(vec![*address]),
        Host::Name(name) => name,
    };
    let started = Instant::now();
    let found = tokio::net::lookup_host((name.as_str(), 0)).await;
    let found = found.map_err(|error| format!("the lookup of the name failed: {error}"))?;
    *took = Some(started.elapsed());
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address.ip()) {
            addresses.push(address.ip());
        }
    }
    Ok(addresses)
}

/// Tries `attempt` on one address after the other until one succeeds, each with a fair share of the time until `until`:
/// where the first never answers, the others still get their turn. The last may take as long as the caller lets it.
/// Gives the last address' reason.
pub(crate) async fn first_of<T>(
    addresses: &[IpAddr],
    until: Instant,
    attempt: impl AsyncFn(IpAddr) -> Result<T, String>,
) -> Result<T, String> {
    let Some((last, others)) = addresses.split_last() else {
        return Err("the name has no address".to_owned());
    };
    for (index, address) in others.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let share = left / (addresses.len() - index) as u32;
        if let Ok(Ok(done)) = tokio::time::timeout(share, attempt(*address)).await {
            return Ok(done);
        }
    }
    attempt(*last).await.map_err(|error| format!("{last}: {error}"))
}

/// A connection to the first of `addresses` that takes one.
pub(crate) async fn connect(addresses: &[IpAddr], port: u16, until: Instant) -> Result<TcpStream, String> {
    first_of(addresses, until, async |address| {
        let connected: io::Result<TcpStream> = TcpStream::connect(SocketAddr::new(address, port)).await;
        connected.map_err(|error| error.to_string())
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[tokio::test]
    async fn one_that_never_answers_leaves_the_others_their_turn() {
        let addresses = [address(1), address(2), address(3)];
        let attempt = async |tried: IpAddr| match tried {
            silent if silent == address(1) => pending().await,
            closed if closed == address(2) => Err("closed".to_owned()),
            open => Ok(open),
        };
        let until = Instant::now() + Duration::from_millis(60);
        assert_eq!(first_of(&addresses, until, attempt).await, Ok(address(3)));
        assert!(Instant::now() < until + Duration::from_secs(10), "it waited for the first");
        // With no time left, too, the last is asked.
        assert_eq!(first_of(&addresses, Instant::now(), attempt).await, Ok(address(3)));
    }

    #[tokio::test]
    async fn the_reason_is_that_of_the_last_address() {
        let until = Instant::now() + Duration::from_mins(1);
        let fail = async |tried: IpAddr| Err::<(), _>(format!("{tried} is closed"));
        assert_eq!(
            first_of(&[address(1), address(2)], until, fail).await,
            Err("192.0.2.2: 192.0.2.2 is closed".to_owned())
        );
        assert_eq!(first_of(&[], until, fail).await.unwrap_err(), "the name has no address");
    }

    #[tokio::test]
    async fn only_a_name_is_looked_up() {
        let mut took = None;
        assert_eq!(addresses(&Host::Address(address(1)), &mut took).await, Ok(vec![address(1)]));
        assert_eq!(took, None);
        let found = addresses(&Host::Name("localhost".to_owned()), &mut took).await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty(), "{found:?}");
        assert!(took.is_some());
    }
}
