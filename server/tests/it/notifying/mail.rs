//! Mail over real connections: encrypted, with logins, and with servers that say no.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::queue::resolve;
use super::{ask, config, deliveries, delivery, fire, start};
use crate::answer::eventually;
use crate::authority::Authority;
use crate::mail_server::{MailServer, Tls, write_certificate};
use crate::server::Server;

const HERE: &str = "127.0.0.1";

/// A folder, and an authority whose certificate is its file `ca.pem`.
fn trusted() -> (TempDir, Authority) {
    let (dir, authority) = (tempdir().unwrap(), Authority::root("Ours"));
    write_certificate(&dir.path().join("ca.pem"), &authority);
    (dir, authority)
}

/// A server that mails by `mails` what it is told, and tells no group twice.
fn mailing(dir: &Path, mails: &MailServer, to: &str, more: &str) -> Server {
    let seldom = mail(mails, to, more).replace("group_interval: 1s", "group_interval: 1h");
    start(dir, &seldom, &["--notify-timeout", "2s"])
}

fn mail(mails: &MailServer, to: &str, more: &str) -> String {
    let address = mails.address();
    config(&format!(
        "email_configs: [{{to: '{to}', from: 'fire@example.org', smarthost: '{address}', {more}}}]"
    ))
}

fn certificates(dir: &Path) -> String {
    format!("tls_config: {{ca_file: '{}', server_name: localhost}}", dir.join("ca.pem").display())
}

/// The first delivery that failed, whether it is tried again or not, and why.
async fn failure(server: &Server, state: &str) -> (Value, String) {
    let failed = delivery(server, &format!("state={state}"), |one| one["failure"].is_string()).await;
    let words = failed["failure"].as_str().unwrap().to_owned();
    (failed, words)
}

#[tokio::test]
async fn it_goes_encrypted() {
    let (dir, authority) = trusted();
    for (tls, more) in [
        (Tls::OnRequest, "require_tls: true"),
        // Where it need not be, it is all the same where that is safe.
        (Tls::OnRequest, "require_tls: false"),
        (Tls::Implicit, "force_implicit_tls: true"),
    ] {
        let mails = MailServer::start(HERE, &authority, tls, "PLAIN");
        let more = format!("{more}, auth_username: ann, auth_password: secret, {}", certificates(dir.path()));
        let data = tempdir().unwrap();
        let server = mailing(data.path(), &mails, "ann@example.org", &more);
        fire(&server, &["Fire"]).await;
        delivery(&server, "state=done", |_| true).await;
        let taken = mails.mails();
        assert!(taken.len() == 1 && taken[0].is_encrypted, "{tls:?}: {taken:?}");
        assert!(taken[0].text.contains("Subject: [FIRING:1] Fire"), "{}", taken[0].text);
        let unencrypted = mails.lines().into_iter().filter(|line| !line.is_encrypted).map(|line| line.text);
        // Nothing but who we are, and that it is to be encrypted.
        let said = unencrypted.filter(|line| !line.starts_with("EHLO ") && line != "STARTTLS");
        assert_eq!(said.collect::<Vec<_>>(), Vec::<String>::new(), "{tls:?}");
        assert_eq!(mails.lines_of("AUTH PLAIN").len(), 1, "{tls:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_lets_nothing_out() {
    let (dir, _) = trusted();
    for tls in [Tls::OnRequest, Tls::Implicit] {
        let mails = MailServer::start(HERE, &Authority::root("Another"), tls, "PLAIN");
        let implicit = tls == Tls::Implicit;
        let more = format!(
            "force_implicit_tls: {implicit}, auth_username: ann, auth_password: secret, {}",
            certificates(dir.path())
        );
        let data = tempdir().unwrap();
        let server = mailing(data.path(), &mails, "ann@example.org", &more);
        fire(&server, &["Fire"]).await;
        let (_, words) = failure(&server, "waiting").await;
        assert!(words.contains("certificate") && words.contains("ca_file"), "{tls:?}: {words}");
        assert!(mails.mails().is_empty(), "{tls:?}");
        for command in ["MAIL", "AUTH"] {
            assert_eq!(mails.lines_of(command), Vec::<String>::new(), "{tls:?}");
        }
    }
}

/// As in Alertmanager, which does not encrypt at all then.
#[tokio::test]
async fn where_it_need_not_be_encrypted_a_certificate_that_is_not_trusted_does_not_matter() {
    let (dir, _) = trusted();
    let mails = MailServer::start(HERE, &Authority::root("Another"), Tls::OnRequest, "");
    let more = format!("require_tls: false, {}", certificates(dir.path()));
    let server = mailing(dir.path(), &mails, "ann@example.org", &more);
    fire(&server, &["Fire"]).await;
    delivery(&server, "state=done", |_| true).await;
    let taken = mails.mails();
    assert!(taken.len() == 1 && !taken[0].is_encrypted, "{taken:?}");
}

#[tokio::test]
async fn a_server_without_tls_gets_neither_mail_nor_password() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "PLAIN LOGIN");
    let login = "auth_username: ann, auth_password: secret";
    let server = mailing(dir.path(), &mails, "ann@example.org", login);
    fire(&server, &["Fire"]).await;
    let (_, words) = failure(&server, "waiting").await;
    assert!(words.contains("offers no STARTTLS") && words.contains("require_tls: false"), "{words}");
    assert!(mails.mails().is_empty());
    assert!(mails.lines().iter().all(|line| line.text.starts_with("EHLO")), "{:?}", mails.lines());
}

