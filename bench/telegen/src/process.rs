//! CPU time and memory of another process, from `/proc` (see proc(5)).

use anyhow::{Context, Result};

/// Ticks of `/proc/PID/stat` in a second: `USER_HZ`, which is 100 on every architecture that servers run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time of a process so far, in seconds.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The program's name is in brackets and may hold anything; the fields behind it are plain. Of these, utime
    // is the 12th and stime the 13th.
    let fields: Vec<&str> = stat.rsplit_once(')').context("stat")?.1.split_whitespace().collect();
    let [user, system] = [fields.get(11), fields.get(12)].map(|field| field.context("stat"));
    Ok((user?.parse::<f64>()? + system?.parse::<f64>()?) / TICKS_PER_SECOND)
}

/// A row of `/proc/PID/status` that is in kB, such as `VmRSS:`.
pub(crate) fn status_kb(pid: u32, key: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with(key)).context("status")?;
    Ok(line.split_whitespace().nth(1).context("value")?.parse()?)
}
