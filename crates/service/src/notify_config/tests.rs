use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use watchfire_alerting::Notification;
use watchfire_storage::{Engine, Settings};
use watchfire_template::Set;

use super::*;
use crate::alertmanager::Deliver;

/// Nobody is told.
struct Mute;

#[async_trait]
impl Deliver for Mute {
    fn configure(&self, _: &Config, _: Set) {}

    async fn deliver(&self, _: &[Notification]) -> Result<(), String> {
        Ok(())
    }

    async fn acknowledged(&self, _: &str, _: &str, _: &str) -> Result<(), String> {
        Ok(())
    }
}

struct Bench {
    engine: Engine,
    alertmanager: Alertmanager,
    config: NotifyConfig,
}

async fn open(dir: &Path) -> Bench {
    open_with(dir, false).await
}

async fn open_with(dir: &Path, files_allowed: bool) -> Bench {
    let settings = Settings { dir: dir.to_owned(), retention: None, ..Settings::default() };
    let engine = Engine::open(settings).await.unwrap();
    let store = Arc::new(engine.control());
    let config = NotifyConfig::new(store.clone(), None, files_allowed);
    let followed = config.begin().await.unwrap().unwrap_or_else(Followed::nobody);
    let alertmanager = Alertmanager::open(store, Arc::new(Mute), followed, 0).await.unwrap();
    Bench { engine, alertmanager, config }
}

fn yaml(url: &str) -> Writing {
    Writing::Yaml(format!(
        "route: {{receiver: a}}\nreceivers: [{{name: a, webhook_configs: [{{url: '{url}'}}]}}]\n"
    ))
}

impl Bench {
    async fn save(&self, writing: Writing, expected: u64) -> Result<VersionHead, NotifyConfigError> {
        self.config.save(&self.alertmanager, writing, expected, ("", "why")).await
    }

    /// The address that is sent to.
    fn url(&self) -> String {
        let config = self.alertmanager.config();
        config.receivers[0].webhook_configs[0].url.as_ref().unwrap().expose().as_str().to_owned()
    }
}

#[tokio::test]
async fn masks_keep_their_secrets_over_versions_and_starts() {
    let dir = tempfile::tempdir().unwrap();
    let bench = open(dir.path()).await;
    assert_eq!(bench.config.shown().await.unwrap().source, ConfigSource::Default);
    assert_eq!(bench.save(yaml("http://one/"), 0).await.unwrap().version, 1);
    assert_eq!(bench.url(), "http://one/");
    let shown = bench.config.shown().await.unwrap();
    assert!(shown.checked.yaml.contains("<secret:1>") && !shown.checked.yaml.contains("http://one/"));
    // What comes back with the mask keeps the secret, whatever else was changed; also as a document.
    let renamed = shown.checked.yaml.replace("name: a", "name: b").replace("receiver: a", "receiver: b");
    assert_eq!(bench.save(Writing::Yaml(renamed), 1).await.unwrap().version, 2);
    let document = bench.config.shown().await.unwrap().checked.document;
    assert_eq!(bench.save(Writing::Document(document), 2).await.unwrap().version, 3);
    assert_eq!(bench.url(), "http://one/");
    // Another secret gets another number, so an earlier version has its own.
    bench.save(yaml("http://two/"), 3).await.unwrap();
    assert!(bench.config.shown().await.unwrap().checked.yaml.contains("<secret:2>"));
    bench.config.restore(&bench.alertmanager, 1, 4, ("Ann", "")).await.unwrap();
    assert_eq!(bench.url(), "http://one/");
    let authors: Vec<String> =
        bench.config.versions().await.unwrap().into_iter().map(|version| version.author).collect();
    assert_eq!(authors, ["Ann", "local", "local", "local", "local"]);
    bench.engine.close().await;

    let bench = open(dir.path()).await;
    assert_eq!(bench.url(), "http://one/");
    assert!(bench.config.status().loaded_at > 0);
    bench.engine.close().await;

    // Without its key nothing is followed, and it is told why.
    std::fs::remove_file(dir.path().join("secrets.key")).unwrap();
    let bench = open(dir.path()).await;
    let error = bench.config.status().error.unwrap();
    assert!(error.contains("secrets.key"), "{error}");
    let shown = bench.config.shown().await.unwrap();
    assert!(shown.checked.problems[0].message.contains("secrets.key"), "{:?}", shown.checked.problems);
    // Secrets that are written anew mend it.
    bench.save(yaml("http://three/"), 5).await.unwrap();
    assert_eq!((bench.url().as_str(), bench.config.status().error), ("http://three/", None));
    bench.engine.close().await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let bench = open(dir.path()).await;
    bench.save(yaml("http://one/"), 0).await.unwrap();
    let late = bench.save(yaml("http://two/"), 0).await.unwrap_err();
    assert!(matches!(late, NotifyConfigError::Conflict { current: 1 }), "{late}");
    let text =
        "route:\n  receiver: nobody\n  group_wait: soon\nreceivers:\n  - name: a\n    slack_config: []\n";
    let NotifyConfigError::Refused(flaws) = bench.save(Writing::Yaml(text.to_owned()), 1).await.unwrap_err()
    else {
        panic!("it is refused");
    };
    let told: Vec<_> = flaws.iter().map(|flaw| (flaw.line, flaw.path.as_str())).collect();
    assert_eq!(told, [(3, "route.group_wait"), (6, "receivers[0].slack_config")]);
    assert_eq!(bench.url(), "http://one/");
    let none = bench.config.restore(&bench.alertmanager, 9, 1, ("", "")).await.unwrap_err();
    assert!(matches!(none, NotifyConfigError::NoVersion(9)));
    // A mask is good only where a secret stands.
    let stolen = "route: {receiver: '<secret:1>'}\nreceivers: [{name: '<secret:1>'}]\n";
    bench.save(Writing::Yaml(stolen.to_owned()), 1).await.unwrap();
    assert_eq!(bench.alertmanager.config().receivers[0].name, "<secret:1>");
    bench.engine.close().await;
}

