//! Folders, library panels, playlists, annotations.

use watchfire_dashboard::{Kind, Panel, Place};
use watchfire_model::TimeRange;
use watchfire_service::dashboards::{
    AnnotationQuestion, DashboardError, DashboardFilter, DashboardSettings, NewAnnotation, Playlist,
    PlaylistItem,
};

use super::{Home, dashboard, home};

#[tokio::test]
async fn folders_hold_dashboards() {
    let home = home().await;
    let dashboards = home.dashboards();
    let team = dashboards.create_folder(" Team A ").await.unwrap();
    assert_eq!(team.title, "Team A");
    assert!(matches!(dashboards.create_folder("Team A").await, Err(DashboardError::Exists { .. })));
    let other = dashboards.create_folder("Other").await.unwrap();
    dashboards.rename_folder(&other.uid, "Others").await.unwrap();
    assert!(matches!(
        dashboards.rename_folder(&other.uid, "Team A").await,
        Err(DashboardError::Exists { .. })
    ));
    dashboards.create(dashboard("a", "A", 1), Some(team.uid.clone()), "").await.unwrap();
    dashboards.create(dashboard("b", "B", 1), None, "").await.unwrap();
    let nowhere = dashboards.create(dashboard("c", "C", 1), Some("nowhere".to_owned()), "").await;
    assert!(matches!(nowhere, Err(DashboardError::NotFound { what: "folder", .. })), "{nowhere:?}");
    let within = async |folder: &str| {
        let filter = DashboardFilter { folder: Some(folder.to_owned()), ..DashboardFilter::default() };
        let heads = dashboards.list(&filter).await.unwrap();
        heads.into_iter().map(|head| head.uid).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((within(&team.uid).await, within("").await), ("a".to_owned(), "b".to_owned()));

    // A dashboard that is saved stays where it is.
    dashboards.save("a", dashboard("a", "A2", 1), 1, "").await.unwrap();
    assert_eq!(within(&team.uid).await, "a");
    assert!(matches!(dashboards.delete_folder(&team.uid, None).await, Err(DashboardError::Refused(_))));
    assert!(dashboards.delete_folder(&team.uid, Some(&team.uid)).await.is_err());
    dashboards.delete_folder(&team.uid, Some(&other.uid)).await.unwrap();
    assert_eq!(within(&other.uid).await, "a");
    dashboards.move_dashboard("a", None).await.unwrap();
    dashboards.delete_folder(&other.uid, None).await.unwrap();
    assert_eq!(within("").await, "a b");
    assert!(dashboards.folders().await.unwrap().is_empty());
}

#[tokio::test]
async fn library_panels_are_shown_by_dashboards() {
    let home = home().await;
    let dashboards = home.dashboards();
    let panel = |title: &str| Panel { kind: Kind::Stat, title: title.to_owned(), ..Panel::default() };
    let shared = dashboards.create_library_panel(panel("Errors"), "").await.unwrap();
    let untitled = dashboards.create_library_panel(panel(" "), "").await.unwrap_err();
    assert!(matches!(untitled, DashboardError::BadInput(_)), "{untitled}");

    let mut user = dashboard("a", "A", 2);
    user.panels[1].library = Some(shared.uid.clone());
    dashboards.create(user, None, "").await.unwrap();
    dashboards.save_library_panel(&shared.uid, panel("All errors"), 1, "").await.unwrap();
    let late = dashboards.save_library_panel(&shared.uid, panel("Late"), 1, "").await.unwrap_err();
    assert!(matches!(late, DashboardError::Conflict { current: 2, .. }), "{late}");
    assert_eq!(dashboards.library_panels().await.unwrap()[0].used_by, ["a"]);

    let shown = dashboards.resolve(dashboards.get("a").await.unwrap().dashboard).await.unwrap();
    let place = Place { x: 0, y: 16, ..Place::default() };
    let second = &shown.panels[1];
    assert_eq!((second.id, second.at, second.title.as_str()), (2, place, "All errors"));
    assert_eq!(second.kind, Kind::Stat);
    assert_eq!(shown.panels[0].title, "Panel 1");

    let refused = dashboards.delete_library_panel(&shared.uid, false).await.unwrap_err();
    assert!(refused.to_string().contains("is shown by a;"), "{refused}");
    dashboards.delete_library_panel(&shared.uid, true).await.unwrap();
    let shown = dashboards.resolve(dashboards.get("a").await.unwrap().dashboard).await.unwrap();
    assert_eq!((shown.panels[1].kind.clone(), shown.panels[1].at), (Kind::Text, place));
    assert!(shown.panels[1].view.text.contains("not there any more"));
}

#[tokio::test]
async fn playlists_name_dashboards_and_tags() {
    let home = home().await;
    let dashboards = home.dashboards();
    for (uid, tag) in [("a", "wall"), ("b", "wall"), ("c", "other")] {
        let mut one = dashboard(uid, uid, 1);
        one.tags = vec![tag.to_owned()];
        dashboards.create(one, None, "").await.unwrap();
    }
    let playlist = Playlist {
        title: "Wall".to_owned(),
        interval: "30s".to_owned(),
        items: vec![
            PlaylistItem::Dashboard("b".to_owned()),
            PlaylistItem::Tag("wall".to_owned()),
            PlaylistItem::Dashboard("gone".to_owned()),
        ],
        ..Playlist::default()
    };
    let made = dashboards.create_playlist(playlist.clone()).await.unwrap();
    let shown = dashboards.play(&made.uid).await.unwrap();
    assert_eq!(shown.iter().map(|head| head.uid.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    let saved =
        dashboards.save_playlist(Playlist { interval: "1m".to_owned(), ..made.clone() }).await.unwrap();
    assert_eq!(saved.version, 2);
    assert!(matches!(dashboards.save_playlist(made.clone()).await, Err(DashboardError::Conflict { .. })));
    assert_eq!(dashboards.playlists().await.unwrap(), [saved]);
    for wrong in [
        Playlist { title: String::new(), ..playlist.clone() },
        Playlist { interval: "soon".to_owned(), ..playlist.clone() },
        Playlist { items: Vec::new(), ..playlist },
    ] {
        assert!(matches!(dashboards.create_playlist(wrong).await, Err(DashboardError::BadInput(_))));
    }
    dashboards.delete_playlist(&made.uid).await.unwrap();
    assert!(matches!(dashboards.playlist(&made.uid).await, Err(DashboardError::NotFound { .. })));
}

#[tokio::test]
async fn annotations_have_limits() {
    let limits = DashboardSettings {
        max_annotations: 2,
        max_annotation_bytes: 20,
        max_annotations_shown: 1,
        ..DashboardSettings::default()
    };
    let home = Home::new(limits).await;
    let dashboards = home.dashboards();
    let new = |time, title: &str| NewAnnotation { time, title: title.to_owned(), ..NewAnnotation::default() };
    for wrong in [
        new(0, "x"),
        new(5, " "),
        NewAnnotation { time_end: Some(4), ..new(5, "x") },
        NewAnnotation { panel: Some(1), ..new(5, "x") },
        NewAnnotation { dashboard: Some("a b".to_owned()), ..new(5, "x") },
    ] {
        let refused = dashboards.add_annotation(wrong.clone()).await;
        assert!(matches!(refused, Err(DashboardError::BadInput(_))), "{wrong:?}");
    }
    let long = dashboards.add_annotation(new(5, &"x".repeat(21))).await;
    assert!(matches!(long, Err(DashboardError::TooLarge { .. })), "{long:?}");
    let first = dashboards.add_annotation(new(5, "deploy")).await.unwrap();
    assert_eq!(first.made_by, "local");
    dashboards.add_annotation(new(6, "deploy")).await.unwrap();
    assert!(matches!(dashboards.add_annotation(new(7, "deploy")).await, Err(DashboardError::Refused(_))));
    let range = TimeRange { start: 0, end: 100 };
    let all = AnnotationQuestion { range, tags: Vec::new(), dashboard: None, panel: None, limit: Some(100) };
    let shown = dashboards.annotations(all).await.unwrap();
    assert_eq!(shown.iter().map(|one| one.start).collect::<Vec<_>>(), [6]);
    let changed = dashboards.change_annotation(first.id, new(9, "rollback")).await.unwrap();
    assert_eq!(dashboards.annotation(first.id).await.unwrap(), changed);
    dashboards.delete_annotation(first.id).await.unwrap();
    assert!(matches!(dashboards.delete_annotation(first.id).await, Err(DashboardError::NotFound { .. })));
}
