use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::{Command, CommandLineError, Config, Durability, LogFormat, parse_command_line};

/// A command line, an environment and a watchfire.toml in an otherwise empty working directory.
pub(super) fn run(
    args: &[&str],
    env: &[(&str, &str)],
    file: Option<&str>,
) -> Result<Command, CommandLineError> {
    let cwd = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        std::fs::write(cwd.path().join("watchfire.toml"), text).unwrap();
    }
    run_in(cwd.path(), args, env)
}

pub(super) fn run_in(cwd: &Path, args: &[&str], env: &[(&str, &str)]) -> Result<Command, CommandLineError> {
    let args = ["watchfire"].iter().chain(args).map(OsString::from);
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    parse_command_line(args, env, cwd)
}

fn config(args: &[&str], env: &[(&str, &str)], file: Option<&str>) -> Config {
    match run(args, env, file) {
        Ok(Command::Serve(config)) => *config,
        other => panic!("{args:?} {env:?} {file:?} gave {other:?}"),
    }
}

fn shown(args: &[&str], env: &[(&str, &str)], file: Option<&str>) -> String {
    match run(&[&["config", "show"], args].concat(), env, file) {
        Ok(Command::ConfigShow(text)) => text,
        other => panic!("{args:?} {env:?} {file:?} gave {other:?}"),
    }
}

#[test]
fn defaults() {
    let config = config(&[], &[], None);
    assert_eq!(config.listen, "127.0.0.1:3473".parse().unwrap());
    assert_eq!(config.data_dir, Path::new("./watchfire-data"));
    assert_eq!((config.site_dir, config.dev_reload, config.i_know_there_is_no_login), (None, false, false));
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Text, "info"));
    assert_eq!(config.storage.retention, Some(Duration::from_hours(7 * 24)));
    assert_eq!(config.storage.block_window, Duration::from_mins(30));
    assert_eq!((config.storage.durability, config.storage.min_free_bytes), (Durability::Process, 64 << 20));
    assert_eq!((config.collect.enabled, config.collect.interval), (true, Duration::from_secs(1)));
    assert_eq!(config.collect.host, None);
    assert_eq!((config.live.max_connections, config.live.max_subscriptions), (1000, 200));
    assert_eq!((config.live.max_points, config.live.queue), (2000, 64));
    assert_eq!(config.live.max_message_bytes, 64 << 10);
    assert_eq!(config.http.request_timeout, Duration::from_secs(30));
    assert_eq!(config.http.shutdown_timeout, Duration::from_millis(1500));
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let file = Some("listen = '127.0.0.1:1'\n[collect]\nenabled = false");
    let env = [("WATCHFIRE_LISTEN", "127.0.0.1:2"), ("WATCHFIRE_COLLECT_ENABLED", "true")];
    let args = ["--listen", "127.0.0.1:3", "--no-collect"];
    for (args, env, file, port, collect) in [
        (&[][..], &[][..], None, 3473, true),
        (&[], &[], file, 1, false),
        (&[], &env, None, 2, true),
        (&[], &env, file, 2, true),
        (&args, &[], None, 3, false),
        (&args, &[], file, 3, false),
        (&args, &env, None, 3, false),
        (&args, &env, file, 3, false),
    ] {
        let config = config(args, env, file);
        assert_eq!(
            (config.listen.port(), config.collect.enabled),
            (port, collect),
            "{args:?} {env:?} {file:?}"
        );
    }
}

#[test]
fn the_file_is_that_of_the_flag_then_of_the_environment_then_the_usual_one() {
    let cwd = tempfile::tempdir().unwrap();
    for (name, port) in [("watchfire.toml", 1), ("env.toml", 2), ("flag.toml", 3)] {
        std::fs::write(cwd.path().join(name), format!("listen = 'localhost:{port}'")).unwrap();
    }
    let env = [("WATCHFIRE_CONFIG", "env.toml")];
    let args = ["--config", "flag.toml"];
    for (args, env, port) in [(&[][..], &[][..], 1), (&[], &env, 2), (&args, &[], 3), (&args, &env, 3)] {
        let Ok(Command::Serve(config)) = run_in(cwd.path(), args, env) else { panic!("{args:?} {env:?}") };
        assert_eq!(config.listen.port(), port, "{args:?} {env:?}");
    }
}

#[test]
fn tables_dotted_keys_strings_and_native_values_say_the_same() {
    for file in [
        "[live]\nqueue = 7\nmax_message_bytes = 2048\n[collect]\nenabled = false\n[storage]\nretention = 0",
        "live.queue = '7'\nlive.max_message_bytes = '2KiB'\ncollect.enabled = 'false'\nstorage.retention = '0'",
        "live = { queue = 7, max_message_bytes = '2 KiB' }\ncollect = { enabled = false }\n[storage]\nretention = '0'",
    ] {
        let config = config(&[], &[], Some(file));
        assert_eq!((config.live.queue, config.live.max_message_bytes), (7, 2048), "{file}");
        assert_eq!((config.collect.enabled, config.storage.retention), (false, None), "{file}");
    }
}