#[tokio::test]
async fn files_of_the_server_are_read_only_where_that_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let (secret, broken) = (dir.path().join("secret"), dir.path().join("broken.tmpl"));
    std::fs::write(&secret, "http://hidden/").unwrap();
    std::fs::write(&broken, "root:x:0:0 {{").unwrap();
    let (secret, broken) = (secret.display(), broken.display());
    let by_file = Writing::Yaml(format!(
        "route: {{receiver: a}}\nreceivers:\n  - name: a\n    webhook_configs:\n      - url_file: {secret}\n"
    ));
    let with_templates = Writing::Yaml(format!(
        "route: {{receiver: a}}\nreceivers: [{{name: a}}]\ntemplates:\n  - {broken}\n"
    ));
    let wrong_too = Writing::Yaml(format!(
        "route: {{receiver: b}}\nreceivers: [{{name: a}}]\nschedules:\n  - {{name: s, calendars: [{{ical_file: {secret}}}]}}\n"
    ));
    let bench = open(dir.path()).await;
    for (writing, line, path) in [
        (&by_file, 5, "receivers[0].webhook_configs[0].url_file"),
        (&with_templates, 4, "templates"),
        (&wrong_too, 4, "schedules[0].calendars[0].ical_file"),
    ] {
        let checked = bench.config.check(writing.clone()).await.unwrap();
        let flaw = checked.problems.iter().find(|flaw| flaw.path.starts_with(path)).unwrap();
        assert_eq!(flaw.line, line, "{flaw:?}");
        assert!(flaw.message.contains("notify.files_in_kept_config"), "{flaw:?}");
        let told = format!("{:?}", checked.problems);
        assert!(!told.contains("root:x") && !told.contains("hidden"), "{told}");
        // Neither tried nor saved.
        assert!(matches!(bench.config.tried(writing.clone()).await, Err(NotifyConfigError::Refused(_))));
        assert!(matches!(bench.save(writing.clone(), 0).await, Err(NotifyConfigError::Refused(_))));
    }
    bench.engine.close().await;

    let bench = open_with(dir.path(), true).await;
    bench.save(by_file, 0).await.unwrap();
    bench.engine.close().await;
    // What was kept while it was allowed is not followed after that, and it is told why.
    let bench = open(dir.path()).await;
    let error = bench.config.status().error.unwrap();
    assert!(error.contains("notify.files_in_kept_config"), "{error}");
    bench.engine.close().await;
}

