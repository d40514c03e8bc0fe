use super::kind;
use crate::moment::{Moment, fixed, mix};
use crate::reading::{Sending, Way};

const GIB: f64 = 1_073_741_824.0;
const JOB: &str = "demo-node";
const MODES: [&str; 6] = ["idle", "user", "system", "iowait", "softirq", "steal"];

/// Hosts with Prometheus' `node_exporter`.
#[derive(Debug)]
pub(crate) struct Fleet {
    hosts: Vec<Host>,
}

#[derive(Debug)]
struct Host {
    name: String,
    instance: String,
    key: u64,
    cores: usize,
    memory: f64,
    /// Seconds that each core spent in each mode.
    cpu: Vec<[f64; MODES.len()]>,
    load: [f64; 3],
    disk: Disk,
    network: Network,
    major_faults: f64,
    kills: f64,
    booted: Option<f64>,
}

#[derive(Debug, Default)]
struct Disk {
    read: f64,
    written: f64,
    busy: f64,
    weighted: f64,
}

#[derive(Debug, Default)]
struct Network {
    received: f64,
    sent: f64,
    errors: f64,
    drops: f64,
}

impl Fleet {
    pub(crate) fn new(seed: u64, hosts: usize) -> Self {
        let host = |index: usize| {
            let key = mix(seed, 1000 + index as u64);
            let cores = if key & 1 == 0 { 4 } else { 8 };
            let name = format!("node-{:02}", index + 1);
            Host {
                instance: format!("{name}:9100"),
                name,
                key,
                cores,
                memory: GIB * 4.0 * cores as f64,
                cpu: vec![[0.0; MODES.len()]; cores],
                load: [0.5 * cores as f64; 3],
                disk: Disk::default(),
                network: Network::default(),
                major_faults: 0.0,
                kills: 0.0,
                booted: None,
            }
        };
        Self { hosts: (0..hosts).map(host).collect() }
    }

    pub(crate) fn step(&mut self, moment: &Moment, all: &mut Vec<Sending>) {
        let count = self.hosts.len();
        for (index, host) in self.hosts.iter_mut().enumerate() {
            let trouble = moment.incident.severity_of(kind::HOST, index, count);
            host.go_on(moment, trouble);
            all.push(host.tell(moment, trouble));
        }
    }
}

impl Host {
    /// The busy share of the host, 0 to 1.
    fn busy(&self, moment: &Moment, trouble: f64) -> f64 {
        let own = fixed(self.key, 1);
        let busy = 0.12
            + 0.2 * own
            + 0.18 * moment.day()
            + 0.06 * moment.wave(500.0 + 300.0 * own, own)
            + 0.08 * moment.noise(self.key, 40.0)
            + 0.55 * trouble;
        busy.clamp(0.02, 0.985)
    }

    fn go_on(&mut self, moment: &Moment, trouble: f64) {
        let (elapsed, busy) = (moment.elapsed, self.busy(moment, trouble));
        for (core, modes) in self.cpu.iter_mut().enumerate() {
            let own =
                (busy * (1.0 + 0.25 * moment.noise(self.key ^ (50 + core as u64), 25.0))).clamp(0.01, 0.99);
            let waits = (0.04 + 0.3 * trouble) * own;
            let shares = [1.0 - own, 0.62 * own, own - 0.66 * own - waits, waits, 0.03 * own, 0.01 * own];
            for (seconds, share) in modes.iter_mut().zip(shares) {
                *seconds += elapsed * share.max(0.0);
            }
        }
        let running = self.cores as f64 * (busy * 1.05 + 1.4 * trouble);
        for (load, over) in self.load.iter_mut().zip([60.0, 300.0, 900.0]) {
            *load += (running - *load) * (1.0 - (-elapsed / over).exp());
        }
        let work = (1.0 + 0.6 * moment.noise(self.key ^ 0x2, 20.0)) * busy;
        self.disk.read += elapsed * 9e6 * work * (1.0 + 4.0 * trouble);
        self.disk.written += elapsed * 2.4e7 * work * (1.0 + 3.0 * trouble);
        let disk = (0.3 * work + 0.65 * trouble).clamp(0.0, 0.99);
        self.disk.busy += elapsed * disk;
        self.disk.weighted += elapsed * (disk * 1.3 + 9.0 * trouble);
        self.network.received += elapsed * 2.2e7 * work;
        self.network.sent += elapsed * 1.6e7 * work;
        self.network.errors += elapsed * 1.5 * trouble;
        self.network.drops += elapsed * (0.01 + 14.0 * trouble);
        self.major_faults += elapsed * (1.5 * work.max(0.0) + 180.0 * trouble);
        self.kills += elapsed * 0.01 * (trouble - 0.9).max(0.0);
    }

