use std::collections::HashMap;

use crate::collect::CollectError;

/// The types of units that are asked for.
pub(super) const TYPES: [&str; 4] = ["service", "socket", "timer", "mount"];

/// What a unit is at: the column ACTIVE of `systemctl list-units`, in the order of systemd's own table
/// (`unit_active_state_table` in src/basic/unit-def.c).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum State {
    Active,
    Reloading,
    Inactive,
    Failed,
    Activating,
    Deactivating,
    Maintenance,
    Refreshing,
}

impl State {
    pub(super) const ALL: [Self; 8] = [
        Self::Active,
        Self::Reloading,
        Self::Inactive,
        Self::Failed,
        Self::Activating,
        Self::Deactivating,
        Self::Maintenance,
        Self::Refreshing,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reloading => "reloading",
            Self::Inactive => "inactive",
            Self::Failed => "failed",
            Self::Activating => "activating",
            Self::Deactivating => "deactivating",
            Self::Maintenance => "maintenance",
            Self::Refreshing => "refreshing",
        }
    }
}

/// A set of states, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct States(u8);

impl States {
    /// The states that each reported unit has a series for: what people watch, and what they alert on.
    const WATCHED: Self = Self(1 << State::Active as u8 | 1 << State::Failed as u8);

    fn with(self, state: State) -> Self {
        Self(self.0 | 1 << state as u8)
    }

    pub(super) fn has(self, state: State) -> bool {
        self.0 & (1 << state as u8) != 0
    }
}

/// A line of `systemctl list-units`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed<'a> {
    pub(super) name: &'a str,
    /// The index in [`TYPES`].
    pub(super) kind: usize,
    pub(super) state: State,
}

/// The units in the text, and the error of the first line that is none.
pub(super) fn parse<'a>(origin: &str, text: &'a str) -> (Vec<Listed<'a>>, Option<CollectError>) {
    let mut units = Vec::new();
    let mut error = None;
    for (index, line) in text.lines().enumerate() {
        match parse_line(line) {
            Ok(unit) => units.extend(unit),
            Err(what) => {
                error.get_or_insert_with(|| CollectError::form(origin.to_owned(), index + 1, what, line));
            }
        }
    }
    (units, error)
}

fn parse_line(line: &str) -> Result<Option<Listed<'_>>, &'static str> {
    let mut columns = line.split_ascii_whitespace().peekable();
    // A bullet of one character stands in front of units in trouble, by some versions even where it is not wanted.
    columns.next_if(|column| column.chars().count() == 1);
    let Some(name) = columns.next() else { return Ok(None) };
    let kind = name.rsplit_once('.').and_then(|(_, kind)| TYPES.iter().position(|known| *known == kind));
    let kind = kind.ok_or("no unit of a type that was asked for")?;
    let (Some(load), Some(active), Some(_sub)) = (columns.next(), columns.next(), columns.next()) else {
        return Err("fewer columns than UNIT, LOAD, ACTIVE and SUB");
    };
    let state = State::ALL.into_iter().find(|state| state.name() == active);
    let state = state.ok_or("an unknown state in the column ACTIVE")?;
    // Listed only since another unit mentions it.
    let is_mentioned = load == "not-found" && state == State::Inactive;
    Ok((!is_mentioned).then_some(Listed { name, kind, state }))
}

/// A unit that is reported.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) name: String,
    /// The index in [`TYPES`].
    pub(super) kind: usize,
    pub(super) state: State,
    /// The states that it has a series for.
    pub(super) states: States,
}

/// What one listing of the units gave.
#[derive(Default)]
pub(super) struct Report {
    pub(super) units: Vec<Unit>,
    /// How many units there are in each state, in the order of [`State::ALL`]; also those that are not reported.
    pub(super) counts: [u32; State::ALL.len()],
}

