//! Sockets for ICMP.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::echo::{self, Version};
use crate::settings::IcmpForbidden;

/// A reply is as long as its request; before it may stand an IPv4 header of at most 60 bytes.
const RECEIVED: usize = echo::LENGTH + 60;

/// A socket of the kind that the system allows: for datagrams, which needs no privilege, else a raw one.
pub(super) fn open(version: Version) -> Result<Socket, IcmpForbidden> {
    let (domain, protocol) = match version {
        Version::V4 => (Domain::IPV4, Protocol::ICMPV4),
        Version::V6 => (Domain::IPV6, Protocol::ICMPV6),
    };
    let opened = Socket::new(domain, Type::DGRAM, Some(protocol))
        .or_else(|_| Socket::new(domain, Type::RAW, Some(protocol)));
    Ok(opened?)
}

/// Sends one request to `address` and waits for its reply, however long that takes.
pub(super) async fn echo(address: IpAddr, nonce: u128) -> Result<(), String> {
    let version = Version::of(address);
    let socket = open(version).map_err(|error| error.to_string())?;
    exchange(socket, address, version, nonce).await.map_err(|error| error.to_string())
}

async fn exchange(socket: Socket, address: IpAddr, version: Version, nonce: u128) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    // The runtime has no type for ICMP. That for UDP does nothing that is UDP's own: it waits, sends and receives.
    let socket = UdpSocket::from_std(socket.into())?;
    // From now on only what this host says comes in, and errors that the network reports.
    socket.connect(SocketAddr::new(address, 0)).await?;
    socket.send(&echo::request(version, nonce)).await?;
    let mut packet = [0; RECEIVED];
    loop {
        let length = socket.recv(&mut packet).await?;
        if echo::is_reply(version, &packet[..length], nonce) {
            return Ok(());
        }
    }
}
