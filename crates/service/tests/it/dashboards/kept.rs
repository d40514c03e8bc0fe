use watchfire_dashboard::read;
use watchfire_service::dashboards::{DashboardError, DashboardFilter, DashboardSettings};

use super::{Home, dashboard, home};

#[tokio::test]
async fn a_dashboard_is_made_saved_restored_and_deleted() {
    let home = home().await;
    let dashboards = home.dashboards();
    let saved = dashboards.create(dashboard("web", "Web", 2), None, "made").await.unwrap();
    assert_eq!((saved.uid.as_str(), saved.version), ("web", 1));
    let again = dashboards.create(dashboard("web", "Web", 2), None, "made").await.unwrap_err();
    assert!(matches!(again, DashboardError::Exists { .. }), "{again}");

    let mut changed = dashboards.get("web").await.unwrap().dashboard;
    changed.panels[1].title = "Load".to_owned();
    assert_eq!(dashboards.save("web", changed.clone(), 1, "load").await.unwrap().version, 2);

    // Who saved over version 1, too, is shown what is there.
    let mut other = dashboard("web", "Mine", 2);
    match dashboards.save("web", other.clone(), 1, "mine").await.unwrap_err() {
        DashboardError::Changed(current) => assert_eq!((current.version, current.dashboard), (2, changed)),
        error => panic!("{error}"),
    }
    other.uid = "other".to_owned();
    assert!(matches!(dashboards.save("web", other.clone(), 2, "").await, Err(DashboardError::BadInput(_))));
    assert!(matches!(dashboards.save("other", other, 1, "").await, Err(DashboardError::NotFound { .. })));

    let found = dashboards.diff("web", 1, 2).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "panels[id=2].title");
    assert_eq!(dashboards.restore("web", 1, 2).await.unwrap().version, 3);
    assert!(dashboards.diff("web", 1, 3).await.unwrap().is_empty());
    let versions = dashboards.versions("web").await.unwrap();
    let told: Vec<_> =
        versions.iter().map(|version| (version.version, version.message.as_str(), version.current)).collect();
    assert_eq!(told, [(3, "restored version 1", true), (2, "load", false), (1, "made", false)]);

    assert!(matches!(dashboards.delete("web", Some(2)).await, Err(DashboardError::Changed(_))));
    dashboards.delete("web", Some(3)).await.unwrap();
    for missing in [
        dashboards.get("web").await.map(drop),
        dashboards.delete("web", None).await,
        dashboards.versions("web").await.map(drop),
        dashboards.version("web", 1).await.map(drop),
    ] {
        assert!(matches!(missing, Err(DashboardError::NotFound { .. })), "{missing:?}");
    }
}

#[tokio::test]
async fn what_is_not_known_survives_being_saved() {
    let home = home().await;
    let dashboards = home.dashboards();
    let text = r#"{"uid": "odd", "title": "Odd", "from_the_future": {"a": [1, 2.5]}, "panels": [
        {"id": 1, "kind": "hologram", "depth": 3, "queries": [{"id": "A", "expr": "up", "colour_by": "mood"}]}]}"#;
    let made =
        dashboards.create(dashboards.read_text(text.to_owned()).await.unwrap(), None, "").await.unwrap();
    assert!(made.notes.iter().any(|note| note.place == "panels[0].kind"), "{:?}", made.notes);
    let found = dashboards.get("odd").await.unwrap();
    dashboards.save("odd", found.dashboard, 1, "").await.unwrap();
    let exported = dashboards.export("odd").await.unwrap();
    let (written, expected): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&exported).unwrap(), serde_json::from_str(text).unwrap());
    assert_eq!(written["from_the_future"], expected["from_the_future"]);
    assert_eq!(written["panels"][0]["kind"], "hologram");
    assert_eq!(written["panels"][0]["depth"], 3);
    assert_eq!(written["panels"][0]["queries"], expected["panels"][0]["queries"]);
    assert_eq!(read(&exported).unwrap().0, dashboards.get("odd").await.unwrap().dashboard);
}

#[tokio::test]
async fn large_dashboards_are_kept_and_too_large_ones_are_refused() {
    let home = home().await;
    let dashboards = home.dashboards();
    dashboards.create(dashboard("large", "Large", 1000), None, "").await.unwrap();
    assert_eq!(dashboards.get("large").await.unwrap().dashboard.panels.len(), 1000);

    let small = Home::new(DashboardSettings { max_bytes: 1000, ..DashboardSettings::default() }).await;
    let refused = small.dashboards().create(dashboard("a", "A", 100), None, "").await.unwrap_err();
    assert!(refused.to_string().contains("1000 are allowed (dashboards.max_bytes)"), "{refused}");
    let refused = small.dashboards().read_text(" ".repeat(1001)).await.unwrap_err();
    assert!(matches!(refused, DashboardError::TooLarge { .. }), "{refused}");
}

