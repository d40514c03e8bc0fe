//! NVIDIA's GPUs, by the management library NVML that comes with their driver.

use watchfire_model::{Batch, MetricDescription};

use super::describe::metrics;
use super::series::{SeriesCache, Writer};
use super::{CollectError, Collector};

#[cfg(any(target_os = "linux", windows))]
mod nvml;

metrics! {
    INFO = gauge("gpu_info", Number, "Facts about the GPU as labels; always 1.");
    UTILIZATION = gauge("gpu_utilization_percent", Percent, "Share of the last sampling period, up to 1 s, in which the GPU computed anything.");
    MEMORY_UTILIZATION = gauge("gpu_memory_utilization_percent", Percent, "Share of the last sampling period, up to 1 s, in which the GPU's memory was read or written.");
    MEMORY_USED = gauge("gpu_memory_used_bytes", Bytes, "Memory of the GPU that is in use, without what the driver keeps for itself.");
    MEMORY_TOTAL = gauge("gpu_memory_total_bytes", Bytes, "Size of the GPU's memory.");
    TEMPERATURE = gauge("gpu_temperature_celsius", Celsius, "Temperature of the GPU's chip.");
    POWER = gauge("gpu_power_watts", Number, "Power that the card takes, in watts.");
    POWER_LIMIT = gauge("gpu_power_limit_watts", Number, "Power at which the card slows itself down, in watts.");
    FAN_SPEED = gauge("gpu_fan_speed_percent", Percent, "Speed of the card's fastest fan, of what is meant to be its most; it can be above 100.");
    CLOCK = gauge("gpu_clock_hertz", Number, "Clock of the GPU in hertz; clock is sm (its processors) or memory.");
    PROCESSES = gauge("gpu_processes", Count, "Processes that use the GPU; kind is compute or graphics, and one that does both counts in each.");
}

/// One GPU at one reading, in the units of NVML. `None` is what the card, or its driver, does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
struct Gpu {
    index: u32,
    uuid: String,
    model: String,
    /// The driver's version.
    driver: String,
    /// Per cent.
    utilization: Option<u32>,
    /// Per cent.
    memory_utilization: Option<u32>,
    /// Bytes.
    memory_used: Option<u64>,
    /// Bytes.
    memory_total: Option<u64>,
    /// Degrees Celsius.
    temperature: Option<u32>,
    /// Milliwatts.
    power: Option<u32>,
    /// Milliwatts.
    power_limit: Option<u32>,
    /// Per cent.
    fan_speed: Option<u32>,
    /// Megahertz.
    sm_clock: Option<u32>,
    /// Megahertz.
    memory_clock: Option<u32>,
    compute_processes: Option<u32>,
    graphics_processes: Option<u32>,
}

/// What tells about the GPUs.
trait Source: Send {
    /// Calls `each` with every GPU that answers.
    fn read(&mut self, each: &mut dyn FnMut(&Gpu));
}

/// Opens a source, or says why there is none.
type Open = fn() -> Result<Box<dyn Source>, String>;

/// Reads the GPUs of NVIDIA in this machine. The label `gpu` is the index that `nvidia-smi` shows; `gpu_info` tells
/// which card that is.
///
/// The library is looked for once, at the first reading, and never linked: without NVIDIA's driver there are no series.
pub struct GpuCollector {
    series: SeriesCache,
    source: Opened,
}

enum Opened {
    NotYet(Open),
    Is(Box<dyn Source>),
    Not(String),
}

impl GpuCollector {
    /// `host` takes the place of the system's own name; a blank one counts as none.
    pub fn new(host: Option<String>) -> Self {
        #[cfg(any(target_os = "linux", windows))]
        let open: Open = nvml::open;
        #[cfg(not(any(target_os = "linux", windows)))]
        let open: Open = || Err("NVIDIA's driver is there for Linux and Windows only".to_owned());
        Self::with_source(host, open)
    }

    fn with_source(host: Option<String>, open: Open) -> Self {
        Self { series: SeriesCache::new(host), source: Opened::NotYet(open) }
    }
}

impl Collector for GpuCollector {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        ALL
    }

    fn unavailable(&self) -> Option<&str> {
        match &self.source {
            Opened::Not(why) => Some(why),
            Opened::NotYet(_) | Opened::Is(_) => None,
        }
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        if let Opened::NotYet(open) = self.source {
            self.source = open().map_or_else(Opened::Not, Opened::Is);
        }
        if let Opened::Is(source) = &mut self.source {
            let mut writer = self.series.writer(at, into);
            source.read(&mut |gpu| gpu.write(&mut writer));
        }
        Ok(())
    }
}

