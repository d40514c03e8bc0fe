//! What one reading of this host costs. The mark: 3 ms with 150 processes, so that a reading each second takes a third
//! of a per cent of a core. `cargo bench -p watchfire-ingest`

#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]

use std::process::{Child, Command, Stdio};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
use watchfire_ingest::collect::{Collector, HostCollector};
use watchfire_model::Batch;

/// How many processes the host has at least while it is measured.
const PROCESSES: usize = 150;

/// Processes that only wait, and end with the value.
struct Crowd(Vec<Child>);

impl Crowd {
    fn up_to(count: usize) -> Self {
        let present = processes_by_sysinfo(&mut System::new().expect("a system that sysinfo knows"));
        let sleep =
            || Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().expect("the program sleep");
        Self((present..count).map(|_| sleep()).collect())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has already ended is no loss.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn processes_by_sysinfo(system: &mut System) -> usize {
    let kind = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    system.processes().len()
}

fn host(criterion: &mut Criterion) {
    let _crowd = Crowd::up_to(PROCESSES);
    let mut group = criterion.benchmark_group("host");

    let mut collector = HostCollector::new(None).expect("a host");
    group.bench_function("collect", |bencher| {
        bencher.iter(|| {
            let mut batch = Batch::default();
            collector.collect(0, &mut batch).expect("a reading");
            batch
        });
    });

    // Lists the mounts and sensors and makes all label sets.
    group.bench_function("first collect", |bencher| {
        bencher.iter_batched_ref(
            || HostCollector::new(None).expect("a host"),
            |collector| collector.collect(0, &mut Batch::default()).expect("a reading"),
            BatchSize::PerIteration,
        );
    });

    // What the collector would pay for the processes alone if it left them to sysinfo.
    let mut system = System::new().expect("a system that sysinfo knows");
    group
        .bench_function("processes by sysinfo", |bencher| bencher.iter(|| processes_by_sysinfo(&mut system)));
    group.finish();
}

criterion_group!(benches, host);
criterion_main!(benches);
