use std::fs;

use watchfire_ingest::collect::{CgroupCollector, Collector as _};

use super::{complaint, lines, read, tree};

const MOUNTINFO: (&str, &str) = (
    "proc/self/mountinfo",
    "1405 1390 0:75 / / rw,relatime - overlay overlay rw\n\
     1411 1405 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n",
);

/// A container with limits, on a kernel that has everything.
const CONTAINER: &[(&str, &str)] = &[
    MOUNTINFO,
    ("proc/self/cgroup", "0::/\n"),
    (
        "sys/fs/cgroup/cpu.stat",
        "usage_usec 73250113\nuser_usec 51200000\nsystem_usec 22050113\nnice_usec 0\n\
         core_sched.force_idle_usec 0\nnr_periods 1208\nnr_throttled 37\nthrottled_usec 2513400\n\
         nr_bursts 0\nburst_usec 0\n",
    ),
    ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
    ("sys/fs/cgroup/memory.current", "187940864\n"),
    ("sys/fs/cgroup/memory.max", "536870912\n"),
    ("sys/fs/cgroup/memory.swap.current", "0\n"),
    ("sys/fs/cgroup/memory.events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n"),
    ("sys/fs/cgroup/pids.current", "23\n"),
    ("sys/fs/cgroup/pids.max", "4096\n"),
    (
        "sys/fs/cgroup/io.stat",
        "259:0 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n\
         253:0 rbytes=5 wbytes=6 rios=1 wios=1 dbytes=0 dios=0\n\
         8:16 rbytes=7 wbytes=8 rios=1 wios=1 dbytes=0 dios=0\n\
         7:3 rbytes=1 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n\
         8:32 \n",
    ),
    ("sys/dev/block/259:0/uevent", "MAJOR=259\nMINOR=0\nDEVNAME=nvme0n1\nDEVTYPE=disk\nDISKSEQ=9\n"),
    ("sys/dev/block/253:0/uevent", "MAJOR=253\nMINOR=0\nDEVNAME=dm-0\nDEVTYPE=disk\nDISKSEQ=10\n"),
    ("sys/dev/block/7:3/uevent", "MAJOR=7\nMINOR=3\nDEVNAME=loop3\nDEVTYPE=disk\nDISKSEQ=4\n"),
    ("sys/block/dm-0/dm/name", "vg-data\n"),
    (
        "sys/fs/cgroup/cpu.pressure",
        "some avg10=1.53 avg60=0.87 avg300=0.33 total=4242000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n",
    ),
    (
        "sys/fs/cgroup/memory.pressure",
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n",
    ),
    (
        "sys/fs/cgroup/io.pressure",
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=500\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=400\n",
    ),
];

const OF_CONTAINER: &str = r#"
cgroup_cpu_limit_cores{host="a"} 1.5
cgroup_cpu_periods_total{host="a"} 1208
cgroup_cpu_throttled_periods_total{host="a"} 37
cgroup_cpu_throttled_seconds_total{host="a"} 2.5134
cgroup_cpu_usage_seconds_total{host="a"} 73.250113
cgroup_io_read_bytes_total{device="8:16",host="a"} 7
cgroup_io_read_bytes_total{device="mapper/vg-data",host="a"} 5
cgroup_io_read_bytes_total{device="nvme0n1",host="a"} 1459200
cgroup_io_written_bytes_total{device="8:16",host="a"} 8
cgroup_io_written_bytes_total{device="mapper/vg-data",host="a"} 6
cgroup_io_written_bytes_total{device="nvme0n1",host="a"} 314773504
cgroup_memory_limit_bytes{host="a"} 536870912
cgroup_memory_oom_kills_total{host="a"} 1
cgroup_memory_swap_usage_bytes{host="a"} 0
cgroup_memory_usage_bytes{host="a"} 187940864
cgroup_pressure_seconds_total{host="a",resource="cpu"} 4.242
cgroup_pressure_seconds_total{host="a",resource="io"} 0.0005
cgroup_pressure_seconds_total{host="a",resource="memory"} 0
cgroup_processes_limit{host="a"} 4096
cgroup_processes{host="a"} 23
"#;

