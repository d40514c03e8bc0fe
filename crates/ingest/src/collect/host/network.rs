use sysinfo::Networks;

use super::metrics;
use crate::collect::series::Writer;

/// Counters of the network interfaces.
pub(super) struct Network {
    /// `None` on a system that has no such counters.
    interfaces: Option<Networks>,
}

impl Network {
    pub(super) fn new() -> Self {
        Self { interfaces: Networks::new().ok() }
    }

    pub(super) fn collect(&mut self, writer: &mut Writer<'_>) {
        let Some(interfaces) = &mut self.interfaces else { return };
        interfaces.refresh(true);
        for (name, data) in interfaces.iter() {
            let name = name.to_string_lossy();
            if !is_reported(&name) {
                continue;
            }
            let mut push = |metric, receive: u64, transmit: u64| {
                for (direction, value) in [("receive", receive), ("transmit", transmit)] {
                    writer.push(metric, &[("interface", &name), ("direction", direction)], value as f64);
                }
            };
            push(metrics::NETWORK_BYTES, data.total_received(), data.total_transmitted());
            push(metrics::NETWORK_PACKETS, data.total_packets_received(), data.total_packets_transmitted());
            push(
                metrics::NETWORK_ERRORS,
                data.total_errors_on_received(),
                data.total_errors_on_transmitted(),
            );
        }
    }
}

/// Leaves out the host's end of a container's link: its name is made up anew for each container, so the number of
/// series would have no bound, and the bridge that it hangs on counts the same traffic.
fn is_reported(name: &str) -> bool {
    !name.is_empty() && !name.starts_with("veth")
}

#[cfg(test)]
mod tests {
    use super::is_reported;

    #[test]
    fn leaves_out_the_links_of_containers() {
        for (name, reported) in
            [("eth0", true), ("lo", true), ("docker0", true), ("veth3fa2b1c", false), ("", false)]
        {
            assert_eq!(is_reported(name), reported, "{name:?}");
        }
    }
}
