//! What answers mean.

use std::fmt::Write as _;

use watchfire_alerting::channel::{Answer, Cause, Progress, RefusedRecipient, Verdict, judge};

use super::stage::{draft, receiver, table};

fn http(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Answer::Http { status, headers: headers.collect(), body: body.as_bytes().to_vec() }
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done => "done".to_owned(),
        Verdict::Next => "next".to_owned(),
        Verdict::Retry { cause, after: None, .. } => format!("again {}", cause.word()),
        Verdict::Retry { cause, after: Some(after), .. } => format!("again {} {after}", cause.word()),
        Verdict::Dead { cause, .. } => format!("never {}", cause.word()),
    }
}

/// Every channel against the statuses that all services have.
#[test]
fn statuses() {
    let receiver = receiver("all_channels.yml");
    let (_, notification) = table().swap_remove(0);
    let mut text = String::new();
    let statuses = [200, 202, 204, 301, 400, 401, 403, 404, 408, 410, 413, 422, 429, 500, 502, 503, 504];
    for (integration, _) in receiver.integrations() {
        let draft = draft(&notification, &receiver, integration);
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for status in statuses {
            let verdict = judge(&draft, &receiver, &http(status, &[], ""), &mut Progress::default());
            let word = word(&verdict);
            match groups.iter_mut().find(|(known, _)| *known == word) {
                Some((_, all)) => all.push(status.to_string()),
                None => groups.push((word, vec![status.to_string()])),
            }
        }
        writeln!(text, "{integration}").unwrap();
        for (word, all) in groups {
            writeln!(text, "    {word}: {}", all.join(" ")).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn words_of_services() {
    let receiver = receiver("all_channels.yml");
    let (_, notification) = table().swap_remove(0);
    let date = [("date", "Fri, 02 Jan 2026 03:04:05 GMT"), ("retry-after", "Fri, 02 Jan 2026 03:04:35 GMT")];
    // Channel, answer, verdict.
    let table: &[(&str, Answer, &str)] = &[
        ("slack", http(200, &[], "ok"), "done"),
        ("slack", http(200, &[], r#"{"ok": true}"#), "done"),
        ("slack", http(200, &[], r#"{"ok": false, "error": "channel_not_found"}"#), "never clientError"),
        ("slack", http(200, &[], r#"{"ok": false, "error": "internal_error"}"#), "again serverError"),
        (
            "slack",
            http(200, &[("retry-after", "3")], r#"{"ok": false, "error": "ratelimited"}"#),
            "again serverError 3000",
        ),
        ("slack", http(404, &[], "no_service"), "never clientError"),
        ("slack", http(429, &[("retry-after", "30")], ""), "again clientError 30000"),
        ("webhook", http(429, &date, ""), "again clientError 30000"),
        ("webhook", http(503, &[("retry-after", "1.5")], ""), "again serverError 1500"),
        ("webhook", http(503, &[("retry-after", "soon")], ""), "again serverError"),
        ("webhook", http(503, &[("retry-after", "-5")], ""), "again serverError"),
        ("discord", http(429, &[("retry-after", "1")], r#"{"retry_after": 0.65}"#), "again clientError 650"),
        ("discord", http(400, &[], r#"{"retry_after": 1}"#), "never clientError"),
        (
            "telegram",
            http(429, &[], r#"{"ok": false, "parameters": {"retry_after": 14}}"#),
            "again clientError 14000",
        ),
        (
            "telegram",
            http(400, &[], r#"{"ok": false, "description": "Bad Request: chat not found"}"#),
            "never clientError",
        ),
        (
            "telegram",
            http(400, &[], r#"{"ok": false, "description": "Bad Request: can't parse entities: x"}"#),
            "next",
        ),
        ("msteams", http(200, &[], "1"), "done"),
        (
            "msteams",
            http(
                200,
                &[],
                "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
            ),
            "again serverError",
        ),
        (
            "msteams",
            http(
                200,
                &[],
                "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 404",
            ),
            "never clientError",
        ),
        ("pagerduty", http(400, &[], r#"{"status": "invalid event"}"#), "never clientError"),
        ("pagerduty", http(429, &[], ""), "again clientError"),
        ("rocketchat", http(200, &[], r#"{"success": false}"#), "never clientError"),
        ("sns", http(400, &[], "<Code>Throttling</Code>"), "again clientError"),
        ("sns", http(400, &[], "<Code>InvalidParameter</Code>"), "never clientError"),
        ("wechat", http(200, &[], r#"{"errcode": 40013}"#), "never clientError"),
        ("wechat", http(200, &[], r#"{"errcode": -1}"#), "again serverError"),
        ("wechat", http(200, &[], r#"{"errcode": 0, "access_token": "t"}"#), "next"),
        ("github", http(403, &[("x-ratelimit-remaining", "0")], ""), "again clientError"),
        ("github", http(403, &[], "Resource not accessible"), "never clientError"),
        ("github", http(201, &[], "{}"), "never other"),
        ("webpush", http(410, &[], ""), "never clientError"),
        ("email", Answer::Taken, "done"),
        ("email", Answer::Refused { code: 421, words: "busy".to_owned() }, "again serverError"),
        ("email", Answer::Refused { code: 550, words: "no such user".to_owned() }, "never clientError"),
        ("email", Answer::Refused { code: 454, words: "later".to_owned() }, "again serverError"),
        ("email", Answer::Refused { code: 535, words: "no".to_owned() }, "never clientError"),
        ("exec", Answer::Taken, "done"),
        ("exec", Answer::Exited { status: Some(75), words: String::new() }, "again serverError"),
        ("exec", Answer::Exited { status: None, words: String::new() }, "again serverError"),
        ("exec", Answer::Exited { status: Some(1), words: String::new() }, "never clientError"),
        (
            "jira",
            Answer::Nothing { cause: Cause::ContextDeadlineExceeded, words: "late".to_owned() },
            "again contextDeadlineExceeded",
        ),
        ("jira", Answer::Unsent { cause: Cause::ServerError, words: "no".to_owned() }, "again serverError"),
    ];
    for (channel, answer, expected) in table {
        let mut integrations = receiver.integrations().into_iter();
        let (integration, _) = integrations.find(|(known, _)| known.channel.word() == *channel).unwrap();
        let draft = draft(&notification, &receiver, integration);
        let verdict = judge(&draft, &receiver, answer, &mut Progress::default());
        assert_eq!(word(&verdict), *expected, "{channel} {answer:?}");
    }
}

/// A mail that the server takes for some: they do not get it again, and of the others it is said what becomes.
#[test]
fn a_mail_that_some_get() {
    let receiver = receiver("all_channels.yml");
    let (_, notification) = table().swap_remove(0);
    let mut integrations = receiver.integrations().into_iter();
    let (integration, _) = integrations.find(|(known, _)| known.channel.word() == "email").unwrap();
    let draft = draft(&notification, &receiver, integration);
    let refused =
        |address: &str, code| RefusedRecipient { address: address.to_owned(), code, words: "no".to_owned() };
    let mut progress = Progress::default();
    let some = vec![refused("c@b", 450), refused("d@b", 550)];
    let first = Answer::Partly { taken: vec!["a@b".to_owned()], refused: some };
    let verdict = judge(&draft, &receiver, &first, &mut progress);
    assert_eq!(word(&verdict), "again serverError");
    assert_eq!(progress.told.iter().collect::<Vec<_>>(), ["a@b"]);
    // It is not asked again for the one that is refused for good, who is not forgotten.
    assert_eq!(progress.refused.keys().collect::<Vec<_>>(), ["d@b"]);
    let second = Answer::Partly { taken: vec!["c@b".to_owned()], refused: Vec::new() };
    let verdict = judge(&draft, &receiver, &second, &mut progress);
    let Verdict::Dead { words, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(words, "the mail server refused d@b (550: no); all others have it");
    // What is sent again goes to the one that is left.
    assert_eq!(progress.anew().told.iter().collect::<Vec<_>>(), ["a@b", "c@b"]);
    let all = Answer::Partly { taken: Vec::new(), refused: vec![refused("a@b", 550)] };
    let Verdict::Dead { words, .. } = judge(&draft, &receiver, &all, &mut Progress::default()) else {
        panic!("it can't be delivered")
    };
    assert_eq!(words, "the mail server refused a@b (550: no)");
}

/// What failed may have been heard, unless it surely was not.
#[test]
fn what_may_have_been_heard() {
    let words = String::new;
    let refused = |code| RefusedRecipient { address: "a@b".to_owned(), code, words: words() };
    let table = [
        (http(400, &[], ""), false),
        (http(408, &[], ""), true),
        (http(429, &[], ""), false),
        (http(500, &[], ""), true),
        (http(502, &[], ""), true),
        (http(503, &[], ""), true),
        (http(504, &[], ""), true),
        (http(200, &[], r#"{"ok": false}"#), true),
        (Answer::Refused { code: 535, words: words() }, false),
        (Answer::Partly { taken: Vec::new(), refused: vec![refused(450)] }, false),
        (Answer::Partly { taken: vec!["c@b".to_owned()], refused: vec![refused(450)] }, true),
        (Answer::Exited { status: Some(75), words: words() }, false),
        (Answer::Exited { status: Some(1), words: words() }, true),
        (Answer::Exited { status: None, words: words() }, true),
        (Answer::Impossible { words: words() }, false),
        (Answer::Unsent { cause: Cause::ServerError, words: words() }, false),
        (Answer::Nothing { cause: Cause::ServerError, words: words() }, true),
    ];
    for (answer, heard) in table {
        assert_eq!(answer.may_be_heard(), heard, "{answer:?}");
    }
}

#[test]
fn long_answers_are_cut() {
    let receiver = receiver("all_channels.yml");
    let (integration, _) = receiver.integrations()[0];
    let draft = draft(&table()[0].1, &receiver, integration);
    let verdict = judge(&draft, &receiver, &http(400, &[], &"x".repeat(10_000)), &mut Progress::default());
    let Verdict::Dead { words, .. } = verdict else { panic!("{verdict:?}") };
    assert!(words.len() < 600, "{words}");
}