impl Gpu {
    fn write(&self, writer: &mut Writer<'_>) {
        let index = self.index.to_string();
        let info =
            [("gpu", index.as_str()), ("uuid", &self.uuid), ("model", &self.model), ("driver", &self.driver)];
        writer.push(INFO, &info, 1.0);

        let milli = |value: Option<u32>| value.map(|value| f64::from(value) / 1e3);
        let mega = |value: Option<u32>| value.map(|value| f64::from(value) * 1e6);
        let whole = |value: Option<u32>| value.map(f64::from);
        let bytes = |value: Option<u64>| value.map(|value| value as f64);
        let values = [
            (UTILIZATION, None, whole(self.utilization)),
            (MEMORY_UTILIZATION, None, whole(self.memory_utilization)),
            (MEMORY_USED, None, bytes(self.memory_used)),
            (MEMORY_TOTAL, None, bytes(self.memory_total)),
            (TEMPERATURE, None, whole(self.temperature)),
            (POWER, None, milli(self.power)),
            (POWER_LIMIT, None, milli(self.power_limit)),
            (FAN_SPEED, None, whole(self.fan_speed)),
            (CLOCK, Some(("clock", "sm")), mega(self.sm_clock)),
            (CLOCK, Some(("clock", "memory")), mega(self.memory_clock)),
            (PROCESSES, Some(("kind", "compute")), whole(self.compute_processes)),
            (PROCESSES, Some(("kind", "graphics")), whole(self.graphics_processes)),
        ];
        for (metric, label, value) in values {
            let Some(value) = value else { continue };
            match label {
                None => writer.push(metric, &[("gpu", &index)], value),
                Some(label) => writer.push(metric, &[("gpu", &index), label], value),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Cards(Vec<Gpu>);

    impl Source for Cards {
        fn read(&mut self, each: &mut dyn FnMut(&Gpu)) {
            self.0.iter().for_each(each);
        }
    }

    fn two_cards() -> Box<dyn Source> {
        let desk = Gpu {
            uuid: "GPU-5f2d".to_owned(),
            model: "NVIDIA GeForce RTX 4070".to_owned(),
            driver: "570.86.10".to_owned(),
            utilization: Some(37),
            memory_utilization: Some(9),
            memory_used: Some(1_288_699_904),
            memory_total: Some(12_878_610_432),
            temperature: Some(51),
            power: Some(62_350),
            power_limit: Some(200_000),
            fan_speed: Some(30),
            sm_clock: Some(2475),
            memory_clock: Some(10_501),
            compute_processes: Some(0),
            graphics_processes: Some(4),
            index: 0,
        };
        // A card that tells little, as one split up by MIG does, and has no fan.
        let bare = Gpu { index: 1, uuid: "GPU-77".to_owned(), temperature: Some(0), ..Gpu::default() };
        Box::new(Cards(vec![desk, bare]))
    }

    fn lines(collector: &mut GpuCollector) -> Vec<String> {
        let mut batch = Batch::default();
        collector.collect(5, &mut batch).unwrap();
        batch.iter().map(|(labels, sample)| format!("{} {}", labels.unwrap(), sample.value)).collect()
    }

    #[test]
    fn cards_become_samples_in_base_units() {
        let mut collector = GpuCollector::with_source(Some("a".to_owned()), || Ok(two_cards()));
        let expected = [
            r#"gpu_info{driver="570.86.10",gpu="0",host="a",model="NVIDIA GeForce RTX 4070",uuid="GPU-5f2d"} 1"#,
            r#"gpu_utilization_percent{gpu="0",host="a"} 37"#,
            r#"gpu_memory_utilization_percent{gpu="0",host="a"} 9"#,
            r#"gpu_memory_used_bytes{gpu="0",host="a"} 1288699904"#,
            r#"gpu_memory_total_bytes{gpu="0",host="a"} 12878610432"#,
            r#"gpu_temperature_celsius{gpu="0",host="a"} 51"#,
            r#"gpu_power_watts{gpu="0",host="a"} 62.35"#,
            r#"gpu_power_limit_watts{gpu="0",host="a"} 200"#,
            r#"gpu_fan_speed_percent{gpu="0",host="a"} 30"#,
            r#"gpu_clock_hertz{clock="sm",gpu="0",host="a"} 2475000000"#,
            r#"gpu_clock_hertz{clock="memory",gpu="0",host="a"} 10501000000"#,
            r#"gpu_processes{gpu="0",host="a",kind="compute"} 0"#,
            r#"gpu_processes{gpu="0",host="a",kind="graphics"} 4"#,
            r#"gpu_info{gpu="1",host="a",uuid="GPU-77"} 1"#,
            r#"gpu_temperature_celsius{gpu="1",host="a"} 0"#,
        ];
        assert_eq!(lines(&mut collector), expected);
        assert_eq!(collector.unavailable(), None);
    }

    #[test]
    fn without_a_driver_there_is_nothing_but_the_reason() {
        let mut collector = GpuCollector::with_source(None, || Err("no library".to_owned()));
        assert_eq!(collector.unavailable(), None, "nobody has looked yet");
        assert!(lines(&mut collector).is_empty());
        assert_eq!(collector.unavailable(), Some("no library"));
    }
}
