//! Configurations: what is read of each, or why it is refused.

use watchfire_alerting::Config;
use watchfire_alerting::channel::VapidKeys;
use watchfire_alerting::config::receiver::{Channel, Integration};
use watchfire_alerting::config::{Period, SecretSource};

fn file(name: &str) -> Result<Config, String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/configs").join(name);
    Config::parse(name, &std::fs::read_to_string(path).unwrap()).map_err(|error| error.to_string())
}

/// What a good configuration is read as, and what is said of it; or why it is refused.
fn told(name: &str) -> String {
    match file(name) {
        Ok(config) => {
            let notes: Vec<String> = config.notes.iter().map(ToString::to_string).collect();
            format!("{}\n{}", notes.join("\n"), serde_json::to_string_pretty(&config.shown()).unwrap())
        }
        Err(error) => error,
    }
}

/// The problems of a short configuration with the receiver `a`, without their places.
fn problems(text: &str) -> Vec<String> {
    let Err(error) = Config::parse("a.yml", text) else { return Vec::new() };
    error.problems.into_iter().map(|problem| problem.reason).collect()
}

#[test]
fn a_typical_one() {
    insta::assert_snapshot!(told("typical.yml"));
}

#[test]
fn every_channel() {
    insta::assert_snapshot!(told("channels.yml"));
}

#[test]
fn what_can_not_be_read() {
    insta::assert_snapshot!(told("shapes.yml"));
}

#[test]
fn what_does_not_fit() {
    insta::assert_snapshot!(told("fit.yml"));
}

#[test]
fn what_channels_need() {
    insta::assert_snapshot!(told("missing.yml"));
}

#[test]
fn no_yaml() {
    insta::assert_snapshot!(told("broken.yml"));
}

#[test]
fn nothing() {
    for text in ["", "# words", "null", "receivers: []", "route:"] {
        assert_eq!(problems(text), ["there is no route; write one with at least a receiver"], "{text}");
    }
    assert_eq!(problems("[]"), ["a mapping is expected, and this is a list"]);
}

#[test]
fn too_deep() {
    let deep = |levels: usize| {
        let (open, close) = ("{routes: [".repeat(levels), "]}".repeat(levels));
        problems(&format!("{{route: {{receiver: a, routes: [{open}{close}]}}, receivers: [{{name: a}}]}}"))
    };
    assert_eq!(deep(25), [""; 0]);
    assert_eq!(deep(10_000).len(), 1);
}

#[test]
fn keys_stand_once() {
    let told = problems("route: {receiver: a, receiver: b}\nreceivers: [{name: a}]");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("duplicate"), "{told:?}");
}

#[test]
fn secrets_are_not_shown() {
    for name in ["typical.yml", "channels.yml"] {
        let config = file(name).unwrap();
        for text in [format!("{config:?}"), format!("{config:#?}"), config.shown().to_string()] {
            assert!(!text.contains("hunter"), "{name}: {text}");
        }
    }
    // Nor where they are wrong.
    for name in ["shapes.yml", "fit.yml"] {
        assert!(!file(name).unwrap_err().contains("hunter"), "{name}");
    }
}

#[test]
fn what_is_shown_is_a_configuration_still() {
    let config = file("typical.yml").unwrap();
    let hidden = config.shown().to_string();
    // Secrets that must be addresses are none any more.
    let text = hidden.replace("\"<secret>\"", "\"https://example.org/secret\"");
    let again = Config::parse("again.yml", &text).unwrap();
    assert_eq!(again.shown().to_string(), hidden);
    assert_eq!(again.route, config.route);
}

#[test]
fn defaults_come_from_global() {
    let config = file("typical.yml").unwrap();
    assert_eq!(config.global.resolve_timeout, Period::seconds(600));
    let mail = &config.receivers[0].email_configs[0];
    assert_eq!((mail.smarthost.host.as_str(), mail.smarthost.port.as_str()), ("mail.example.org", "587"));
    assert_eq!((mail.from.as_str(), mail.hello.as_str()), ("alerts@example.org", "localhost"));
    assert_eq!(mail.require_tls, Some(true));
    assert_eq!(mail.headers.keys().collect::<Vec<_>>(), ["Reply-To"]);
    let Some(SecretSource::Inline(password)) = mail.auth_password_source() else { panic!("a password") };
    assert_eq!(password.expose(), "hunter2");
    let slack = &config.receivers[1].slack_configs[0];
    let Some(SecretSource::Inline(url)) = slack.api_url_source() else { panic!("an address") };
    assert_eq!(url.expose().as_str(), "https://hooks.slack.com/services/T0/B0/hunter3");
    assert_eq!(slack.actions[0].name, "");
    let http = slack.http_config.as_ref().unwrap();
    assert_eq!(http.proxy_url.as_ref().unwrap().as_str(), "http://me:hunter4@proxy:3128");
    let pager = &config.receivers[2].pagerduty_configs[0];
    assert_eq!((pager.details.len(), pager.details["firing"].as_str()), (4, "mine"));
    assert_eq!(pager.source, pager.client);
    // One of its own is not mixed with that of all.
    let own = config.receivers[2].webhook_configs[0].http_config.as_ref().unwrap();
    assert!(own.proxy_url.is_none() && own.authorization.is_some());
}

