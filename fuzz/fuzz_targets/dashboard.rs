//! Whatever comes as a dashboard, ours or Grafana's, is read or refused, never a panic; what is read is written and read again
//! as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_dashboard::{Dashboard, grafana, is_outline, read, read_outline, write};

fuzz_target!(|text: &str| {
    if let Ok((dashboard, _)) = read(text) {
        same_again(&dashboard);
    }
    if let Ok(imported) = grafana::import(text) {
        same_again(&imported.dashboard);
    }
    if let Ok(whole) = serde_json::from_str::<serde_json::Value>(text)
        && is_outline(&whole)
        && let Ok(dashboards) = read_outline(&whole, "fuzz")
    {
        dashboards.iter().for_each(|(dashboard, _)| same_again(dashboard));
    }
});

fn same_again(dashboard: &Dashboard) {
    let written = write(dashboard);
    let (again, _) = read(&written).expect("what is written can be read");
    assert_eq!(write(&again), written);
}
