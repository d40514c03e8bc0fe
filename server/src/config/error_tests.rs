//! Every kind of mistake with the exact words that answer it.

use super::tests::{run, run_in};

fn message(args: &[&str], env: &[(&str, &str)], file: Option<&str>) -> String {
    match run(args, env, file) {
        Err(error) => error.to_string(),
        Ok(command) => panic!("{args:?} {env:?} {file:?} gave {command:?}"),
    }
}

#[test]
fn a_body_that_is_allowed_has_room() {
    let room = |held: &str| {
        ["serve", "--ingest-max-body-bytes", "10MiB", "--ingest-max-held-bytes", held].map(str::to_owned)
    };
    let args = room("19MiB");
    let text = message(&args.each_ref().map(String::as_str), &[], None);
    assert!(text.contains("--ingest-max-held-bytes: it must be at least twice"), "{text}");
    let text = message(&["serve", "--ingest-max-body-bytes", "1GiB"], &[], None);
    assert!(text.contains("ingest.max_held_bytes: it must be at least twice"), "{text}");
    assert!(run(&room("20MiB").each_ref().map(String::as_str), &[], None).is_ok());
}

#[test]
fn mistakes_in_the_file() {
    for (file, expected) in [
        ("lisen = 'x'", "1:1: unknown key lisen; did you mean listen?"),
        ("\n  retention = '7d'", "2:3: unknown key retention; did you mean storage.retention?"),
        ("[live]\nquue = 3", "2:1: unknown key live.quue; did you mean live.queue?"),
        ("password = 'x'", "1:1: unknown key password; docs/CONFIG.md lists the known ones"),
        ("[storge]\nretention = '7d'", "1:2: unknown section [storge]; did you mean [storage]?"),
        ("[receivers.mail]", "1:2: unknown section [receivers]; docs/CONFIG.md lists the known ones"),
        ("log = 'debug'", "1:1: log is a section; write [log] and its keys below"),
        ("[listen]\nport = 1", "1:2: listen: found a table; write a string"),
        ("[[live]]\nqueue = 1", "1:3: live is a section; write [live] and its keys below"),
        ("listen = 3473", "1:10: listen: found an integer; write a string"),
        ("dev_reload = 1", "1:14: dev_reload: found an integer; write true or false"),
        ("live.queue = 1.5", "1:14: live.queue: found a float; write a whole number"),
        (
            "storage.retention = true",
            "1:21: storage.retention: found a boolean; write a string such as \"30s\"",
        ),
        (
            "storage.min_free_bytes = []",
            "1:26: storage.min_free_bytes: found an array; write a number of bytes or a string such as \"64MiB\"",
        ),
        ("dev_reload = 'yes'", "1:14: dev_reload: \"yes\" is neither true nor false; write one of them"),
        ("data_dir = ''", "1:12: data_dir: the path is empty; name a folder"),
        ("live.queue = -1", "1:14: live.queue: \"-1\" is not a whole number; give 1 to 10000"),
        ("live.queue = 0", "1:14: live.queue: 0 is out of range; give 1 to 10000"),
        ("log.format = 'xml'", "1:14: log.format: \"xml\" is not one of the choices; write text or json"),
        (
            "storage.retention = 7",
            "1:21: storage.retention: \"7\" is not a duration; write a number and a unit such as 30s, 5m, 1h30m or 7d",
        ),
        (
            "storage.retention = '5m'",
            "1:21: storage.retention: 5m is too short; give 1h or more, or 0 to keep for ever",
        ),
        (
            "collect.interval = '50ms'",
            "1:20: collect.interval: 50ms is out of range; give 100ms to 1d, or 0 to turn it off",
        ),
        (
            "storage.min_free_bytes = '5 M'",
            "1:26: storage.min_free_bytes: \"5 M\" is not a size; write a number of bytes or one with a unit such as \
             64KiB, 500MB or 2GiB",
        ),
        ("live.max_message_bytes = 1", "1:26: live.max_message_bytes: 1 is out of range; give 1KiB to 16MiB"),
        ("a = [", "1:6: not TOML: unclosed array, expected `]`"),
        ("dev_reload = true\ndev_reload = true", "2:1: not TOML: duplicate key"),
        ("host = 'ü', b = 1", "1:11: not TOML: unexpected key or value, expected newline, `#`"),
    ] {
        assert_eq!(message(&[], &[], Some(file)), format!("watchfire.toml:{expected}"), "{file}");
    }
}

