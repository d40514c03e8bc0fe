//! Shares and snapshots.

use std::collections::BTreeMap;

use watchfire_dashboard::Variable;
use watchfire_service::dashboards::{
    DashboardError, DashboardSettings, NewShare, OpenError, ShareTime, ShareVariable,
};

use super::{Home, dashboard, home};

const NOW: i64 = 1_700_000_000_000;

fn share(dashboard: &str) -> NewShare {
    NewShare {
        dashboard: dashboard.to_owned(),
        panel: None,
        title: "For the wall".to_owned(),
        expires_at: Some(NOW + 1000),
        theme: None,
        time: ShareTime::Free,
        variables: BTreeMap::new(),
        origins: Vec::new(),
        refresh: None,
    }
}

#[tokio::test]
async fn a_share_opens_until_it_does_not() {
    let home = home().await;
    let dashboards = home.dashboards();
    dashboards.create(dashboard("a", "A", 2), None, "").await.unwrap();
    let made = dashboards.create_share(share("a"), NOW).await.unwrap();
    let opened = dashboards.open_share(&made.token, NOW + 5).await.unwrap();
    assert_eq!((opened.uid.as_str(), &opened.share), (made.uid.as_str(), &made.share));
    dashboards.check_token(&made.token, NOW + 7).await.unwrap();
    dashboards.open_share(&made.token, NOW + 6).await.unwrap();
    for _ in 0..2 {
        // Before and after they are stored.
        let listed = &dashboards.shares(Some("a")).await.unwrap()[0];
        assert_eq!((listed.views, listed.last_use), (2, Some(NOW + 6)), "the check does not count");
        dashboards.flush_uses().await.unwrap();
    }
    assert!(dashboards.shares(Some("b")).await.unwrap().is_empty());

    let why = async |token: &str, now| dashboards.open_share(token, now).await.unwrap_err();
    let forged = format!("{}x.{}", made.uid, made.token.split_once('.').unwrap().1);
    for token in [forged.as_str(), made.uid.as_str(), "", "a.b.c"] {
        assert!(matches!(why(token, NOW).await, OpenError::Unknown), "{token}");
    }
    assert!(matches!(why(&made.token, NOW + 1000).await, OpenError::Expired));
    dashboards.pause_share(&made.uid, true, NOW).await.unwrap();
    assert!(matches!(why(&made.token, NOW).await, OpenError::Paused));
    dashboards.pause_share(&made.uid, false, NOW).await.unwrap();
    dashboards.open_share(&made.token, NOW).await.unwrap();
    dashboards.delete("a", None).await.unwrap();
    assert!(matches!(why(&made.token, NOW).await, OpenError::DashboardGone));
    dashboards.revoke_share(&made.uid).await.unwrap();
    assert!(matches!(why(&made.token, NOW).await, OpenError::Unknown));
    dashboards.flush_uses().await.unwrap();
    assert!(dashboards.shares(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn shares_that_make_no_sense_are_refused() {
    let home = home().await;
    let dashboards = home.dashboards();
    let mut shown = dashboard("a", "A", 2);
    shown.variables = vec![Variable {
        name: "job".to_owned(),
        query: "label_values(job)".to_owned(),
        ..Variable::default()
    }];
    dashboards.create(shown, None, "").await.unwrap();
    let locked = |from: &str| ShareTime::Locked { from: from.to_owned(), to: "now".to_owned() };
    let variable =
        |name: &str| BTreeMap::from([(name.to_owned(), ShareVariable::Locked(vec!["x".to_owned()]))]);
    let origins = |origins: &[&str]| origins.iter().map(|origin| (*origin).to_owned()).collect::<Vec<_>>();
    for (wrong, field) in [
        (NewShare { panel: Some(3), ..share("a") }, "panel:"),
        (NewShare { expires_at: Some(NOW), ..share("a") }, "expires_at:"),
        (NewShare { theme: Some("red".to_owned()), ..share("a") }, "theme:"),
        (NewShare { time: locked("yesterday"), ..share("a") }, "time:"),
        (NewShare { variables: variable("host"), ..share("a") }, "variables:"),
        (NewShare { origins: origins(&["https://a.org", "*"]), ..share("a") }, "origins:"),
        (NewShare { origins: origins(&["a.org"]), ..share("a") }, "origins:"),
        (NewShare { refresh: Some("often".to_owned()), ..share("a") }, "refresh:"),
    ] {
        let refused = dashboards.create_share(wrong, NOW).await.unwrap_err();
        assert!(matches!(refused, DashboardError::BadInput(_)), "{refused}");
        assert!(refused.to_string().starts_with(field), "{refused}");
    }
    assert!(matches!(dashboards.create_share(share("b"), NOW).await, Err(DashboardError::NotFound { .. })));
    let right = NewShare {
        panel: Some(2),
        theme: Some("dark".to_owned()),
        time: locked("now-6h"),
        variables: variable("job"),
        origins: origins(&["*"]),
        refresh: Some("10s".to_owned()),
        ..share("a")
    };
    let made = dashboards.create_share(right.clone(), NOW).await.unwrap();
    assert_eq!(dashboards.open_share(&made.token, NOW).await.unwrap().share, right);
}

#[tokio::test]
async fn snapshots_go_when_their_time_is_up() {
    let home = Home::new(DashboardSettings { max_snapshot_bytes: 10, ..DashboardSettings::default() }).await;
    let dashboards = home.dashboards();
    let short = dashboards.create_snapshot("Short", vec![1; 10], Some(NOW + 10), NOW).await.unwrap();
    let long = dashboards.create_snapshot("Long", vec![2], None, NOW + 1).await.unwrap();
    let large = dashboards.create_snapshot("Large", vec![1; 11], None, NOW).await.unwrap_err();
    assert!(matches!(large, DashboardError::TooLarge { .. }), "{large}");
    assert_eq!(dashboards.snapshot(&short.uid, NOW + 9).await.unwrap().bytes, [1; 10]);
    assert!(dashboards.snapshot(&short.uid, NOW + 10).await.is_err());
    assert_eq!(dashboards.snapshots().await.unwrap(), [long.clone(), short]);
    assert_eq!(dashboards.sweep_snapshots(NOW + 9).await.unwrap(), 0);
    assert_eq!(dashboards.sweep_snapshots(NOW + 10).await.unwrap(), 1);
    assert_eq!(dashboards.snapshots().await.unwrap(), std::slice::from_ref(&long));
    dashboards.delete_snapshot(&long.uid).await.unwrap();
    assert!(dashboards.snapshots().await.unwrap().is_empty());
}
