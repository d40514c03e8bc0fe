use std::cmp::Reverse;
use std::collections::HashMap;

use super::metrics;
use crate::collect::series::Writer;

#[cfg(target_os = "linux")]
mod linux;
// On Linux only as the second opinion that the tests ask.
#[cfg(any(test, not(target_os = "linux")))]
mod portable;

#[cfg(target_os = "linux")]
pub(super) use linux::Reader;
#[cfg(not(target_os = "linux"))]
pub(super) use portable::Reader;

/// How many programs each top list holds.
const TOP: usize = 10;

/// One process at one reading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Process {
    pid: u32,
    /// The program's name.
    name: String,
    /// Per cent of one core since the reading before; `None` where there is none to compare with.
    cpu: Option<f64>,
    /// Resident bytes.
    memory: u64,
}

/// All processes of the same name at one reading. Reported instead of the processes themselves, so that the number of
/// series stays bounded however many of them come and go.
#[derive(Clone, Debug, PartialEq)]
struct Program {
    name: String,
    /// The sum over the instances.
    cpu: Option<f64>,
    /// The sum over the instances.
    memory: u64,
    instances: u32,
    /// The instance that uses most CPU, among equals most memory.
    pid: u32,
}

/// Writes the number of processes and the top lists of one reading on a host with `cores` cores.
pub(super) fn write(processes: Vec<Process>, cores: usize, writer: &mut Writer<'_>) {
    writer.push(metrics::PROCESSES, &[], processes.len() as f64);
    for program in top(group(processes, cores), TOP) {
        let labels = [("process", program.name.as_str())];
        if let Some(cpu) = program.cpu {
            writer.push(metrics::PROCESS_CPU, &labels, cpu);
        }
        writer.push(metrics::PROCESS_MEMORY, &labels, program.memory as f64);
        writer.push(metrics::PROCESS_INSTANCES, &labels, f64::from(program.instances));
        writer.push(metrics::PROCESS_PID, &labels, f64::from(program.pid));
    }
}

/// Groups processes by name. CPU is kept to what `cores` can give: the kernel counts in ticks, so a short interval can
/// seem to hold more than it does.
fn group(mut processes: Vec<Process>, cores: usize) -> Vec<Program> {
    // The busiest instance of each program comes first and gives its pid.
    processes.sort_by(|a, b| {
        let rank = |process: &Process| (process.memory, Reverse(process.pid));
        b.cpu.unwrap_or(0.0).total_cmp(&a.cpu.unwrap_or(0.0)).then_with(|| rank(b).cmp(&rank(a)))
    });
    let mut programs: HashMap<String, Program> = HashMap::new();
    for Process { pid, name, cpu, memory } in processes {
        let name = if name.is_empty() { "unnamed".to_owned() } else { name };
        let program = programs.entry(name).or_insert_with_key(|name| Program {
            name: name.clone(),
            cpu: None,
            memory: 0,
            instances: 0,
            pid,
        });
        if let Some(cpu) = cpu {
            program.cpu = Some((program.cpu.unwrap_or(0.0) + cpu).min(100.0 * cores as f64));
        }
        program.memory += memory;
        program.instances += 1;
    }
    programs.into_values().collect()
}