#[test]
fn mistakes_in_the_environment() {
    for (name, value, expected) in [
        ("WATCHFIRE_DATADIR", "x", "unknown variable; did you mean WATCHFIRE_DATA_DIR?"),
        ("WATCHFIRE_RETENTION", "7d", "unknown variable; did you mean WATCHFIRE_STORAGE_RETENTION?"),
        ("WATCHFIRE_CONFIGS", "x", "unknown variable; did you mean WATCHFIRE_CONFIG?"),
        ("WATCHFIRE_PORT", "8080", "unknown variable; `watchfire --help` names the known ones"),
        ("WATCHFIRE_DEV_RELOAD", "", "\"\" is neither true nor false; write one of them"),
        (
            "WATCHFIRE_LOG_LEVEL",
            "inof",
            "\"inof\" is not a log level; write off, error, warn, info, debug or trace, or target=level, with commas \
             between",
        ),
        ("WATCHFIRE_CONFIG", "gone.toml", "the file \"gone.toml\" does not exist; create it or name another"),
    ] {
        assert_eq!(message(&[], &[(name, value)], None), format!("{name}: {expected}"));
    }
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_called_watchfire_are_none_of_ours() {
    let links = [
        ("WATCHFIRE_SERVICE_HOST", "10.0.0.11"),
        ("WATCHFIRE_SERVICE_PORT", "3473"),
        ("WATCHFIRE_SERVICE_PORT_HTTP", "3473"),
        ("WATCHFIRE_PORT", "tcp://10.0.0.11:3473"),
        ("WATCHFIRE_PORT_3473_TCP", "tcp://10.0.0.11:3473"),
        ("WATCHFIRE_PORT_3473_TCP_ADDR", "10.0.0.11"),
    ];
    assert!(run(&[], &links, None).is_ok());
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    let cwd = tempfile::tempdir().unwrap();
    let value = OsString::from_vec(vec![b'a', 0xff]);
    let env =
        [("WATCHFIRE_DATA_DIR".into(), value.clone()), ("OTHER".into(), value.clone()), (value, "x".into())];
    let error = super::parse_command_line(["watchfire".into()], env, cwd.path()).unwrap_err();
    assert_eq!(error.to_string(), "WATCHFIRE_DATA_DIR: a\u{fffd} is not UTF-8; write the value in UTF-8");
}

#[test]
fn mistakes_in_the_flags() {
    for (args, expected) in [
        (&["--lisen", "x"][..], "--lisen: unknown flag; did you mean --listen?"),
        (&["--storage-retention", "7d"], "--storage-retention: unknown flag; did you mean --retention?"),
        (&["--no-colect"], "--no-colect: unknown flag; did you mean --no-collect?"),
        (&["--password"], "--password: unknown flag; `watchfire --help` names the known ones"),
        (&["--live-queue", "many"], "--live-queue: \"many\" is not a whole number; give 1 to 10000"),
        (
            &["--listen", ":3473"],
            "--listen: \":3473\" is not an address and a port; write 127.0.0.1:3473, [::1]:3473 or localhost:3473",
        ),
        (
            &["--config", "gone.toml"],
            "--config: the file \"gone.toml\" does not exist; create it or name another",
        ),
        (
            &["--listen"],
            "a value is required for '--listen <ADDRESS>' but none was supplied\n\nFor more information, try '--help'.",
        ),
        (
            &["config"],
            "'watchfire config' requires a subcommand but one was not provided\n  [subcommands: check, show]\n\nUsage: \
             watchfire config [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.",
        ),
    ] {
        assert_eq!(message(args, &[], None), expected, "{args:?}");
    }
}

#[test]
fn an_address_that_others_can_reach() {
    let rest = "0.0.0.0:80 can be reached from other machines, and there is no login yet, so whoever reaches it sees \
                everything; listen on 127.0.0.1:80, or add --i-know-there-is-no-login to allow it";
    for (args, env, file, place) in [
        (&["--listen", "0.0.0.0:80"][..], &[][..], None, "--listen: "),
        (&[], &[("WATCHFIRE_LISTEN", "0.0.0.0:80")], None, "WATCHFIRE_LISTEN: "),
        (&[], &[], Some("listen = '0.0.0.0:80'"), "watchfire.toml:1:10: listen: "),
    ] {
        assert_eq!(message(args, env, file), format!("{place}{rest}"));
    }
}

#[test]
fn files_that_cannot_be_read() {
    let cwd = tempfile::tempdir().unwrap();
    std::fs::write(cwd.path().join("watchfire.toml"), [0xff]).unwrap();
    let error = run_in(cwd.path(), &["config", "check"], &[]).unwrap_err();
    assert_eq!(error.to_string(), "default: the file \"watchfire.toml\" is not UTF-8; save it in UTF-8");
    let error = run_in(cwd.path(), &["--config", "."], &[]).unwrap_err().to_string();
    assert!(error.starts_with("--config: the file \".\" cannot be read: "), "{error}");
}

#[test]
fn all_mistakes_are_reported_at_once_in_the_order_of_precedence_and_of_lines() {
    let file = "dev_reload = 1\nlive.queue = 0\nlisen = ''\n";
    let env = [("WATCHFIRE_LIVE_QUEUE", "x"), ("WATCHFIRE_DATADIR", "x")];
    let expected = "\
watchfire.toml:1:14: dev_reload: found an integer; write true or false
watchfire.toml:2:14: live.queue: 0 is out of range; give 1 to 10000
watchfire.toml:3:1: unknown key lisen; did you mean listen?
WATCHFIRE_DATADIR: unknown variable; did you mean WATCHFIRE_DATA_DIR?
WATCHFIRE_LIVE_QUEUE: \"x\" is not a whole number; give 1 to 10000
--live-queue: 0 is out of range; give 1 to 10000";
    assert_eq!(message(&["--live-queue", "0"], &env, Some(file)), expected);
}