/// Another address of this machine, which counts as one of another machine.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_password_goes_over_no_network_unencrypted() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start("127.0.0.2", &Authority::root("Ours"), Tls::No, "PLAIN LOGIN");
    let login = "require_tls: false, auth_username: ann, auth_password: secret";
    let server = mailing(dir.path(), &mails, "ann@example.org", login);
    fire(&server, &["Fire"]).await;
    let (dead, words) = failure(&server, "dead").await;
    assert!(words.contains("the password would go over a connection that is not encrypted"), "{words}");
    assert_eq!(dead["attempts"], 1);
    assert_eq!(mails.lines_of("AUTH"), Vec::<String>::new());
    assert!(mails.mails().is_empty());
}

#[tokio::test]
async fn it_logs_in_as_the_server_wants_it() {
    let plain = format!("AUTH PLAIN {}", STANDARD.encode("on-call\0ann\0secret"));
    let (user, password) = (STANDARD.encode("ann"), STANDARD.encode("secret"));
    // The digest is that of the example of RFC 2195, whose challenge the server asks with.
    let digest = STANDARD.encode("ann b913a602c7eda7a495b4e6e7334d3890");
    for (logins, expected) in [
        ("PLAIN LOGIN", vec![plain.as_str()]),
        ("LOGIN PLAIN", vec!["AUTH LOGIN", user.as_str(), password.as_str()]),
        ("GSSAPI CRAM-MD5 PLAIN", vec!["AUTH CRAM-MD5", digest.as_str()]),
        // One that takes mail without asks for none.
        ("", vec![]),
    ] {
        let dir = tempdir().unwrap();
        let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, logins);
        let login = "require_tls: false, auth_username: ann, auth_identity: on-call, auth_password: secret, \
                     auth_secret: tanstaaftanstaaf";
        let server = mailing(dir.path(), &mails, "ann@example.org", login);
        fire(&server, &["Fire"]).await;
        delivery(&server, "state=done", |_| true).await;
        assert_eq!(mails.mails().len(), 1, "{logins}");
        let lines = mails.lines().into_iter().map(|line| line.text);
        let said: Vec<String> = lines
            .skip_while(|line| line.starts_with("EHLO"))
            .take_while(|line| !line.starts_with("MAIL"))
            .collect();
        assert_eq!(said, expected, "{logins}");
    }
}