#[test]
fn the_last_of_two_opposite_switches_counts() {
    for (args, expected) in [
        (&["--collect", "--no-collect"][..], false),
        (&["--no-collect", "--collect"], true),
        (&["serve", "--no-collect"], false),
        (&["--no-collect", "serve"], false),
    ] {
        assert_eq!(config(args, &[], None).collect.enabled, expected, "{args:?}");
    }
    assert!(config(&["--dev-reload"], &[], None).dev_reload);
    assert!(!config(&["--no-dev-reload"], &[("WATCHFIRE_DEV_RELOAD", "true")], None).dev_reload);
}

#[test]
fn only_loopback_unless_it_was_asked_for() {
    for (address, port, loopback) in [
        ("127.0.0.1:1", 1, true),
        ("127.8.9.10:1", 1, true),
        ("[::1]:2", 2, true),
        ("[::ffff:127.0.0.1]:3", 3, true),
        ("localhost:4", 4, true),
        ("LocalHost:0", 0, true),
        ("0.0.0.0:5", 5, false),
        ("[::]:6", 6, false),
        ("192.168.1.2:7", 7, false),
        ("[::ffff:10.0.0.1]:8", 8, false),
    ] {
        assert_eq!(run(&["--listen", address], &[], None).is_ok(), loopback, "{address}");
        let allowed = config(&["--listen", address, "--i-know-there-is-no-login"], &[], None);
        assert_eq!(allowed.listen.port(), port, "{address}");
    }
    let file = Some("listen = '0.0.0.0:1'\ni_know_there_is_no_login = true");
    assert!(config(&[], &[], file).i_know_there_is_no_login);
}

#[test]
fn show_says_where_each_value_came_from() {
    let file = "# ours\nlog.level = 'debug'\n[live]\nqueue = 7\n";
    let text = shown(&["--dev-reload"], &[("WATCHFIRE_LISTEN", "localhost:1")], Some(file));
    for line in [
        r#"listen                           = "localhost:1"       # WATCHFIRE_LISTEN"#,
        r#"data_dir                         = "./watchfire-data"  # default"#,
        r"dev_reload                       = true                # --dev-reload",
        r#"log.level                        = "debug"             # watchfire.toml:2"#,
        r"live.queue                       = 7                   # watchfire.toml:4",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
    }
    assert_eq!(text.lines().count(), super::settings::settings().count());
}

#[test]
fn what_show_prints_is_a_file_of_the_same_configuration() {
    let odd = [
        "--host-name",
        "a\"b\\c\t\u{7f}\u{1F525}",
        "--live-queue",
        "007",
        "--retention",
        "0",
        "--no-collect",
    ];
    for args in [&[][..], &odd] {
        let text = shown(args, &[], None);
        // The texts may be written in another way.
        let typed = |config: Config| Config { texts: Vec::new(), ..config };
        assert_eq!(typed(config(&[], &[], Some(&text))), typed(config(args, &[], None)), "{text}");
    }
}

#[test]
fn every_field_has_a_row() {
    // Each leaf of the pretty form is one line of its own, without a brace.
    // What is there takes more than a line.
    let absent = [
        "--retention-5m",
        "0",
        "--retention-hourly",
        "0",
        "--retention-daily",
        "0",
        "--otlp-grpc-listen",
        "",
        "--otlp-http-listen",
        "",
        "--rules-history",
        "0",
        "--incidents-history",
        "0",
    ];
    let args = [&["--out-of-order-window", "unlimited"][..], &absent].concat();
    let config = config(&args, &[("WATCHFIRE_STORAGE_RETENTION", "0")], None);
    assert_eq!(config.texts.len(), super::settings::settings().count());
    let leaves = format!("{:#?}", Config { texts: Vec::new(), ..config });
    let leaf = |line: &&str| !line.contains(['{', '}']) && !line.contains("texts");
    let leaves = leaves.lines().filter(leaf).count();
    assert_eq!(leaves, super::settings::settings().count());
}

#[test]
fn the_other_commands_print() {
    let expected = Command::Print(concat!("watchfire ", env!("CARGO_PKG_VERSION"), "\n").to_owned());
    assert_eq!(run(&["--version"], &[], None).unwrap(), expected);
    let Ok(Command::Print(help)) = run(&["--help"], &[("WATCHFIRE_LISTEN", "nonsense")], None) else {
        panic!("--help prints, whatever else is wrong")
    };
    for setting in super::settings::settings() {
        assert!(
            help.contains(&format!("--{}", setting.flag)) && help.contains(&setting.variable()),
            "{help}"
        );
    }
    for (file, expected) in [
        (None, "nothing is wrong; there is no file watchfire.toml here\n"),
        (Some("dev_reload = true"), "watchfire.toml: nothing is wrong\n"),
    ] {
        let checked = run(&["config", "check"], &[], file).unwrap();
        assert_eq!(checked, Command::ConfigCheck(expected.to_owned()));
    }
}