#[tokio::test]
async fn texts_without_a_uid_get_one_and_wrong_ones_are_told_by_line() {
    let home = home().await;
    let dashboards = home.dashboards();
    let made = dashboards.read_text("{\n\"title\": \"My Board\", \"panels\": []}".to_owned()).await.unwrap();
    assert!(made.uid.starts_with("my-board-"), "{}", made.uid);
    let nested = "{\"title\": \"A\", \"panels\": [{\"id\": 1, \"uid\": \"x\"}]}";
    assert!(dashboards.read_text(nested.to_owned()).await.unwrap().uid.starts_with("a-"));
    let wrong = dashboards
        .read_text("{\"uid\": \"a b\", \"title\": \"A\", \"panels\": []}".to_owned())
        .await
        .unwrap_err();
    assert!(wrong.to_string().starts_with("line 1: uid: must be 1 to 64 letters"), "{wrong}");
    let reserved = dashboards.create(dashboard("import", "A", 1), None, "").await.unwrap_err();
    assert!(matches!(reserved, DashboardError::BadInput(_)), "{reserved}");
    let refused = dashboards.read_text("{\n\"title\": \"\", \"panels\": []}".to_owned()).await.unwrap_err();
    assert_eq!(refused.to_string(), "line 2: title: must not be empty");
}

#[tokio::test]
async fn dashboards_are_found() {
    let home = home().await;
    let dashboards = home.dashboards();
    for (uid, title, tags) in
        [("b", "beta", &["x", "y"][..]), ("a", "Alpha Node", &["x"]), ("c", "Gamma", &[])]
    {
        let mut one = dashboard(uid, title, 1);
        one.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        dashboards.create(one, None, "").await.unwrap();
    }
    dashboards.set_favourite("c", true).await.unwrap();
    assert!(dashboards.set_favourite("nothing", true).await.is_err());
    let found = async |filter: DashboardFilter| {
        let heads = dashboards.list(&filter).await.unwrap();
        heads.into_iter().map(|head| head.uid).collect::<Vec<_>>().join(" ")
    };
    let none = DashboardFilter::default;
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    assert_eq!(found(none()).await, "a b c");
    assert_eq!(found(DashboardFilter { text: "NODE alp".to_owned(), ..none() }).await, "a");
    assert_eq!(found(DashboardFilter { text: "y".to_owned(), ..none() }).await, "b");
    assert_eq!(found(DashboardFilter { tags: tags(&["x"]), ..none() }).await, "a b");
    assert_eq!(found(DashboardFilter { tags: tags(&["x", "y"]), ..none() }).await, "b");
    assert_eq!(found(DashboardFilter { favourite: true, ..none() }).await, "c");
    dashboards.set_favourite("c", false).await.unwrap();
    assert_eq!(found(DashboardFilter { favourite: true, ..none() }).await, "");
}

#[tokio::test]
async fn imports_are_shown_before_they_are_taken_over() {
    let home = home().await;
    let dashboards = home.dashboards();
    dashboards.create(dashboard("one", "Mine", 1), None, "").await.unwrap();
    let text = "one:\n  title: First\n  panels:\n  - {title: P, type: stat, metric: up}\ntwo:\n  title: Second\n  panels:\n  - {title: P, type: gauge, metric: up}\n";
    let import = dashboards.import(text.to_owned(), "boards.yaml").await.unwrap();
    let clashes: Vec<bool> = import.dashboards.iter().map(|preview| preview.clash.is_some()).collect();
    assert_eq!(clashes, [true, false]);
    let refused = dashboards.take_over(import.clone(), None, false).await.unwrap_err();
    assert!(matches!(refused, DashboardError::Exists { .. }), "{refused}");
    assert!(dashboards.find("two").await.unwrap().is_none(), "all or nothing");
    let saved = dashboards.take_over(import, None, true).await.unwrap();
    let told: Vec<_> = saved.iter().map(|saved| (saved.uid.as_str(), saved.version)).collect();
    assert_eq!(told, [("one", 2), ("two", 1)]);

    let panels = "panels:\n  - {title: P, type: stat, metric: up}\n".replace('\n', "\n  ");
    let twice = format!("a b:\n  title: One\n  {panels}\na-b:\n  title: Two\n  {panels}\n");
    let twice = dashboards.import(twice, "").await.unwrap();
    let refused = dashboards.take_over(twice, None, false).await.unwrap_err();
    assert!(refused.to_string().contains("\"a-b\" stands twice"), "{refused}");
    assert!(dashboards.find("a-b").await.unwrap().is_none());

    let grafana = include_str!("../../../../dashboard/tests/it/grafana/data/apache-full.json");
    let import = dashboards.import(grafana.to_owned(), "apache.json").await.unwrap();
    assert_eq!(dashboards.take_over(import, None, false).await.unwrap()[0].version, 1);
}

#[tokio::test]
async fn without_a_store_everything_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let settings = watchfire_storage::Settings { dir: dir.path().to_owned(), ..Default::default() };
    let engine = watchfire_storage::Engine::open(settings).await.unwrap();
    let engine = std::sync::Arc::new(engine);
    let bare = watchfire_service::Service::new(engine.clone(), engine);
    let refused = bare.dashboards().list(&DashboardFilter::default()).await.unwrap_err();
    assert!(matches!(refused, DashboardError::Absent), "{refused}");
}