    fn tell(&mut self, moment: &Moment, trouble: f64) -> Sending {
        let now = moment.seconds();
        let booted = *self.booted.get_or_insert((now - 86_400.0 * (2.0 + 60.0 * fixed(self.key, 4))).floor());
        let mut out = Sending::new(Way::RemoteWrite, JOB, self.instance.clone(), moment.at);
        out.gauge("up", &[], 1.0);
        let about = [
            ("nodename", self.name.as_str()),
            ("sysname", "Linux"),
            ("machine", "x86_64"),
            ("release", "6.12.0"),
        ];
        out.gauge("node_uname_info", &about, 1.0);
        out.gauge("node_time_seconds", &[], now);
        out.gauge("node_boot_time_seconds", &[], booted);
        for (core, modes) in self.cpu.iter().enumerate() {
            let core = core.to_string();
            for (mode, seconds) in MODES.iter().zip(modes) {
                out.counter("node_cpu_seconds_total", &[("cpu", &core), ("mode", mode)], *seconds);
            }
        }
        for (name, load) in ["node_load1", "node_load5", "node_load15"].into_iter().zip(self.load) {
            out.gauge(name, &[], (load * 100.0).round() / 100.0);
        }
        let used =
            0.35 + 0.3 * fixed(self.key, 2) + 0.04 * moment.noise(self.key ^ 0x3, 200.0) + 0.2 * trouble;
        let available = self.memory * (1.0 - used.clamp(0.05, 0.97));
        out.gauge("node_memory_MemTotal_bytes", &[], self.memory);
        out.gauge("node_memory_MemAvailable_bytes", &[], available.round());
        out.gauge("node_memory_MemFree_bytes", &[], (available * 0.3).round());
        out.gauge("node_memory_Cached_bytes", &[], (available * 0.65).round());
        out.gauge("node_memory_Buffers_bytes", &[], (available * 0.05).round());
        for (place, device, size) in [("/", "/dev/nvme0n1p2", 60.0), ("/data", "/dev/nvme0n1p3", 400.0)] {
            let full = 0.25 + 0.58 * fixed(self.key, size as u64);
            // It fills up over six hours and is then cleaned.
            let since = (now / 21_600.0 + fixed(self.key, 9)).fract();
            let labels = [("device", device), ("mountpoint", place), ("fstype", "ext4")];
            out.gauge("node_filesystem_size_bytes", &labels, size * GIB);
            out.gauge(
                "node_filesystem_avail_bytes",
                &labels,
                (size * GIB * (1.0 - full - 0.08 * since)).round(),
            );
        }
        let device = [("device", "nvme0n1")];
        out.counter("node_disk_read_bytes_total", &device, self.disk.read.floor());
        out.counter("node_disk_written_bytes_total", &device, self.disk.written.floor());
        out.counter("node_disk_io_time_seconds_total", &device, self.disk.busy);
        out.counter("node_disk_io_time_weighted_seconds_total", &device, self.disk.weighted);
        let device = [("device", "eth0")];
        out.counter("node_network_receive_bytes_total", &device, self.network.received.floor());
        out.counter("node_network_transmit_bytes_total", &device, self.network.sent.floor());
        out.counter("node_network_receive_errs_total", &device, self.network.errors.floor());
        out.counter("node_network_transmit_errs_total", &device, 0.0);
        out.counter("node_network_receive_drop_total", &device, self.network.drops.floor());
        out.counter("node_network_transmit_drop_total", &device, 0.0);
        out.counter("node_vmstat_pgmajfault", &[], self.major_faults.floor());
        out.counter("node_vmstat_oom_kill", &[], self.kills.floor());
        out
    }
}