#[tokio::test]
async fn a_login_that_is_refused_is_not_tried_again_and_again() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "PLAIN");
    mails.answer(|line| line.starts_with("AUTH").then_some("535 5.7.8 wrong password"));
    let login = "require_tls: false, auth_username: ann, auth_password: wrong";
    // Groups that are looked at each second, and tell anew then what is a dead letter.
    let server = start(dir.path(), &mail(&mails, "ann@example.org", login), &["--notify-timeout", "2s"]);
    fire(&server, &["Fire"]).await;
    let (dead, words) = failure(&server, "dead").await;
    for part in ["535", "5.7.8 wrong password", "\"ann\"", "mend auth_username and auth_password"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("AUTH PLAIN"), "{words}");
    assert_eq!(dead["attempts"], 1);
    fire(&server, &["Smoke"]).await;
    eventually("both to wait", async || {
        (deliveries(&server, "state=waiting").await.len() == 2).then_some(())
    })
    .await;
    let looked = Instant::now();
    eventually("two more looks", async || (looked.elapsed() > Duration::from_millis(2500)).then_some(()))
        .await;
    assert_eq!(mails.lines_of("AUTH").len(), 1);
    assert!(mails.mails().is_empty());
    // With the password mended somebody sends it again, and all that waited goes out.
    mails.answer(|_| None);
    let resend = format!("deliveries/{}/resend", dead["id"]);
    assert_eq!(ask(&server, "POST", &resend, &Value::Null).await.status, 204);
    eventually("both", async || (deliveries(&server, "state=done").await.len() == 2).then_some(())).await;
    assert_eq!(mails.mails().len(), 2);
}

#[tokio::test]
async fn a_login_that_was_refused_is_tried_again_where_the_configuration_is_another() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "PLAIN");
    mails.answer(|line| line.starts_with("AUTH").then_some("535 5.7.8 wrong password"));
    let with = |password: &str| {
        let login = format!("require_tls: false, auth_username: ann, auth_password: {password}");
        mail(&mails, "ann@example.org", &login)
    };
    let server = start(dir.path(), &with("wrong"), &["--notify-reload-interval=1h"]);
    fire(&server, &["Fire"]).await;
    failure(&server, "dead").await;
    delivery(&server, "state=waiting", |_| true).await;
    mails.answer(|_| None);
    std::fs::write(dir.path().join("alertmanager.yml"), with("right")).unwrap();
    assert_eq!(server.post("/-/reload", &[], Vec::new()).await.status, 200);
    delivery(&server, "state=done", |_| true).await;
    assert_eq!(mails.mails().len(), 1);
}

/// A mail server that hangs up after the mail has it, or not: who may have heard that it burns hears of the end.
#[tokio::test]
async fn a_mail_without_an_answer_may_have_been_heard() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    mails.answer(|line| (line == ".").then_some(""));
    let more = "require_tls: false, send_resolved: true";
    let server = start(dir.path(), &mail(&mails, "ann@example.org", more), &["--notify-timeout", "2s"]);
    fire(&server, &["Fire"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    resolve(&server, "Fire").await;
    eventually("the end", async || (deliveries(&server, "").await.len() == 2).then_some(())).await;
    mails.answer(|_| None);
    delivery(&server, "state=done", |one| one["intent"] == "resolve").await;
    let last = mails.mails().pop().unwrap();
    assert!(last.text.contains("Subject: [RESOLVED] Fire"), "{}", last.text);
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    let mut left = 2;
    mails.answer(move |line| {
        if !line.is_empty() || left == 0 {
            return None;
        }
        left -= 1;
        Some("421 4.3.2 too busy")
    });
    let server = mailing(dir.path(), &mails, "ann@example.org", "require_tls: false");
    fire(&server, &["Fire"]).await;
    let (_, words) = failure(&server, "waiting").await;
    assert!(words.contains("421") && words.contains("too busy"), "{words}");
    let done = delivery(&server, "state=done", |_| true).await;
    assert_eq!((&done["attempts"], mails.mails().len()), (&json!(3), 1));
}

#[tokio::test]
async fn a_server_that_does_not_part_has_taken_the_mail() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    mails.answer(|line| {
        if line == "QUIT" {
            loop {
                std::thread::park();
            }
        }
        None
    });
    let server = mailing(dir.path(), &mails, "ann@example.org", "require_tls: false");
    fire(&server, &["Fire"]).await;
    let done = delivery(&server, "state=done", |_| true).await;
    assert_eq!((&done["attempts"], mails.mails().len()), (&json!(1), 1));
}