/// A service of systemd without a limit of its own, in a slice with limits.
const SERVICE: &[(&str, &str)] = &[
    MOUNTINFO,
    ("proc/self/cgroup", "0::/app.slice/watchfire.service\n"),
    ("sys/fs/cgroup/cpu.stat", "usage_usec 99000000\n"),
    ("sys/fs/cgroup/app.slice/cpu.max", "max 100000\n"),
    ("sys/fs/cgroup/app.slice/memory.current", "900\n"),
    ("sys/fs/cgroup/app.slice/memory.max", "1000\n"),
    ("sys/fs/cgroup/app.slice/pids.max", "max\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/cpu.stat", "usage_usec 1000000\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/cpu.max", "max 100000\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/memory.current", "10\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/memory.max", "2000\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/pids.current", "3\n"),
    ("sys/fs/cgroup/app.slice/watchfire.service/pids.max", "max\n"),
];

const OF_SERVICE: &str = r#"
cgroup_cpu_usage_seconds_total{host="a"} 1
cgroup_memory_limit_bytes{host="a"} 1000
cgroup_memory_usage_bytes{host="a"} 10
cgroup_processes{host="a"} 3
"#;

/// The root of a host: few files, and pressure switched off.
const HOST: &[(&str, &str)] = &[
    MOUNTINFO,
    ("proc/self/cgroup", "0::/\n"),
    ("sys/fs/cgroup/cgroup.procs", "1\n"),
    ("sys/fs/cgroup/cpu.stat", "usage_usec 5000000\nuser_usec 1\nsystem_usec 1\n"),
];

#[test]
fn a_group_gives_what_it_has() {
    let of_host = r#"cgroup_cpu_usage_seconds_total{host="a"} 5"#;
    for (files, expected) in [(CONTAINER, OF_CONTAINER), (SERVICE, OF_SERVICE), (HOST, of_host)] {
        let root = tree(files);
        let mut collector = CgroupCollector::at_root(Some("a".to_owned()), root.path());
        let expected: Vec<&str> = expected.trim().lines().collect();
        assert_eq!(lines(&mut collector), expected);
        assert_eq!(lines(&mut collector), expected, "the second reading, without a look for the group");
        assert_eq!(collector.unavailable(), None);
    }
}

#[test]
fn without_a_group_there_is_nothing_but_the_reason() {
    let version_1 = "41 31 0:38 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n";
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[], "the system has no control groups"),
        (
            &[("proc/self/cgroup", "4:memory:/\n1:cpu:/\n"), ("proc/self/mountinfo", version_1)],
            "this process is in no control group of version 2",
        ),
        (
            &[("proc/self/cgroup", "0::/\n"), ("proc/self/mountinfo", version_1)],
            "no file system of type cgroup2 is mounted",
        ),
        (
            &[("proc/self/cgroup", "0::/x (deleted)\n"), MOUNTINFO],
            "the directory of this process's control group is not there",
        ),
    ];
    for (files, reason) in table {
        let root = tree(files);
        let mut collector = CgroupCollector::at_root(None, root.path());
        assert_eq!(collector.unavailable(), None);
        assert_eq!(lines(&mut collector), Vec::<String>::new());
        assert_eq!(collector.unavailable(), Some(reason));
    }
}

#[test]
fn a_broken_file_is_named_and_the_others_are_read() {
    // The file, its text, what is said of it, and how many of the 20 series are missing.
    let table = [
        ("memory.current", "lots\n", "line 1: no whole number in \"lots\"", 1),
        ("memory.max", "-5\n", "line 1: no whole number in \"-5\"", 1),
        ("cpu.max", "150000\n", "line 1: no period in \"150000\"", 1),
        ("cpu.max", "150000 0\n", "line 1: a period of 0 in \"150000 0\"", 1),
        ("cpu.stat", "usage_usec 1\nnr_periods x\nnr_throttled 1\n", "line 2: no whole number in \"x\"", 2),
        (
            "io.stat",
            "259:0 rbytes=1\n8:16 rbytes=7 wbytes=8\n",
            "line 1: no device with its bytes in \"259:0 rbytes=1\"",
            4,
        ),
        ("io.pressure", "some avg10=0.00\n", "line 1: no total in \"some avg10=0.00\"", 1),
    ];
    for (file, text, what, missing) in table {
        let root = tree(CONTAINER);
        fs::write(root.path().join("sys/fs/cgroup").join(file), text).unwrap();
        let (lines, result) = read(&mut CgroupCollector::at_root(None, root.path()));
        let expected = format!(
            "/sys/fs/cgroup/{file}, {what}; the rest was read, please report this with the system's version"
        );
        assert_eq!(complaint(result, &root), expected);
        assert_eq!(lines.len(), 20 - missing, "{file}");
    }
}
