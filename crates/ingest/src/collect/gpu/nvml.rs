use std::time::{Duration, Instant};

use nvml_wrapper::Nvml;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};

use super::{Gpu, Source};
use crate::collect::every::Every;

/// How often the cards are counted and asked who they are.
const LIST: Duration = Duration::from_mins(1);

/// NVIDIA's library, opened while the server runs.
struct Library {
    nvml: Nvml,
    /// The driver's version.
    driver: String,
    list: Every,
    cards: Vec<Card>,
}

/// What stays the same of a card.
struct Card {
    index: u32,
    uuid: String,
    model: String,
    fans: u32,
}

/// Opens the library and through it the driver, or says why that is not possible.
pub(super) fn open() -> Result<Box<dyn Source>, String> {
    let nvml = Nvml::init().map_err(|error| format!("NVIDIA's driver cannot be asked: {error}"))?;
    let driver = nvml.sys_driver_version().unwrap_or_default();
    Ok(Box::new(Library { nvml, driver, list: Every::new(LIST), cards: Vec::new() }))
}

impl Library {
    /// The cards that can be asked; one that is broken, or not for this user, is none.
    fn cards(nvml: &Nvml) -> Vec<Card> {
        let card = |index| {
            let device = nvml.device_by_index(index).ok()?;
            Some(Card {
                index,
                uuid: device.uuid().unwrap_or_default(),
                model: device.name().unwrap_or_default(),
                // Servers' cards have none, and drivers of old cannot count them.
                fans: device.num_fans().unwrap_or(0),
            })
        };
        (0..nvml.device_count().unwrap_or(0)).filter_map(card).collect()
    }
}

impl Source for Library {
    fn read(&mut self, each: &mut dyn FnMut(&Gpu)) {
        if self.list.due(Instant::now()) {
            self.cards = Self::cards(&self.nvml);
        }
        for Card { index, uuid, model, fans } in &self.cards {
            let Ok(device) = self.nvml.device_by_index(*index) else { continue };
            let utilization = device.utilization_rates().ok();
            let memory = device.memory_info().ok();
            // The throughput of PCIe is left out: the library measures it for 20 ms while the caller waits.
            each(&Gpu {
                index: *index,
                uuid: uuid.clone(),
                model: model.clone(),
                driver: self.driver.clone(),
                utilization: utilization.as_ref().map(|share| share.gpu),
                memory_utilization: utilization.as_ref().map(|share| share.memory),
                memory_used: memory.as_ref().map(|memory| memory.used),
                memory_total: memory.as_ref().map(|memory| memory.total),
                temperature: device.temperature(TemperatureSensor::Gpu).ok(),
                power: device.power_usage().ok(),
                power_limit: device.enforced_power_limit().ok(),
                fan_speed: (0..*fans).filter_map(|fan| device.fan_speed(fan).ok()).max(),
                sm_clock: device.clock_info(Clock::SM).ok(),
                memory_clock: device.clock_info(Clock::Memory).ok(),
                compute_processes: device.running_compute_processes_count().ok(),
                graphics_processes: device.running_graphics_processes_count().ok(),
            });
        }
    }
}
