//! The corpus of configuration files: what is read of each, or why it is refused.

use std::path::Path;
use std::time::Duration;

use watchfire_scrape::config::{Config, Credentials, Discovery, Protocol, Secret, SecretSource};

/// All problems or notes of a file, by its bare name.
fn told(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/configs");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    match Config::parse(Path::new(name), &text) {
        Ok(config) => {
            let notes: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
            format!("{} jobs\n{}", config.jobs.len(), notes.join("\n"))
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_configuration_of_the_wild() {
    insta::assert_snapshot!(told("wild.yml"));
}

#[test]
fn misspelt_keys() {
    insta::assert_snapshot!(told("misspelt.yml"));
}

#[test]
fn wrong_values() {
    insta::assert_snapshot!(told("values.yml"));
}

#[test]
fn what_is_not_supported() {
    insta::assert_snapshot!(told("unsupported.yml"));
}

#[test]
fn wrong_relabelling() {
    insta::assert_snapshot!(told("relabel.yml"));
}

#[test]
fn no_yaml() {
    insta::assert_snapshot!(told("broken.yml"));
}

#[test]
fn reads_every_field() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/configs");
    let config = Config::load(&folder.join("wild.yml")).unwrap();
    assert_eq!(config.global.scrape_interval, Duration::from_secs(15));
    assert_eq!(config.global.external_labels["cluster"], "eu-1");
    let job = &config.jobs[1];
    assert_eq!(
        (job.name.as_str(), job.scheme.as_str(), job.metrics_path.as_str()),
        ("node", "https", "/probe")
    );
    assert_eq!((job.interval, job.timeout), (Duration::from_secs(5), Duration::from_secs(4)));
    assert_eq!(job.params["module"], ["http_2xx", "icmp"]);
    assert!(job.honor_labels && !job.honor_timestamps && !job.http.follow_redirects);
    assert_eq!(job.limits.body_size, Some(10 << 20));
    assert_eq!((job.limits.samples, job.limits.labels), (Some(5000), Some(30)));
    assert_eq!((job.limits.label_name, job.limits.label_value), (Some(100), Some(200)));
    assert_eq!(job.protocols, [Protocol::Text004, Protocol::OpenMetrics100]);
    assert_eq!(job.fallback, Some(Protocol::Text004));
    assert_eq!(
        job.http.credentials,
        Some(Credentials::Basic {
            username: SecretSource::Inline(Secret("prometheus".into())),
            password: SecretSource::File(folder.join("secret.txt")),
        })
    );
    assert!(job.http.tls.insecure_skip_verify);
    assert_eq!(job.http.tls.server_name.as_deref(), Some("node.example"));
    let Discovery::Static(groups) = &job.discovery[0] else { panic!("static first") };
    assert_eq!(groups[0].targets, ["a:9100", "b:9100"]);
    // A number stays as it is written.
    assert_eq!(groups[0].labels["release"], "1.10");
    assert_eq!(
        job.discovery[1],
        Discovery::Files { patterns: vec![folder.join("targets/*.json")], refresh: Duration::from_mins(5) }
    );
    assert_eq!(job.relabel.len(), 2);
    // An empty replacement is not the default one.
    assert_eq!(job.relabel[1].replacement, "");
    assert_eq!(job.metric_relabel[0].regex.as_str(), "go_.*");
}

#[test]
fn secrets_are_not_shown() {
    let text = "scrape_configs: [{job_name: a, basic_auth: {username: u, password: hunter2}}]";
    let config = Config::parse(Path::new("p.yml"), text).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn further_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("prometheus.yml");
    std::fs::write(&main, "scrape_configs: [{job_name: a}]\nscrape_config_files: ['more/*.yml']\n").unwrap();
    std::fs::create_dir(folder.path().join("more")).unwrap();
    std::fs::write(folder.path().join("more/1.yml"), "scrape_configs: [{job_name: b}]\n").unwrap();
    let config = Config::load(&main).unwrap();
    let names: Vec<&str> = config.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);

    std::fs::write(folder.path().join("more/2.yml"), "scrape_configs: [{job_name: a}]\n").unwrap();
    let error = Config::load(&main).unwrap_err();
    let place = error.problems[0].place.unwrap();
    assert!(error.problems[0].file.ends_with("more/2.yml"), "{error}");
    assert_eq!((place.line, error.problems.len()), (1, 1), "{error}");
}

#[test]
fn a_file_that_is_not_there() {
    let error = Config::load(Path::new("/nowhere/prometheus.yml")).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/prometheus.yml: can't be read"), "{error}");
}

#[test]
fn reads_prometheus_default_configuration() {
    let text = "global:\nscrape_configs:\n  - job_name: prometheus\n    static_configs:\n      - targets: [localhost:9090]\n";
    let config = Config::parse(Path::new("p.yml"), text).unwrap();
    assert_eq!(config.jobs[0].interval, Duration::from_mins(1));
    assert_eq!(config.jobs[0].timeout, Duration::from_secs(10));
    assert_eq!(Config::parse(Path::new("p.yml"), "").unwrap().jobs.len(), 0);
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(text in "[a-z_:\\- \n\\[\\]{}\"'&*0-9]{0,200}") {
        let _ = Config::parse(Path::new("p.yml"), &text);
        let _ = Config::parse(Path::new("p.yml"), &format!("scrape_configs:\n  - job_name: a\n    {text}"));
    }
}