/// Who got each mail.
fn told(mails: &MailServer) -> Vec<Vec<String>> {
    mails.mails().into_iter().map(|mail| mail.to).collect()
}

const BOTH: &str = "ann@example.org, Bob <bob@example.org>";

#[tokio::test]
async fn one_who_is_refused_for_good_keeps_it_from_nobody_else() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    mails.answer(|line| line.contains("bob@").then_some("550 5.1.1 no such user"));
    // Looked at again each second: what is a dead letter is told anew then, but not to who has it.
    let server = start(dir.path(), &mail(&mails, BOTH, "require_tls: false"), &[]);
    fire(&server, &["Fire"]).await;
    let (dead, words) = failure(&server, "dead").await;
    assert_eq!(
        words,
        "the mail server refused bob@example.org (550: 5.1.1 no such user); all others have it"
    );
    let looked = Instant::now();
    eventually("two more looks", async || (looked.elapsed() > Duration::from_millis(2500)).then_some(()))
        .await;
    assert_eq!(told(&mails), [["ann@example.org"]], "once");
    // Sent again, it goes to the one alone.
    mails.answer(|_| None);
    let resend = format!("deliveries/{}/resend", dead["id"]);
    assert_eq!(ask(&server, "POST", &resend, &Value::Null).await.status, 204);
    delivery(&server, "state=done", |one| one["id"] == dead["id"]).await;
    assert_eq!(told(&mails), [["ann@example.org"], ["bob@example.org"]]);
    assert!(mails.mails().iter().all(|mail| mail.text.contains("Bob <bob@example.org>")));
}

#[tokio::test]
async fn one_who_is_refused_for_now_gets_it_later_and_nobody_twice() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    let mut left = 2;
    mails.answer(move |line| {
        if !line.contains("bob@") || left == 0 {
            return None;
        }
        left -= 1;
        Some("450 4.2.0 greylisted")
    });
    let server = mailing(dir.path(), &mails, BOTH, "require_tls: false");
    fire(&server, &["Fire"]).await;
    let (_, words) = failure(&server, "waiting").await;
    assert!(words.contains("bob@example.org (450: 4.2.0 greylisted); all others have it"), "{words}");
    let done = delivery(&server, "state=done", |_| true).await;
    assert_eq!(done["attempts"], 3);
    assert_eq!(told(&mails), [["ann@example.org"], ["bob@example.org"]]);
    let ids = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
    let taken = mails.mails();
    assert!(ids(&taken[0].text).is_some() && ids(&taken[0].text) == ids(&taken[1].text), "one mail");
    assert!(deliveries(&server, "state=dead").await.is_empty());
}

#[tokio::test]
async fn one_who_is_refused_for_good_is_not_asked_for_again_for_the_sake_of_another() {
    let dir = tempdir().unwrap();
    let mails = MailServer::start(HERE, &Authority::root("Ours"), Tls::No, "");
    let mut left = 2;
    mails.answer(move |line| {
        if line.contains("bob@") {
            return Some("550 5.1.1 no such user");
        }
        if !line.contains("eve@") || left == 0 {
            return None;
        }
        left -= 1;
        Some("450 4.2.0 greylisted")
    });
    let server = mailing(dir.path(), &mails, &format!("{BOTH}, eve@example.org"), "require_tls: false");
    fire(&server, &["Fire"]).await;
    let (dead, words) = failure(&server, "dead").await;
    assert_eq!(
        words,
        "the mail server refused bob@example.org (550: 5.1.1 no such user); all others have it"
    );
    assert_eq!(dead["attempts"], 3);
    assert_eq!(told(&mails), [["ann@example.org"], ["eve@example.org"]]);
    assert_eq!(mails.lines_of("RCPT TO:<bob@").len(), 1);
}
