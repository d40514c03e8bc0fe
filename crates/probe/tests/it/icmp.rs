use std::net::UdpSocket;

use watchfire_probe::{IcmpProbe, ProbeError, parse_icmp};

use crate::reading::{Reading, nobody, patient};

#[tokio::test]
async fn this_machine_answers() {
    // Where the machine has no IPv6, nothing can be asked over it.
    let v6 = UdpSocket::bind("[::1]:0").is_ok();
    let list = if v6 { "127.0.0.1, ::1, localhost" } else { "127.0.0.1, localhost" };
    let mut probe = match IcmpProbe::new(parse_icmp(list).unwrap(), &patient()) {
        Ok(probe) => probe,
        Err(error @ ProbeError::Icmp(_)) => {
            let text = error.to_string();
            assert!(text.contains("net.ipv4.ping_group_range") && text.contains("CAP_NET_RAW"), "{text}");
            eprintln!("left out: {text}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    for _ in 0..2 {
        let (reading, back) = Reading::blocking(probe).await;
        for target in list.split(", ") {
            assert_eq!(reading.value(target, "probe_success"), Some(1.0), "{target}");
            assert!(reading.value(target, "probe_duration_seconds").unwrap() > 0.0, "{target}");
            let lookup = reading.value(target, "probe_dns_lookup_time_seconds");
            assert_eq!(lookup.is_some(), target == "localhost", "{target}");
            assert_eq!(reading.label(target, "probe_success", "probe"), Some("icmp"));
        }
        probe = back;
    }
}

#[tokio::test]
async fn a_name_that_is_not_there_is_down() {
    let target = nobody();
    let Ok(probe) = IcmpProbe::new(parse_icmp(&target).unwrap(), &patient()) else {
        eprintln!("left out: no ICMP socket is allowed here");
        return;
    };
    let (reading, _probe) = Reading::blocking(probe).await;
    assert_eq!(reading.value(&target, "probe_success"), Some(0.0));
}