#[test]
fn channels_in_their_order() {
    let config = file("channels.yml").unwrap();
    let channels = config.receivers[0].integrations();
    let told: Vec<String> =
        channels.iter().map(|(integration, resolved)| format!("{integration} {resolved}")).collect();
    assert_eq!(
        told.join(", "),
        "webhook[0] true, email[0] false, opsgenie[0] true, wechat[0] false, victorops[0] true, pushover[0] true, \
         sns[0] true, telegram[0] true, discord[0] true, webex[0] true, msteams[0] true, msteamsv2[0] true, \
         jira[0] true, rocketchat[0] false"
    );
    let config = Config::parse(
        "a.yml",
        "{route: {receiver: a}, receivers: [{name: a, webhook_configs: [{url: 'http://a'}, {url: 'http://b', send_resolved: false}]}]}",
    );
    let second = Integration { channel: Channel::Webhook, index: 1 };
    assert_eq!(config.unwrap().receivers[0].integrations()[1], (second, false));
}

#[test]
fn yaml_of_other_tools() {
    // Anchors, merges, words for truth, numbers where texts are meant.
    let text = r"
route: {receiver: a, group_by: [on, 1.10]}
receivers:
  - name: b
    slack_configs: [&slack {channel: 5, send_resolved: yes, api_url: 'http://a'}]
  - name: a
    slack_configs: [{<<: *slack, username: 7}]
";
    let config = Config::parse("a.yml", text).unwrap();
    assert_eq!(config.route.group_by.unwrap(), ["on", "1.10"]);
    let slack = &config.receivers[1].slack_configs[0];
    assert_eq!((slack.channel.as_str(), slack.username.as_str(), slack.send_resolved), ("5", "7", true));
    // A mistake behind an anchor is one wherever it is used.
    let told = problems(&text.replace("yes", "maybe"));
    assert_eq!(told, ["send_resolved: true or false is expected, not \"maybe\""; 2]);
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(text in "[a-z_:\\- \n\\[\\]{}\"'&*0-9=~]{0,200}") {
        let _ = Config::parse("a.yml", &text);
        let _ = Config::parse("a.yml", &format!("receivers: [{{name: a}}]\nroute:\n  receiver: a\n  {text}"));
        let _ = Config::parse("a.yml", &format!("route: {{receiver: a}}\nreceivers:\n  - name: a\n    {text}"));
    }
}

#[test]
fn who_is_told_of_incidents() {
    let problems = |incidents: &str| {
        problems(&format!("route: {{receiver: a}}\nreceivers: [{{name: a}}]\nincidents: {incidents}\n"))
    };
    assert_eq!(problems("{receiver: a, group_wait: 1m, group_interval: 1h, min_alerts: 2}"), [""; 0]);
    for (incidents, words) in [
        ("{}", "receiver is missing: who is told of incidents"),
        ("{receiver: b}", "there is no receiver \"b\"; did you mean \"a\"?"),
        ("{receiver: a, min_alerts: 0}", "min_alerts can't be zero; leave it out for 1"),
        ("{receiver: a, wait: 1m}", "unknown key \"wait\""),
        ("a", "expected"),
    ] {
        let told = problems(incidents).join("; ");
        assert!(told.contains(words), "{incidents}: {told}");
    }
}

#[test]
fn keys_of_web_push_belong_together() {
    let (keys, others) = (VapidKeys::generate().unwrap(), VapidKeys::generate().unwrap());
    let problems = |private: &str, public: &str| {
        problems(&format!(
            "route: {{receiver: a}}\nreceivers: [{{name: a, webpush_configs: [{{name: mine, endpoint: 'https://a.example/b', \
             p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', \
             auth: 'BTBZMqHH6r4Tts7J_aSIgg', vapid_private_key: '{private}', vapid_public_key: '{public}', \
             subject: 'mailto:a@b.c'}}]}}]\n"
        ))
    };
    let private = keys.private.expose();
    assert_eq!(problems(private, &keys.public), [""; 0]);
    assert_eq!(problems(private, ""), [""; 0]);
    assert_eq!(
        problems(private, &others.public),
        ["vapid_public_key does not belong to vapid_private_key; give both of one pair, or leave it out"]
    );
    assert_eq!(
        problems("abc", &keys.public),
        ["vapid_private_key is no private key of P-256: 32 bytes in Base64"]
    );
}

