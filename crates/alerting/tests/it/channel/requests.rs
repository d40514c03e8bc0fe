//! The first request of every channel for a table of notifications, as snapshots.

use std::fmt::Write as _;

use watchfire_alerting::channel::{self, Progress, acknowledgement, default_templates};
use watchfire_alerting::config::receiver::Channel;
use watchfire_template::{Dialect, Set};

use super::stage::{Files, NOW, draft, drafted, next, notification, one, receiver, table, told};

/// Also channels that say nothing of what is resolved are asked for it: who sends decides that before.
#[test]
fn every_channel() {
    let receiver = receiver("all_channels.yml");
    let mut seen = Vec::new();
    for (integration, _) in receiver.integrations() {
        let mut text = String::new();
        for (name, notification) in table() {
            let draft = draft(&notification, &receiver, integration);
            // What is stored of it has no secret.
            let stored = serde_json::to_string(&draft).unwrap();
            assert!(!stored.contains("hunter"), "{integration} {name}: {stored}");
            let outgoing = next(&draft, &receiver, &Progress::default());
            assert!(!format!("{outgoing:?}").contains("hunter"), "{integration} {name}");
            writeln!(text, "=== {name}\n{}", told(outgoing.as_ref())).unwrap();
        }
        insta::assert_snapshot!(format!("{}_{}", integration.channel.word(), integration.index), text);
        seen.push(integration.channel);
    }
    for channel in Channel::ALL {
        assert!(seen.contains(channel), "{} has no snapshot", channel.word());
    }
}

#[test]
fn the_key_is_that_of_the_notification() {
    let receiver = receiver("all_channels.yml");
    let (_, notification) = table().swap_remove(0);
    let keys: Vec<String> = receiver
        .integrations()
        .into_iter()
        .map(|(integration, _)| {
            let key = draft(&notification, &receiver, integration).key;
            assert_eq!(key, draft(&notification, &receiver, integration).key);
            key
        })
        .collect();
    let mut distinct = keys.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), keys.len());
    let mut later = notification.clone();
    later.at += 1;
    let (integration, _) = receiver.integrations()[0];
    assert_ne!(draft(&later, &receiver, integration).key, keys[0]);
}

