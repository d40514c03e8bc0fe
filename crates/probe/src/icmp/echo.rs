//! Echo requests and replies of ICMP (RFC 792) and `ICMPv6` (RFC 4443, section 4).
//!
//! Both are a type (1 byte), a code (1), a checksum (2), an identifier (2), a sequence number (2) and a payload that the
//! reply gives back.

use std::net::IpAddr;

const HEADER: usize = 8;
/// What every request carries, so that the reply is known: the system may change the identifier of a datagram socket,
/// and a raw socket hears the answers to all programs.
const PAYLOAD: usize = 16;
/// Bytes of an echo request.
pub(super) const LENGTH: usize = HEADER + PAYLOAD;
const SEQUENCE: u16 = 1;

/// Which of the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

impl Version {
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    fn request(self) -> u8 {
        match self {
            Self::V4 => 8,
            Self::V6 => 128,
        }
    }

    fn reply(self) -> u8 {
        match self {
            Self::V4 => 0,
            Self::V6 => 129,
        }
    }
}

/// The packet that asks, with `nonce` as its mark.
pub(super) fn request(version: Version, nonce: u128) -> [u8; LENGTH] {
    let mut packet = [0; LENGTH];
    packet[0] = version.request();
    packet[4..6].copy_from_slice(&(nonce as u16).to_be_bytes());
    packet[6..8].copy_from_slice(&SEQUENCE.to_be_bytes());
    packet[HEADER..].copy_from_slice(&nonce.to_be_bytes());
    if version == Version::V4 {
        // With ICMPv6 the system writes it, since it covers the addresses, too.
        let sum = checksum(&packet);
        packet[2..4].copy_from_slice(&sum.to_be_bytes());
    }
    packet
}

/// Whether `packet`, as a socket gave it, is the reply to the request with `nonce`.
pub(super) fn is_reply(version: Version, packet: &[u8], nonce: u128) -> bool {
    let packet = without_ip(version, packet);
    let sound = version == Version::V6 || checksum(packet) == 0;
    packet.len() == LENGTH
        && packet[..2] == [version.reply(), 0]
        && packet[6..8] == SEQUENCE.to_be_bytes()
        && packet[HEADER..] == nonce.to_be_bytes()
        && sound
}

/// The packet without the IPv4 header that raw sockets give before it, and on some systems datagram sockets do, too. No
/// ICMP packet begins as such a header does: types from 64 to 79 are not given out.
fn without_ip(version: Version, packet: &[u8]) -> &[u8] {
    match packet.first() {
        Some(first) if version == Version::V4 && first >> 4 == 4 => {
            packet.get(usize::from(first & 0xf) * 4..).unwrap_or_default()
        }
        _ => packet,
    }
}

/// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of all 16-bit words, the last one
/// filled up with a zero byte. Over bytes that hold their own checksum it is 0.
fn checksum(bytes: &[u8]) -> u16 {
    let (words, rest) = bytes.as_chunks::<2>();
    let last = rest.first().map_or(0, |byte| u64::from(*byte) << 8);
    let mut sum = words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + last;
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The reply that a host gives: the request with another type, and a checksum that fits it.
    fn reply(version: Version, nonce: u128) -> Vec<u8> {
        let mut packet = request(version, nonce).to_vec();
        packet[0] = version.reply();
        packet[2..4].fill(0);
        if version == Version::V4 {
            let sum = checksum(&packet);
            packet[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        packet
    }

    #[test]
    fn checksums_of_the_book() {
        // RFC 1071, section 3, has the first: the sum is ddf2.
        let table: [(&[u8], u16); 5] = [
            (&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], !0xddf2),
            (&[], 0xffff),
            (&[0xff, 0xff], 0),
            (&[0x12], !0x1200),
            (&[0xff, 0xff, 0x00, 0x01], !0x0001),
        ];
        for (bytes, sum) in table {
            assert_eq!(checksum(bytes), sum, "{bytes:02x?}");
        }
    }

    #[test]
    fn a_request_is_no_reply() {
        for version in [Version::V4, Version::V6] {
            assert!(!is_reply(version, &request(version, 7), 7));
            assert!(is_reply(version, &reply(version, 7), 7));
        }
    }

    proptest! {
        #[test]
        fn a_checksum_over_its_own_bytes_is_zero(mut bytes in prop::collection::vec(any::<u8>(), 4..200)) {
            bytes[2..4].fill(0);
            let sum = checksum(&bytes);
            bytes[2..4].copy_from_slice(&sum.to_be_bytes());
            prop_assert_eq!(checksum(&bytes), 0);
        }

        /// As carries are added word by word, which is how the RFC says it.
        #[test]
        fn the_checksum_is_the_sum_with_end_around_carries(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut sum = 0_u16;
            for word in bytes.chunks(2) {
                let word = u16::from_be_bytes([word[0], word.get(1).copied().unwrap_or(0)]);
                let (added, carry) = sum.overflowing_add(word);
                sum = added + u16::from(carry);
            }
            prop_assert_eq!(checksum(&bytes), !sum);
        }

        #[test]
        fn only_the_right_reply_is_taken(nonce: u128, other: u128, header in 5_usize..16, place in 0..LENGTH, flip in 1_u8..) {
            for version in [Version::V4, Version::V6] {
                let packet = reply(version, nonce);
                prop_assert!(is_reply(version, &packet, nonce));
                prop_assert_eq!(is_reply(version, &packet, other), nonce == other);
                prop_assert!(!is_reply(version, &packet[..LENGTH - 1], nonce));

                // The system checks the sum of ICMPv6, and may have changed the identifier there.
                if version == Version::V4 {
                    let mut damaged = packet.clone();
                    damaged[place] ^= flip;
                    prop_assert!(!is_reply(version, &damaged, nonce));

                    let mut whole = vec![0x40 | header as u8];
                    whole.resize(header * 4, 0);
                    whole.extend(&packet);
                    prop_assert!(is_reply(version, &whole, nonce));
                }
            }
        }

        #[test]
        fn any_bytes_can_be_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..100), nonce: u128) {
            for version in [Version::V4, Version::V6] {
                prop_assert!(!is_reply(version, &bytes, nonce));
            }
        }
    }
}
