use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::environment::{self, CONFIG_VARIABLE};
use super::nearest::suggestion;
use super::origin::{Given, Origin};
use super::resolve::resolve;
use super::settings::{Form, Setting, settings};
use super::{Command, CommandLineError, file, show};
use crate::demo::{Plan, Target};

/// Reads the command line (program name first), the environment and the configuration file.
///
/// `cwd` is where a relative name of the file starts. Nothing but that file is read, and the process' own environment
/// is not looked at.
pub(crate) fn parse_command_line(
    args: impl IntoIterator<Item = OsString>,
    env: impl IntoIterator<Item = (OsString, OsString)>,
    cwd: &Path,
) -> Result<Command, CommandLineError> {
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Command::Print(error.to_string()));
        }
        Err(error) => return Err(CommandLineError::Usage(usage_message(&error))),
    };
    let environment = environment::read(env);
    let from_flag = matches.get_one::<PathBuf>("config-file");
    let named = match from_flag {
        Some(path) => Some((path.clone(), Origin::Flag("--config".to_owned()))),
        None => environment.config.map(|path| (path, Origin::Environment(CONFIG_VARIABLE.to_owned()))),
    };
    let file = file::load(named, cwd);

    let layers = file.given.into_iter().chain(environment.given).chain(flags(&matches));
    let problems = file.problems.into_iter().chain(environment.problems).collect();
    let resolved = resolve(layers, problems).map_err(CommandLineError::Invalid)?;

    if let Some((word @ ("backup" | "restore"), given)) = matches.subcommand()
        && let Some(copy) = given.get_one::<PathBuf>("copy").cloned()
    {
        let data_dir = resolved.config.data_dir;
        return Ok(if word == "backup" {
            Command::Backup { data_dir, copy }
        } else {
            Command::Restore { copy, data_dir }
        });
    }
    if let Some((word @ ("check" | "test"), given)) = matches.subcommand()
        && let Some((_, given)) = given.subcommand()
    {
        let files = given.get_many::<PathBuf>("files").into_iter().flatten().cloned().collect();
        return Ok(if word == "check" { Command::CheckRules(files) } else { Command::TestRules(files) });
    }
    if let Some(("export", given)) = matches.subcommand()
        && let Some((_, given)) = given.subcommand()
    {
        let named = given.get_one::<String>("target");
        let target = named.map_or_else(|| Ok(Target::of(resolved.config.listen)), |text| Target::read(text));
        return target.map(Command::ExportRules).map_err(CommandLineError::Usage);
    }
    if let Some(("demo", given)) = matches.subcommand() {
        return demo(given, resolved.config.listen).map_err(CommandLineError::Usage);
    }
    let words = std::iter::successors(matches.subcommand(), |(_, matches)| matches.subcommand());
    Ok(match words.last().map(|(word, _)| word) {
        Some("check") => Command::ConfigCheck(match file.name {
            Some(name) => format!("{name}: nothing is wrong\n"),
            None => format!("nothing is wrong; there is no file {} here\n", file::DEFAULT_FILE),
        }),
        Some("health") => Command::Health(resolved.config.listen),
        Some("show") => Command::ConfigShow(show::show(&resolved.winners)),
        _ => Command::Serve(Box::new(resolved.config)),
    })
}

/// `demo` with its flags; without a target it is the server of this configuration.
fn demo(given: &ArgMatches, listen: SocketAddr) -> Result<Command, String> {
    let text = |name: &str| given.get_one::<String>(name).map(String::as_str);
    let target = text("target").map_or_else(|| Ok(Target::of(listen)), Target::read)?;
    if given.get_flag("delete") {
        return Ok(Command::DemoDelete(target));
    }
    // Of these flags Plan knows those that say what is sent.
    let known =
        |name: &str| matches!(name, "interval" | "history" | "hosts" | "seed").then(|| text(name)).flatten();
    Ok(Command::Demo { target, plan: Plan::read(known)? })
}

/// The flags that were given.
fn flags(matches: &ArgMatches) -> Vec<Given> {
    let names =
        settings().flat_map(|setting| flag_names(setting).into_iter().map(move |flag| (setting, flag)));
    names
        .filter_map(|(setting, flag)| {
            let text = matches.get_one::<String>(&flag)?.clone();
            Some(Given { setting, text, origin: Origin::Flag(format!("--{flag}")) })
        })
        .collect()
}

/// The flags of a setting without their dashes: two for a switch.
fn flag_names(setting: &Setting) -> Vec<String> {
    match setting.form {
        Form::Switch => vec![setting.flag.to_owned(), twin(setting)],
        _ => vec![setting.flag.to_owned()],
    }
}

/// The flag that turns a switch off.
fn twin(setting: &Setting) -> String {
    format!("no-{}", setting.flag)
}

