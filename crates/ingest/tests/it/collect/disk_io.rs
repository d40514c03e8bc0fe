use watchfire_ingest::collect::{Collector as _, DiskIoCollector};

use super::{complaint, lines, read, tree};

/// Of a machine with an old disk and a new one, volumes, a card reader, and what is no disk; lines of three kernels'
/// lengths.
const DISKSTATS: &str = "\
   7       0 loop0 52 0 2198 14 0 0 0 0 0 28 14 0 0 0 0 0 0
   1       0 ram0 9 0 72 0 0 0 0 0 0 0 0
   8       0 sda 3686621 133457 177012242 19371213 2724444 728647 400959768 2447517 3 968780 22132673 1072488 1509 301781792 207865 709290 106076
   8       1 sda1 3600000 133457 177000000 19300000 2700000 728647 400000000 2400000 0 960000 22100000 0 0 0 0 0 0
 259       0 nvme0n1 100 0 800 50 200 0 1600 1500 0 900 1550
 259       1 nvme0n1p1 90 0 720 45 190 0 1520 1400 0 800 1445
 252       0 dm-0 40 0 320 20 60 0 480 30 0 45 50 0 0 0 0
 252       1 dm-1 4 0 32 2 6 0 48 3 0 4 5 0 0 0 0
 252      10 dm-10 0 0 0 0 0 0 0 0 1 0 0 0 0 0 0
 104       0 cciss!c0d0 1 0 8 1000 0 0 0 0 0 1000 1000
  43       0 nbd0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
 253       0 zram0 5 0 40 0 5 0 40 0 0 0 0 0 0 0 0 0 0
";

const EXPECTED: &str = r#"
system_disk_io_in_progress{device="cciss/c0d0",host="a"} 0
system_disk_io_in_progress{device="dm-1",host="a"} 0
system_disk_io_in_progress{device="dm-10",host="a"} 1
system_disk_io_in_progress{device="mapper/vg-data",host="a"} 0
system_disk_io_in_progress{device="nvme0n1",host="a"} 0
system_disk_io_in_progress{device="sda",host="a"} 3
system_disk_io_seconds_total{device="cciss/c0d0",host="a"} 1
system_disk_io_seconds_total{device="dm-1",host="a"} 0.004
system_disk_io_seconds_total{device="dm-10",host="a"} 0
system_disk_io_seconds_total{device="mapper/vg-data",host="a"} 0.045
system_disk_io_seconds_total{device="nvme0n1",host="a"} 0.9
system_disk_io_seconds_total{device="sda",host="a"} 968.78
system_disk_io_weighted_seconds_total{device="cciss/c0d0",host="a"} 1
system_disk_io_weighted_seconds_total{device="dm-1",host="a"} 0.005
system_disk_io_weighted_seconds_total{device="dm-10",host="a"} 0
system_disk_io_weighted_seconds_total{device="mapper/vg-data",host="a"} 0.05
system_disk_io_weighted_seconds_total{device="nvme0n1",host="a"} 1.55
system_disk_io_weighted_seconds_total{device="sda",host="a"} 22132.673
system_disk_read_seconds_total{device="cciss/c0d0",host="a"} 1
system_disk_read_seconds_total{device="dm-1",host="a"} 0.002
system_disk_read_seconds_total{device="dm-10",host="a"} 0
system_disk_read_seconds_total{device="mapper/vg-data",host="a"} 0.02
system_disk_read_seconds_total{device="nvme0n1",host="a"} 0.05
system_disk_read_seconds_total{device="sda",host="a"} 19371.213
system_disk_reads_total{device="cciss/c0d0",host="a"} 1
system_disk_reads_total{device="dm-1",host="a"} 4
system_disk_reads_total{device="dm-10",host="a"} 0
system_disk_reads_total{device="mapper/vg-data",host="a"} 40
system_disk_reads_total{device="nvme0n1",host="a"} 100
system_disk_reads_total{device="sda",host="a"} 3686621
system_disk_write_seconds_total{device="cciss/c0d0",host="a"} 0
system_disk_write_seconds_total{device="dm-1",host="a"} 0.003
system_disk_write_seconds_total{device="dm-10",host="a"} 0
system_disk_write_seconds_total{device="mapper/vg-data",host="a"} 0.03
system_disk_write_seconds_total{device="nvme0n1",host="a"} 1.5
system_disk_write_seconds_total{device="sda",host="a"} 2447.517
system_disk_writes_total{device="cciss/c0d0",host="a"} 0
system_disk_writes_total{device="dm-1",host="a"} 6
system_disk_writes_total{device="dm-10",host="a"} 0
system_disk_writes_total{device="mapper/vg-data",host="a"} 60
system_disk_writes_total{device="nvme0n1",host="a"} 200
system_disk_writes_total{device="sda",host="a"} 2724444
"#;

#[test]
fn whole_disks_are_reported_by_the_names_they_are_mounted_by() {
    let root = tree(&[("proc/diskstats", DISKSTATS), ("sys/block/dm-0/dm/name", "vg-data\n")]);
    let mut collector = DiskIoCollector::at_root(Some("a".to_owned()), root.path());
    assert_eq!(lines(&mut collector), EXPECTED.trim().lines().collect::<Vec<_>>());
    // With the names that it knows now.
    assert_eq!(lines(&mut collector), EXPECTED.trim().lines().collect::<Vec<_>>());
    assert_eq!(collector.unavailable(), None);
}

#[test]
fn a_broken_line_is_named_and_the_others_are_read() {
    let good = "   8       0 sda 1 0 8 1 0 0 0 0 0 1 1\n";
    // The broken line, and what is said of it.
    let table = [
        ("8 16 sdb 1 0 8", "fewer than 14 columns in \"8 16 sdb 1 0 8\""),
        ("8 16", "no device name in the third column in \"8 16\""),
        ("8 16 sdb 1 0 8 1 0 0 0 0 0 -1 1", "no whole number in \"-1\""),
    ];
    for (broken, what) in table {
        let root = tree(&[("proc/diskstats", &format!("{broken}\n{good}"))]);
        let (lines, result) = read(&mut DiskIoCollector::at_root(None, root.path()));
        assert_eq!(lines.len(), 7, "{broken}");
        let expected = format!(
            "/proc/diskstats, line 1: {what}; the rest was read, please report this with the system's version"
        );
        assert_eq!(complaint(result, &root), expected);
    }
}

#[test]
fn a_system_without_the_file_has_no_series() {
    let root = tree(&[]);
    let mut collector = DiskIoCollector::at_root(None, root.path());
    assert_eq!(lines(&mut collector), Vec::<String>::new());
    assert_eq!(collector.unavailable(), Some("the system has no /proc/diskstats"));
}