/// The `count` programs that use most CPU and the `count` that use most memory, each once; among equals by name. One
/// that uses none is in no list, which leaves the kernel's own threads out of that of memory.
fn top(programs: Vec<Program>, count: usize) -> Vec<Program> {
    let cpu = |program: &Program| program.cpu.unwrap_or(0.0);
    let memory = |program: &Program| program.memory as f64;
    let uses: [&dyn Fn(&Program) -> f64; 2] = [&cpu, &memory];
    let mut chosen = vec![false; programs.len()];
    for used in uses {
        let mut order: Vec<usize> =
            (0..programs.len()).filter(|index| used(&programs[*index]) > 0.0).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&programs[*a], &programs[*b]);
            used(b).total_cmp(&used(a)).then_with(|| a.name.cmp(&b.name))
        });
        for index in order.into_iter().take(count) {
            chosen[index] = true;
        }
    }
    programs.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(program, _)| program).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, name: &str, cpu: Option<f64>, memory: u64) -> Process {
        Process { pid, name: name.to_owned(), cpu, memory }
    }

    fn program(name: &str, cpu: Option<f64>, memory: u64) -> Program {
        Program { name: name.to_owned(), cpu, memory, instances: 1, pid: 1 }
    }

    fn sorted(mut programs: Vec<Program>) -> Vec<Program> {
        programs.sort_by(|a, b| a.name.cmp(&b.name));
        programs
    }

    #[test]
    fn instances_are_added_up() {
        let processes = vec![
            process(7, "postgres", Some(1.0), 100),
            process(9, "postgres", Some(30.0), 10),
            process(3, "sh", None, 5),
            process(2, "sh", None, 5),
            process(4, "", Some(0.0), 1),
        ];
        let expected = [
            Program { name: "postgres".into(), cpu: Some(31.0), memory: 110, instances: 2, pid: 9 },
            Program { name: "sh".into(), cpu: None, memory: 10, instances: 2, pid: 2 },
            Program { name: "unnamed".into(), cpu: Some(0.0), memory: 1, instances: 1, pid: 4 },
        ];
        assert_eq!(sorted(group(processes, 2)), expected);
    }

    #[test]
    fn a_program_cannot_use_more_than_all_cores() {
        let processes = (0..3).map(|pid| process(pid, "cc1", Some(101.0), 1)).collect();
        assert_eq!(group(processes, 2)[0].cpu, Some(200.0));
    }

    #[test]
    fn top_lists_are_joined() {
        // Name, CPU, memory of what there is; how many of each list; the names that remain.
        type Row<'a> = (&'a [(&'a str, Option<f64>, u64)], usize, &'a [&'a str]);
        let table: [Row<'_>; 5] = [
            (&[], 2, &[]),
            // Before there is a second reading only memory counts.
            (&[("a", None, 3), ("b", None, 2), ("c", None, 1), ("kernel", None, 0)], 2, &["a", "b"]),
            // A program that leads both lists takes its place in both.
            (&[("both", Some(9.0), 9), ("x", Some(0.0), 3), ("y", Some(0.0), 2)], 2, &["both", "x"]),
            // Neither list is filled up with programs that use nothing.
            (&[("busy", Some(1.0), 0), ("idle", Some(0.0), 0), ("big", Some(0.0), 5)], 2, &["big", "busy"]),
            // Equals are taken in the order of their names.
            (&[("b", Some(1.0), 0), ("a", Some(1.0), 0), ("d", None, 1), ("c", None, 1)], 1, &["a", "c"]),
        ];
        for (programs, count, expected) in table {
            let programs = programs.iter().map(|(name, cpu, memory)| program(name, *cpu, *memory)).collect();
            let names: Vec<String> = sorted(top(programs, count)).into_iter().map(|p| p.name).collect();
            assert_eq!(names, expected);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn both_readers_see_this_process() {
        let now = std::time::Instant::now();
        let of_this_process = |processes: Vec<Process>| {
            processes.into_iter().find(|process| process.pid == std::process::id()).unwrap()
        };
        let linux = of_this_process(linux::Reader::new().unwrap().read(now).unwrap());
        let portable = of_this_process(portable::Reader::new().unwrap().read(now).unwrap());
        assert_eq!(linux.name, portable.name);
        assert_eq!((linux.cpu, portable.cpu), (None, None), "one reading tells nothing about CPU");
        // The kernel keeps the count of pages by thread and adds it up now and then.
        let ratio = linux.memory as f64 / portable.memory as f64;
        assert!((0.5..2.0).contains(&ratio), "{linux:?} {portable:?}");
    }
}
