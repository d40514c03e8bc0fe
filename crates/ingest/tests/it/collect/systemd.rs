//! With a script in the place of systemctl.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use watchfire_ingest::collect::{Collector as _, SystemdCollector};

use super::{complaint, lines, read, tree};

/// As systemd 252 prints it, and with the bullet that older versions print in front of failed units.
const UNITS: &str = "\
  -.mount                       loaded    active   mounted   Root Mount
  boot-efi.mount                loaded    active   mounted   /boot/efi
● var-lib-docker-overlay2-4f.mount loaded active   mounted   /var/lib/docker/overlay2/4f/merged
  apt-daily.service             loaded    inactive dead      Daily apt download activities
● auditd.service                not-found inactive dead      auditd.service
  cron.service                  loaded    active   running   Regular background program processing daemon
● nginx.service                 loaded    failed   failed    A high performance web server and a reverse proxy server
  systemd-networkd.service      loaded    activating start   Network Configuration
  dbus.socket                   loaded    active   running   D-Bus System Message Bus Socket
  apt-daily.timer               loaded    active   waiting   Daily apt download activities
";

const EXPECTED: &str = r#"
systemd_unit_state{host="a",state="activating",type="service",unit="systemd-networkd.service"} 1
systemd_unit_state{host="a",state="active",type="mount",unit="-.mount"} 1
systemd_unit_state{host="a",state="active",type="mount",unit="boot-efi.mount"} 1
systemd_unit_state{host="a",state="active",type="service",unit="cron.service"} 1
systemd_unit_state{host="a",state="active",type="service",unit="nginx.service"} 0
systemd_unit_state{host="a",state="active",type="service",unit="systemd-networkd.service"} 0
systemd_unit_state{host="a",state="active",type="socket",unit="dbus.socket"} 1
systemd_unit_state{host="a",state="active",type="timer",unit="apt-daily.timer"} 1
systemd_unit_state{host="a",state="failed",type="mount",unit="-.mount"} 0
systemd_unit_state{host="a",state="failed",type="mount",unit="boot-efi.mount"} 0
systemd_unit_state{host="a",state="failed",type="service",unit="cron.service"} 0
systemd_unit_state{host="a",state="failed",type="service",unit="nginx.service"} 1
systemd_unit_state{host="a",state="failed",type="service",unit="systemd-networkd.service"} 0
systemd_unit_state{host="a",state="failed",type="socket",unit="dbus.socket"} 0
systemd_unit_state{host="a",state="failed",type="timer",unit="apt-daily.timer"} 0
systemd_units{host="a",state="activating"} 1
systemd_units{host="a",state="active"} 6
systemd_units{host="a",state="deactivating"} 0
systemd_units{host="a",state="failed"} 1
systemd_units{host="a",state="inactive"} 1
systemd_units{host="a",state="maintenance"} 0
systemd_units{host="a",state="refreshing"} 0
systemd_units{host="a",state="reloading"} 0
"#;

/// A system whose systemctl is this script; it can count on a file `units` beside it.
fn system(script: &str, units: &str) -> (TempDir, SystemdCollector) {
    let script = format!("#!/bin/sh\ncd \"${{0%/*}}\"\n{script}\n");
    let root = tree(&[("run/systemd/system/.keep", ""), ("bin/source", &script), ("bin/units", units)]);
    let systemctl = root.path().join("bin/systemctl");
    // Not written by this process, as a child that another test starts could hold the file open and keep it from running.
    let source = root.path().join("bin/source");
    let installed = Command::new("install").args(["-m", "755"]).args([&source, &systemctl]).status();
    assert!(installed.unwrap().success());
    let collector = SystemdCollector::at_root(Some("a".to_owned()), root.path(), &systemctl);
    (root, collector)
}

#[test]
fn units_are_told_between_two_listings_too() {
    let (root, mut collector) = system("echo >> calls; cat units", UNITS);
    let expected: Vec<&str> = EXPECTED.trim().lines().collect();
    for _ in 0..3 {
        assert_eq!(lines(&mut collector), expected);
    }
    let calls = fs::read_to_string(root.path().join("bin/calls")).unwrap();
    assert_eq!(calls.lines().count(), 1, "systemd is asked seldom");
    assert_eq!(collector.unavailable(), None);
}

#[test]
fn a_broken_line_is_named_and_the_others_are_read() {
    let (root, mut collector) = system("cat units", "cron.service loaded active running\nnonsense\n");
    let (lines, result) = read(&mut collector);
    assert_eq!(
        complaint(result, &root),
        "/bin/systemctl list-units, line 2: no unit of a type that was asked for in \"nonsense\"; \
         the rest was read, please report this with the system's version"
    );
    assert!(lines.contains(
        &r#"systemd_unit_state{host="a",state="active",type="service",unit="cron.service"} 1"#.to_owned()
    ));
}

#[test]
fn a_refusal_is_told_once_and_not_asked_for_again_at_once() {
    let (root, mut collector) = system("echo >> calls; echo 'Failed to connect to bus' >&2; exit 1", "");
    let (lines, result) = read(&mut collector);
    assert!(lines.is_empty());
    assert_eq!(
        complaint(result, &root),
        "/bin/systemctl list-units ended with exit status: 1: Failed to connect to bus; \
         see what it answers on the command line to the server's user"
    );
    assert_eq!(super::lines(&mut collector), Vec::<String>::new());
    assert_eq!(fs::read_to_string(root.path().join("bin/calls")).unwrap().lines().count(), 1);
}

#[test]
fn without_systemd_there_is_nothing_but_the_reason() {
    let elsewhere = tree(&[]);
    let running = tree(&[("run/systemd/system/.keep", "")]);
    let table = [
        (&elsewhere, "systemd does not manage this system"),
        (&running, "the program systemctl is not installed"),
    ];
    for (root, reason) in table {
        let systemctl = root.path().join("bin/systemctl");
        let mut collector = SystemdCollector::at_root(None, root.path(), &systemctl);
        assert_eq!(collector.unavailable(), None);
        assert_eq!(lines(&mut collector), Vec::<String>::new());
        assert_eq!(collector.unavailable(), Some(reason));
    }
}