impl Report {
    /// The report that follows `before`: of the units that are not inactive, and of those that once were not, since
    /// `before` holds them. At most `most` of them: those that failed first, then by name.
    pub(super) fn after(before: Self, listed: &[Listed<'_>], most: usize) -> Self {
        let known: HashMap<String, States> =
            before.units.into_iter().map(|unit| (unit.name, unit.states)).collect();
        let mut counts = [0; State::ALL.len()];
        let mut chosen = Vec::new();
        for unit in listed {
            counts[unit.state as usize] += 1;
            let states = known.get(unit.name).copied();
            if (states.is_some() || unit.state != State::Inactive) && is_reported(unit) {
                chosen.push((unit, states.unwrap_or(States::WATCHED).with(unit.state)));
            }
        }
        chosen.sort_by_key(|(unit, _)| (unit.state != State::Failed, unit.name));
        // Each name once: a series must not have two values at a time.
        chosen.dedup_by_key(|(unit, _)| unit.name);
        let unit = |(unit, states): (&Listed<'_>, States)| Unit {
            name: unit.name.to_owned(),
            kind: unit.kind,
            state: unit.state,
            states,
        };
        Self { units: chosen.into_iter().take(most).map(unit).collect(), counts }
    }
}

/// Leaves out the mounts of container engines and snaps: one a container or version, so names without bound.
fn is_reported(unit: &Listed<'_>) -> bool {
    const ENGINES: [&str; 6] = [
        "run-containerd-",
        "run-docker-",
        "snap-",
        "var-lib-containers-",
        "var-lib-docker-",
        "var-lib-kubelet-",
    ];
    !(TYPES[unit.kind] == "mount" && ENGINES.iter().any(|engine| unit.name.starts_with(engine)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_of_systemctl() {
        type Told = Result<Option<(&'static str, &'static str, State)>, &'static str>;
        let table: [(&str, Told); 14] = [
            (
                "cron.service                loaded    active   running Regular background program processing daemon",
                Ok(Some(("cron.service", "service", State::Active))),
            ),
            (
                "● nginx.service loaded failed failed A high performance web server",
                Ok(Some(("nginx.service", "service", State::Failed))),
            ),
            ("* nginx.service loaded failed failed", Ok(Some(("nginx.service", "service", State::Failed)))),
            ("× nginx.service loaded failed failed", Ok(Some(("nginx.service", "service", State::Failed)))),
            (
                "  dbus.socket loaded active running D-Bus System Message Bus Socket",
                Ok(Some(("dbus.socket", "socket", State::Active))),
            ),
            (
                r"mnt-my\x2ddata.mount loaded active mounted /mnt/my-data",
                Ok(Some((r"mnt-my\x2ddata.mount", "mount", State::Active))),
            ),
            (
                "getty@tty1.service loaded deactivating stop-sigterm Getty on tty1",
                Ok(Some(("getty@tty1.service", "service", State::Deactivating))),
            ),
            ("● auditd.service not-found inactive dead auditd.service", Ok(None)),
            (
                "● gone.service not-found active running gone.service",
                Ok(Some(("gone.service", "service", State::Active))),
            ),
            ("", Ok(None)),
            ("cron.service loaded active", Err("fewer columns than UNIT, LOAD, ACTIVE and SUB")),
            ("cron.service loaded sleeping dead", Err("an unknown state in the column ACTIVE")),
            ("dev-sda1.device loaded active plugged", Err("no unit of a type that was asked for")),
            ("137 loaded units listed.", Err("no unit of a type that was asked for")),
        ];
        for (line, expected) in table {
            let told =
                parse_line(line).map(|unit| unit.map(|unit| (unit.name, TYPES[unit.kind], unit.state)));
            assert_eq!(told, expected, "{line}");
        }
    }

    /// The lines `UNIT: STATE STATE ...` of what is reported, the state that it is in first, after each of the lists.
    fn reported(lists: &[&[(&str, State)]], most: usize) -> Vec<String> {
        let mut report = Report::default();
        for list in lists {
            let kind = |name: &str| usize::from(name.ends_with("mount")) * (TYPES.len() - 1);
            let listed: Vec<Listed<'_>> =
                list.iter().map(|&(name, state)| Listed { name, kind: kind(name), state }).collect();
            report = Report::after(report, &listed, most);
        }
        let told = |unit: &Unit| {
            let others =
                State::ALL.into_iter().filter(|state| *state != unit.state && unit.states.has(*state));
            let states: Vec<&str> = [unit.state].into_iter().chain(others).map(State::name).collect();
            format!("{}: {}", unit.name, states.join(" "))
        };
        report.units.iter().map(told).collect()
    }

    #[test]
    fn a_unit_has_series_for_the_states_it_was_in() {
        use State::{Activating, Active, Failed, Inactive};
        /// The lists, how many units are reported at most, and which are.
        type Row<'a> = (&'a [&'a [(&'a str, State)]], usize, &'a [&'a str]);
        let table: [Row<'_>; 6] = [
            (&[&[("a", Active), ("b", Inactive)]], 9, &["a: active failed"]),
            (&[&[("a", Active)], &[("a", Inactive)]], 9, &["a: inactive active failed"]),
            (
                &[&[("a", Activating)], &[("a", Inactive)], &[("a", Failed)]],
                9,
                &["a: failed active inactive activating"],
            ),
            // What was unloaded is forgotten.
            (&[&[("a", Activating)], &[], &[("a", Inactive)]], 9, &[]),
            (&[&[("b", Active), ("c", Failed), ("a", Active)]], 2, &["c: failed active", "a: active failed"]),
            (
                &[&[("var-lib-docker-overlay2-ab-merged.mount", Active), ("snap-core-1.mount", Active)]],
                9,
                &[],
            ),
        ];
        for (lists, most, expected) in table {
            assert_eq!(reported(lists, most), expected, "{lists:?}");
        }
    }

    #[test]
    fn all_units_are_counted() {
        let text = "a.service loaded active running\nb.service loaded inactive dead\nc.service not-found inactive dead\n\
                    var-lib-docker-x.mount loaded active mounted\nd.service loaded failed failed\n";
        let (listed, error) = parse("systemctl", text);
        assert!(error.is_none());
        let report = Report::after(Report::default(), &listed, 1);
        assert_eq!(report.counts, [2, 0, 1, 1, 0, 0, 0, 0]);
        assert_eq!(report.units.len(), 1);
    }
}