#[test]
fn acknowledgements() {
    let receiver = receiver("all_channels.yml");
    let mut text = String::new();
    for (integration, _) in receiver.integrations() {
        let Some(draft) = acknowledgement("{}:{a=\"b\"}", &receiver, integration, NOW, "Ada") else {
            continue;
        };
        let outgoing = next(&draft, &receiver, &Progress::default());
        writeln!(text, "=== {integration}\n{}", told(outgoing.as_ref())).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn templates_of_users_go_over_the_defaults() {
    let mut set = default_templates();
    set.add("own.tmpl", r#"{{ define "__subject" }}mine: {{ .Status }}{{ end }}"#).unwrap();
    let receiver = one("{route: {receiver: all}, receivers: [{name: all, ntfy_configs: [{topic: a}]}]}");
    let (_, notification) = table().swap_remove(0);
    let (integration, _) = receiver.integrations()[0];
    let draft = drafted(&notification, &receiver, integration, &set).unwrap();
    assert_eq!(draft.content["title"], "mine: firing");
}

#[test]
fn what_can_not_be_sent() {
    let (_, notification) = table().swap_remove(0);
    let (defaults, empty) = (default_templates(), Set::new(Dialect::Notifications));
    // A channel, the templates, what is said at drafting, or else at sending.
    for (channel, set, words) in [
        ("ntfy_configs: [{topic: '{{ .Nothing }}'}]", &defaults, "a template fails"),
        ("ntfy_configs: [{topic: a}]", &empty, "there is no template \"ntfy.default.t"),
        (
            "ntfy_configs: [{topic: a, priority: '{{ .Status }}'}]",
            &defaults,
            "the priority \"firing\" is not known",
        ),
        ("ntfy_configs: [{topic: a, token_file: /missing}]", &defaults, "token_file: /missing can't be read"),
        (
            "discord_configs: [{webhook_url_file: /abc}]",
            &defaults,
            "webhook_url_file /abc: an address starts with",
        ),
        ("sns_configs: [{topic_arn: a}]", &defaults, "give sigv4.access_key"),
        (
            "email_configs: [{to: ' {{ with .Nope }}{{ end }}', from: a@b, smarthost: 'a:1'}]",
            &defaults,
            "a template fails",
        ),
        (
            "email_configs: [{to: '{{ with .GroupLabels.nope }}a{{ end }}', from: a@b, smarthost: 'a:1'}]",
            &defaults,
            "gives no address",
        ),
        (
            "email_configs: [{to: a@b, from: a@b, smarthost: 'a:1', auth_username: a, auth_secret_file: /missing}]",
            &defaults,
            "auth_secret_file: /missing can't be read",
        ),
    ] {
        let receiver = one(&format!("{{route: {{receiver: all}}, receivers: [{{name: all, {channel}}}]}}"));
        let (integration, _) = receiver.integrations()[0];
        let refused = drafted(&notification, &receiver, integration, set)
            .and_then(|draft| channel::outgoing(&draft, &receiver, &Progress::default(), &Files, NOW))
            .unwrap_err();
        assert!(refused.reason.contains(words), "{channel}: {refused}");
        assert_eq!(refused.passing, channel.contains("_file"), "{channel}");
    }
    let nobody = one("{route: {receiver: all}, receivers: [{name: all}]}");
    let gone = drafted(&notification, &nobody, notification.integration, &defaults).unwrap_err();
    assert!(gone.reason.contains("has no webhook[0] for the receiver \"all\" any more"), "{gone}");
}

#[test]
fn a_mail_server_is_told_what_each_way_to_log_in_needs() {
    let receiver = one(
        "{global: {smtp_force_implicit_tls: true}, route: {receiver: all}, receivers: [{name: all, email_configs: [{to: a@b, from: a@b, \
         smarthost: 'a:1', auth_username: u, auth_identity: i, auth_password: p, auth_secret_file: /s}]}]}",
    );
    let notification = notification(vec![(super::stage::alert("A", &[], &[]), false)]);
    let draft = draft(&notification, &receiver, receiver.integrations()[0].0);
    let refused = [("c@b".to_owned(), "550: no".to_owned())].into();
    let progress = Progress { told: ["a@b".to_owned()].into(), refused, ..Progress::default() };
    let Some(channel::Outgoing::Mail(mail)) = next(&draft, &receiver, &progress) else { panic!("no mail") };
    let login = mail.server.login.unwrap();
    assert_eq!((login.username.as_str(), login.identity.as_str()), ("u", "i"));
    assert_eq!(login.password.unwrap().expose(), "p");
    assert_eq!(login.secret.unwrap().expose(), "s");
    assert_eq!(mail.server.implicit_tls, Some(true));
    assert_eq!(mail.settled.iter().collect::<Vec<_>>(), ["a@b", "c@b"], "who has it, or is refused it");
}

#[test]
fn a_secret_that_nobody_needs_may_be_missing() {
    let notification = notification(vec![(super::stage::alert("A", &[], &[]), false)]);
    let sent = |own: &str| {
        let receiver = one(&format!(
            "{{global: {{smtp_auth_secret_file: /missing}}, route: {{receiver: all}}, receivers: [{{name: all, email_configs: \
             [{{to: a@b, from: a@b, smarthost: 'a:1', auth_username: u{own}}}]}}]}}"
        ));
        let draft = draft(&notification, &receiver, receiver.integrations()[0].0);
        channel::outgoing(&draft, &receiver, &Progress::default(), &Files, NOW)
    };
    let Ok(Some(channel::Outgoing::Mail(mail))) = sent(", auth_password: p") else { panic!("no mail") };
    let login = mail.server.login.unwrap();
    assert_eq!((login.password.unwrap().expose(), login.secret.is_none()), ("p", true));
    let refused = sent("").unwrap_err();
    assert!(refused.reason.contains("auth_secret_file: /missing can't be read"), "{refused}");
    let refused = sent(", auth_password_file: /missing").unwrap_err();
    assert!(refused.reason.contains("auth_password_file: /missing can't be read"), "{refused}");
}

#[test]
fn few_alerts_of_many() {
    let receiver = one(
        "{route: {receiver: all}, receivers: [{name: all, webhook_configs: [{url: 'http://a', max_alerts: 2}]}]}",
    );
    let many = (0..5).map(|at| (super::stage::alert("A", &[("at", &at.to_string())], &[]), false));
    let draft = draft(&notification(many.collect()), &receiver, receiver.integrations()[0].0);
    let message = &draft.content["message"];
    assert_eq!(message["alerts"].as_array().unwrap().len(), 2);
    assert_eq!(message["truncatedAlerts"], 3);
}
