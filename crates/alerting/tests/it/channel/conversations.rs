//! Services that need several requests: played through, each request with its answer.

use std::fmt::Write as _;

use watchfire_alerting::Notification;
use watchfire_alerting::channel::{Answer, Outgoing, Progress, Verdict, judge};
use watchfire_alerting::config::Receiver;

use super::stage::{draft, next, one, table};

/// What it shows, what is told, and the answers.
type Scene<'a> = (&'a str, &'a Notification, &'a [(u16, &'a str)]);

/// Sends a notification; each request gets the next answer. What happens is written down, to how it ended.
fn play(
    notification: &Notification,
    receiver: &Receiver,
    progress: &mut Progress,
    answers: &[(u16, &str)],
) -> String {
    let (integration, _) = receiver.integrations()[0];
    let draft = draft(notification, receiver, integration);
    let mut text = String::new();
    let mut answers = answers.iter();
    (progress.step, progress.scratch) = Default::default();
    loop {
        let Some(outgoing) = next(&draft, receiver, progress) else {
            writeln!(text, "nothing to do").unwrap();
            break;
        };
        let Outgoing::Http(request) = outgoing else { panic!("a request") };
        let body = String::from_utf8(request.body.clone()).unwrap();
        let body: String = body.chars().take(500).collect();
        let (status, answer) = answers.next().unwrap();
        writeln!(text, "{} {} {body}\n  {status} {answer}", request.method.as_str(), request.url.expose())
            .unwrap();
        let answer = Answer::Http { status: *status, headers: Vec::new(), body: answer.as_bytes().to_vec() };
        let verdict = judge(&draft, receiver, &answer, progress);
        if verdict != Verdict::Next {
            writeln!(text, "{verdict}").unwrap();
            break;
        }
        progress.step += 1;
    }
    assert!(answers.next().is_none(), "{text}");
    writeln!(text, "{}", serde_json::to_string(&progress.memory).unwrap()).unwrap();
    text
}

fn notifications() -> (Notification, Notification) {
    let mut table = table();
    let resolved = table.swap_remove(1).1;
    (table.swap_remove(0).1, resolved)
}

fn receiver(channel: &str) -> Receiver {
    one(&format!("{{route: {{receiver: all}}, receivers: [{{name: all, {channel}}}]}}"))
}

/// A tracker's issue from its creation to its end.
fn life(channel: &str, created: &str) -> String {
    let receiver = receiver(channel);
    let (firing, resolved) = notifications();
    let mut progress = Progress::default();
    let mut text = String::new();
    let scenes: [Scene<'_>; 8] = [
        ("resolved before anything was created", &resolved, &[]),
        ("fires", &firing, &[(201, created)]),
        ("fires still", &firing, &[(201, "{}")]),
        ("the service is down", &firing, &[(503, "")]),
        ("somebody deleted it", &firing, &[(404, ""), (201, created)]),
        ("resolved", &resolved, &[(200, "{}"), (200, "{}")]),
        ("fires anew", &firing, &[(201, created)]),
        ("resolved, but it is gone", &resolved, &[(410, "")]),
    ];
    for (name, notification, answers) in scenes {
        writeln!(text, "=== {name}\n{}", play(notification, &receiver, &mut progress, answers)).unwrap();
    }
    text
}

#[test]
fn github() {
    insta::assert_snapshot!(life("github_configs: [{repository: a/b, token: t}]", r#"{"number": 7}"#));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(life("gitlab_configs: [{project: a/b, token: t}]", r#"{"id": 99, "iid": 7}"#));
}

#[test]
fn servicenow() {
    let channel =
        "servicenow_configs: [{instance_url: 'https://x.service-now.com', username: a, password: b}]";
    insta::assert_snapshot!(life(channel, r#"{"result": {"sys_id": "abc"}}"#));
}

#[test]
fn jira() {
    let receiver = receiver(
        "jira_configs: [{api_url: 'https://x/rest/api/2', project: OPS, issue_type: Bug, resolve_transition: Done, \
         reopen_transition: Reopen, reopen_duration: 1h, wont_fix_resolution: Never}]",
    );
    let (firing, resolved) = notifications();
    let open = r#"{"issues": [{"key": "OPS-1", "fields": {"status": {"statusCategory": {"key": "new"}}}}]}"#;
    let done = r#"{"issues": [{"key": "OPS-1", "fields": {"status": {"statusCategory": {"key": "done"}}}}]}"#;
    let none = r#"{"issues": []}"#;
    let ways = r#"{"transitions": [{"id": "31", "name": "Done"}, {"id": "41", "name": "Reopen"}]}"#;
    let mut text = String::new();
    let scenes: [Scene<'_>; 7] = [
        ("none is there", &firing, &[(200, none), (201, "{}")]),
        ("one is open", &firing, &[(200, open), (204, "")]),
        ("one is done", &firing, &[(200, done), (204, ""), (200, ways), (204, "")]),
        ("resolved", &resolved, &[(200, open), (204, ""), (200, ways), (204, "")]),
        ("nothing to resolve", &resolved, &[(200, none)]),
        (
            "no such transition",
            &resolved,
            &[(200, open), (204, ""), (200, r#"{"transitions": [{"id": "1", "name": "Wait"}]}"#)],
        ),
        ("no right to ask", &firing, &[(401, "")]),
    ];
    for (name, notification, answers) in scenes {
        let played = play(notification, &receiver, &mut Progress::default(), answers);
        writeln!(text, "=== {name}\n{played}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn wechat() {
    let receiver = receiver("wechat_configs: [{api_secret: s, corp_id: c, agent_id: a, to_user: me}]");
    let (firing, _) = notifications();
    let token = r#"{"errcode": 0, "access_token": "tok"}"#;
    let mut text = String::new();
    let scenes: [&[(u16, &str)]; 3] = [
        &[(200, token), (200, r#"{"errcode": 0}"#)],
        &[(200, token), (200, r#"{"errcode": 42001}"#)],
        &[(500, "")],
    ];
    for answers in scenes {
        writeln!(text, "{}", play(&firing, &receiver, &mut Progress::default(), answers)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn opsgenie_with_new_texts() {
    let receiver = receiver("opsgenie_configs: [{api_key: k, update_alerts: true}]");
    let (firing, resolved) = notifications();
    let mut text = play(&firing, &receiver, &mut Progress::default(), &[(202, ""), (202, ""), (202, "")]);
    text += &play(&resolved, &receiver, &mut Progress::default(), &[(202, "")]);
    insta::assert_snapshot!(text);
}

#[test]
fn telegram_without_markup() {
    let receiver = receiver("telegram_configs: [{bot_token: '1:t', chat_id: 5}]");
    let (firing, _) = notifications();
    let refused = r#"{"ok": false, "description": "Bad Request: can't parse entities: tag"}"#;
    let text = play(&firing, &receiver, &mut Progress::default(), &[(400, refused), (200, "{}")]);
    // What was said for HTML is said for people now.
    let (marked, plain) = text.split_at(text.rfind("POST ").unwrap());
    assert!(marked.contains("?a=b&amp;c=d") && plain.contains("?a=b&c=d"), "{text}");
    insta::assert_snapshot!(text);
    // Once is enough.
    let text = play(&firing, &receiver, &mut Progress::default(), &[(400, refused), (400, refused)]);
    assert!(text.contains("never: "), "{text}");
}