/// The commands and flags. Flags may stand before and after the command.
fn command() -> clap::Command {
    let check = clap::Command::new("check").about("Say what is wrong with the configuration, all of it");
    let show = clap::Command::new("show").about(
        "Print every setting with its value and where it came from; the output is a configuration file",
    );
    clap::Command::new("watchfire")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Watchfire collects metrics and shows them live.")
        .after_help(
            "A flag wins over its environment variable, that over the file, that over the default.\n\
             docs/CONFIG.md says more.",
        )
        .disable_help_subcommand(true)
        .next_line_help(true)
        .subcommand(clap::Command::new("serve").about("Run the server; what happens without a command"))
        .subcommand(clap::Command::new("health").about(
            "Ask the server with this configuration whether it is well: exit code 0 or 1, for containers",
        ))
        .subcommand(
            clap::Command::new("backup")
                .about("Copy everything stored to a new folder, also while the server runs")
                .arg(copy("The folder that the copy goes to; must not exist")),
        )
        .subcommand(
            clap::Command::new("restore")
                .about("Copy a backup to the data folder, which must be empty")
                .arg(copy("The folder that holds the backup")),
        )
        .subcommand(of_rules(
            "check",
            "Check files without a server",
            "Say whether rule files can be followed, and what is wrong",
        ))
        .subcommand(of_rules(
            "test",
            "Test files without a server",
            "Run unit tests of rules, in promtool's format",
        ))
        .subcommand(export_command())
        .subcommand(demo_command())
        .subcommand(
            clap::Command::new("config")
                .about("Check or show the configuration")
                .subcommand_required(true)
                .disable_help_subcommand(true)
                .subcommands([check, show]),
        )
        .arg(
            Arg::new("config-file")
                .long("config")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .global(true)
                .help(format!(
                    "The configuration file [{CONFIG_VARIABLE}, default: {}, if it exists]",
                    file::DEFAULT_FILE
                )),
        )
        .args(settings().flat_map(arguments))
}

/// A command whose own command `rules` takes files.
fn of_rules(word: &'static str, about: &'static str, rules: &'static str) -> clap::Command {
    let files = Arg::new("files")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .num_args(1..)
        .required(true);
    clap::Command::new(word)
        .about(about)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(clap::Command::new("rules").about(rules).arg(files.help("The files")))
}

/// `export`, which needs nothing but a server that runs.
fn export_command() -> clap::Command {
    let target = Arg::new("target")
        .long("target")
        .value_name("URL")
        .help("The server [default: the one of this configuration]");
    clap::Command::new("export")
        .about("Print what a running server keeps")
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(
            clap::Command::new("rules")
                .about("Print the rules that forms made, as a rule file of Prometheus")
                .arg(target),
        )
}

/// `demo`, which needs nothing but a server that runs.
fn demo_command() -> clap::Command {
    let flag = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    clap::Command::new("demo")
        .about("Send made-up data to a running server, to see its dashboards at work; --delete takes it away again")
        .arg(flag("target", "URL", "The server [default: the one of this configuration]"))
        .arg(flag("interval", "DURATION", "The time between two samples of a series, 100ms to 1h [default: 1s]"))
        .arg(flag("history", "DURATION", "How much of the past to send first, 0s to 1d [default: 0s]"))
        .arg(flag("hosts", "NUMBER", "How many hosts to make up, 1 to 500 [default: 8]"))
        .arg(flag("seed", "NUMBER", "What chance starts from: the same number gives the same data [default: 1]"))
        .arg(
            Arg::new("delete")
                .long("delete")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["interval", "history", "hosts", "seed"])
                .help("Delete all that the demo sent, and end"),
        )
}

/// The folder that `backup` and `restore` name.
fn copy(help: &'static str) -> Arg {
    Arg::new("copy").value_name("FOLDER").value_parser(value_parser!(PathBuf)).required(true).help(help)
}

/// The flag of a setting, and for a switch the one that turns it off.
fn arguments(setting: &'static Setting) -> Vec<Arg> {
    let flag = |name: String, help: String| {
        let arg = Arg::new(name.clone()).long(name).help(help).global(true);
        // The headings are those of the file.
        match setting.section() {
            "" => arg.help_heading("Server"),
            section => arg.help_heading(format!("[{section}]")),
        }
    };
    let default = if setting.default.is_empty() { "empty" } else { setting.default };
    let help = format!("{} [{}, default: {default}]", setting.help, setting.variable());
    let main = flag(setting.flag.to_owned(), help);
    if let Some(placeholder) = setting.form.placeholder() {
        return vec![main.value_name(placeholder)];
    }
    let off = flag(twin(setting), format!("The opposite of --{}", setting.flag))
        // Turning off what is off by default is for scripts; the help text need not carry it.
        .hide(setting.default == "false");
    // A switch has a text like any other value, so that all of them are read alike. Side by side, the last one counts.
    let alone = |arg: Arg, text: &'static str| {
        arg.action(ArgAction::Set)
            .num_args(0)
            .default_missing_value(text)
            .overrides_with_all(flag_names(setting))
    };
    vec![alone(main, "true"), alone(off, "false")]
}

/// What clap says, with our own suggestion for an unknown flag.
fn usage_message(error: &clap::Error) -> String {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
        && flag.starts_with("--")
    {
        let ours = settings().flat_map(flag_names);
        let known = ours.chain(["config", "help", "version"].map(str::to_owned));
        let near = suggestion(flag.trim_start_matches('-'), known);
        return match near {
            Some(near) => format!("{flag}: unknown flag; did you mean --{near}?"),
            None => format!("{flag}: unknown flag; `watchfire --help` names the known ones"),
        };
    }
    let text = error.to_string();
    text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
}
