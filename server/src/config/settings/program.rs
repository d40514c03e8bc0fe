//! Where the program listens, what it stores where and what it logs.

use super::{Form, Setting, put};
use crate::config::LogFormat;
use crate::config::values::{address, choice, level, optional, path, switch};

pub(super) static PROGRAM: &[Setting] = &[
    Setting {
        key: "listen",
        flag: "listen",
        default: "127.0.0.1:3473",
        form: Form::Text("ADDRESS"),
        help: "The address and port of the web interface and the API; port 0 takes any free one.",
        set: |config, text| put(&mut config.listen, address(text)),
    },
    Setting {
        key: "i_know_there_is_no_login",
        flag: "i-know-there-is-no-login",
        default: "false",
        form: Form::Switch,
        help: "Allow an address that other machines can reach, although nobody is asked for a password.",
        set: |config, text| put(&mut config.i_know_there_is_no_login, switch(text)),
    },
    Setting {
        key: "data_dir",
        flag: "data-dir",
        default: "./watchfire-data",
        form: Form::Text("FOLDER"),
        help: "The folder of everything stored, made if missing; a relative path starts at the working directory.",
        set: |config, text| put(&mut config.data_dir, path(text)),
    },
    Setting {
        key: "site_dir",
        flag: "site-dir",
        default: "",
        form: Form::Text("FOLDER"),
        help: "The folder of the interface's files; empty for those built into the program.",
        set: |config, text| put(&mut config.site_dir, Ok(optional(text))),
    },
    Setting {
        key: "dev_reload",
        flag: "dev-reload",
        default: "false",
        form: Form::Switch,
        help: "Reload open pages when the server was rebuilt; for work on Watchfire itself.",
        set: |config, text| put(&mut config.dev_reload, switch(text)),
    },
    Setting {
        key: "log.format",
        flag: "log-format",
        default: "text",
        form: Form::Text("text|json"),
        help: "How a line of the log looks: text for people, json for programs.",
        set: |config, text| {
            let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
            put(&mut config.log.format, choice(text, &formats))
        },
    },
    Setting {
        key: "log.level",
        flag: "log-level",
        default: "info",
        form: Form::Text("DIRECTIVES"),
        help: "What is logged: off, error, warn, info, debug or trace, and target=level for single modules, with \
               commas between.",
        set: |config, text| put(&mut config.log.level, level(text)),
    },
];