#[tokio::test]
async fn programs_may_be_named_by_a_configuration_file_alone() {
    const TEXT: &str = "\
route: {receiver: a}
receivers:
  - {name: a, exec_configs: [{command: [/bin/true]}]}
";
    let dir = tempfile::tempdir().unwrap();
    for files_allowed in [false, true] {
        let bench = open_with(dir.path(), files_allowed).await;
        let writing = Writing::Yaml(TEXT.to_owned());
        let checked = bench.config.check(writing.clone()).await.unwrap();
        let told: Vec<_> = checked.problems.iter().map(|flaw| (flaw.line, flaw.path.as_str())).collect();
        assert_eq!(told, [(3, "receivers[0].exec_configs")], "{files_allowed}");
        let message = &checked.problems[0].message;
        assert!(message.contains("notify.config") && message.contains("webhook_configs"), "{message}");
        // Neither tried nor saved, however it is written.
        let refused = bench.config.tried(writing.clone()).await;
        assert!(matches!(refused, Err(NotifyConfigError::Refused(_))), "{files_allowed}");
        for writing in [writing, Writing::Document(checked.document)] {
            let saved = bench.save(writing, 0).await;
            assert!(matches!(saved, Err(NotifyConfigError::Refused(_))), "{files_allowed}");
        }
        bench.engine.close().await;
    }
    let file = Files::From(dir.path().to_owned());
    assert!(look(Writing::Yaml(TEXT.to_owned()), &Secrets::new(), &file).followed.is_some());
}

#[tokio::test]
async fn versions_are_compared_without_their_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let bench = open(dir.path()).await;
    bench.save(yaml("http://one/"), 0).await.unwrap();
    let named = bench.config.shown().await.unwrap().checked.yaml.replace("name: a", "name: b");
    bench.save(Writing::Yaml(named.replace("receiver: a", "receiver: b")), 1).await.unwrap();
    bench.save(yaml("http://two/"), 2).await.unwrap();
    let told = async |from: u64, to: Option<u64>| {
        let lines = bench.config.diff(from, to).await.unwrap().into_iter();
        let lines = lines.map(|line| {
            let mark = if line.after.is_none() { '-' } else { '+' };
            format!("{mark}{}", line.text)
        });
        lines.collect::<Vec<_>>()
    };
    let of = |name: &str, secret: u32| {
        [
            format!("route: {{receiver: {name}}}"),
            format!("receivers: [{{name: {name}, webhook_configs: [{{url: <secret:{secret}>}}]}}]"),
        ]
    };
    let marked = |mark: char, lines: [String; 2]| lines.map(|line| format!("{mark}{line}"));
    assert_eq!(told(0, Some(1)).await, marked('+', of("a", 1)));
    assert_eq!(told(1, Some(2)).await, [marked('-', of("a", 1)), marked('+', of("b", 1))].concat());
    // The newest one has another secret, which is all that can be seen of it.
    assert_eq!(told(2, None).await, [marked('-', of("b", 1)), marked('+', of("a", 2))].concat());
    assert_eq!(told(3, None).await, [""; 0]);
    assert!(matches!(bench.config.diff(9, None).await, Err(NotifyConfigError::NoVersion(9))));
    bench.engine.close().await;
}

#[tokio::test]
async fn what_changed_is_told_against_what_counts() {
    let dir = tempfile::tempdir().unwrap();
    let bench = open(&dir.path().join("data")).await;
    let texts = |lines: Vec<DiffLine>, is_new: bool| {
        let told = lines.into_iter().filter(|line| line.before.is_none() == is_new);
        told.map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    // Nothing is kept: what comes with the program counts.
    let shown = bench.config.shown().await.unwrap().checked.yaml;
    let lines = bench.config.diff(0, None).await.unwrap();
    assert_eq!(texts(lines, true), shown.trim_end());
    assert_eq!(bench.config.diff(0, Some(0)).await.unwrap(), []);
    bench.save(yaml("http://kept/"), 0).await.unwrap();
    assert_eq!(bench.config.diff(1, None).await.unwrap(), []);
    // A file counts in place of what is kept, and its secrets are not told.
    let path = dir.path().join("alertmanager.yml");
    let Writing::Yaml(text) = yaml("http://hidden/") else { panic!("a text") };
    std::fs::write(&path, format!("# from the file\n{text}")).unwrap();
    let file = ConfigFile::new(&path);
    let config = NotifyConfig::new(Arc::new(bench.engine.control()), Some(file), false);
    let lines = config.diff(1, None).await.unwrap();
    let new = texts(lines, true);
    assert!(new.contains("# from the file") && !new.contains("hidden"), "{new}");
    bench.engine.close().await;
}