#[test]
fn policies_of_escalation_are_checked() {
    let told = |receiver: &str, policies: &str| {
        let text = format!(
            "route: {{receiver: a}}\nreceivers: [{{name: a{receiver}}}, {{name: b}}]\nescalation_policies: [{policies}]\n"
        );
        Config::parse("a.yml", &text).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let refers = ", escalation_policy: p";
    for (receiver, policies, words) in [
        (
            refers,
            "{name: q, steps: [{receivers: [b]}]}",
            "a.yml:2:42: there is no escalation policy \"p\"; did you mean \"q\"?",
        ),
        (refers, "", "there is no escalation policy \"p\"; add it to escalation_policies"),
        (
            refers,
            "{name: p, steps: [{receivers: [b, a]}]}",
            "goes on by the escalation policy \"p\" to itself",
        ),
        (
            ", escalation_policy: p, escalation_configs: [{after: 1m, receiver: b}]",
            "{name: p, steps: [{receivers: [b]}]}",
            "escalation_policy and escalation_configs are both given; keep one of them",
        ),
        ("", "{steps: [{receivers: [b]}]}", "a.yml:3:23: the escalation policy has no name; give it one"),
        (
            "",
            "{name: p, steps: [{receivers: [b]}]}, {name: p, steps: [{receivers: [b]}]}",
            "there already, in line 3",
        ),
        ("", "{name: p}", "steps are missing"),
        ("", "{name: p, steps: [{after: 5m}]}", "the step tells nobody"),
        ("", "{name: p, steps: [{receivers: [c]}]}", "there is no receiver \"c\""),
        ("", "{name: p, steps: [{receivers: [b, b]}]}", "\"b\" is in receivers twice"),
        (
            "",
            "{name: p, steps: [{receiver: b}]}",
            "unknown key \"receiver\" in steps; did you mean \"receivers\"?",
        ),
        ("", "{name: p, steps: [{schedule: s}]}", "there is no schedule \"s\"; add it to schedules"),
        ("", "{name: p, steps: [{receivers: [b], severities: ['']}]}", "a severity has no name"),
        ("", "{name: p, steps: [{receivers: [b], matchers: [team]}]}", "an operator is expected"),
        ("", "{name: p, steps: [{receivers: [b]}], repeat: {times: 2}}", "write 30m, for example"),
        (
            "",
            "{name: p, steps: [{receivers: [b]}], repeat: {times: 0, after: 5m}}",
            "times is 0; write 1 to 20",
        ),
    ] {
        let found = told(receiver, policies);
        assert!(found.contains(words), "{policies}: {found}");
    }
    let good = "{name: p, steps: [{after: 5m, receivers: [b], severities: [critical, outage], matchers: [team=web]}], repeat: {times: 2}}";
    assert_eq!(told(refers, good), "");
    let route = problems("{route: {receiver: a, routes: [{escalation_policy: q}]}, receivers: [{name: a}]}");
    assert_eq!(route, ["there is no escalation policy \"q\"; add it to escalation_policies"]);
}

#[test]
fn slips_in_policies_are_noted() {
    let text = "{route: {receiver: a}, receivers: [{name: a}, {name: b}], \
                escalation_policies: [{name: p, steps: [{receivers: [b], severities: [critcal, outage]}]}]}";
    let notes: Vec<String> =
        Config::parse("a.yml", text).unwrap().notes.into_iter().map(|note| note.reason).collect();
    assert_eq!(
        notes,
        [
            "no receiver and no route refers to it by escalation_policy",
            "severities count as they are written; is \"critical\" meant?"
        ]
    );
}

#[test]
fn many_problems_are_told_together_and_bounded() {
    let routes = |many: usize, wrong: &str| {
        let route = format!("    - {{{wrong}}}\n");
        format!("route:\n  receiver: a\n  routes:\n{}receivers: [{{name: a}}]\n", route.repeat(many))
    };
    // What can't be read, what nobody knows, and what does not fit.
    for wrong in ["group_wait: soon", "matcher: [a=b]", "receiver: none"] {
        let of = |many: usize| Config::parse("a.yml", &routes(many, wrong)).unwrap_err();
        let places: Vec<u32> = of(25).problems.iter().map(|problem| problem.place.line).collect();
        assert_eq!(places, (4..29).collect::<Vec<u32>>(), "{wrong}");
        let brief = of(25).in_brief();
        assert_eq!((brief.lines().count(), brief.lines().last()), (21, Some("... and 5 more")), "{wrong}");
        assert_eq!(of(3).in_brief(), of(3).to_string());
        let many = of(3000);
        assert_eq!(many.problems.len(), 101, "{wrong}");
        assert_eq!(many.problems[100].reason, "more follows; mend what is told first");
    }
}
