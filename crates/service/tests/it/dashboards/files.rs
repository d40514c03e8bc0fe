//! Dashboards as files.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use watchfire_service::dashboards::{DashboardError, DashboardFilter, DashboardSettings, Shipped, shipped};

use super::{Home, dashboard};

async fn provisioned(write_back: bool) -> (TempDir, Home) {
    let dir = tempfile::tempdir().unwrap();
    let dirs = vec![dir.path().to_owned()];
    let home = Home::new(DashboardSettings { dirs, write_back, ..DashboardSettings::default() }).await;
    (dir, home)
}

fn put(dir: &Path, name: &str, text: &str) {
    let file = dir.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn titled(uid: &str, title: &str) -> String {
    format!(
        "{{\"uid\": \"{uid}\",\n\"title\": \"{title}\",\n\"panels\": [{{\"id\": 1, \"kind\": \"stat\"}}]}}\n"
    )
}

async fn titles(home: &Home) -> Vec<String> {
    home.dashboards().reload_files().await.unwrap();
    let heads = home.dashboards().list(&DashboardFilter::default()).await.unwrap();
    heads
        .into_iter()
        .map(|head| {
            let marks = [(head.managed, "managed"), (head.drifted, "drifted")];
            let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
            format!(
                "{}={} v{} {} {}",
                head.uid,
                head.title,
                head.version,
                head.folder.unwrap_or_default(),
                marks.join(" ")
            )
        })
        .collect()
}

#[tokio::test]
async fn files_are_the_source_of_their_dashboards() {
    let (dir, home) = provisioned(false).await;
    let dashboards = home.dashboards();
    put(dir.path(), "web.json", &titled("web", "Web"));
    put(dir.path(), "Team A/outline.yaml", "title: Team\npanels:\n  - {title: P, type: stat, metric: up}\n");
    put(dir.path(), "Team A/notes.txt", "nothing");
    put(dir.path(), ".hidden/web.json", "{");
    assert_eq!(titles(&home).await, ["team-a-outline=Team v0 file-team-a managed", "web=Web v0  managed"]);
    let folders = dashboards.folders().await.unwrap();
    assert_eq!((folders[0].title.as_str(), folders[0].managed, folders[0].dashboards), ("Team A", true, 1));
    assert_eq!(dashboards.get("web").await.unwrap().version, 0);

    put(dir.path(), "web.json", &titled("web", "Webs"));
    fs::remove_file(dir.path().join("Team A/outline.yaml")).unwrap();
    assert_eq!(titles(&home).await, ["web=Webs v0  managed"]);
    for refused in
        [dashboards.delete("web", None).await, dashboards.move_dashboard("web", None).await.map(drop)]
    {
        assert!(matches!(refused, Err(DashboardError::Refused(_))), "{refused:?}");
    }
    let taken = dashboards.create(dashboard("web", "Mine", 1), None, "").await;
    assert!(matches!(taken, Err(DashboardError::Exists { .. })), "{taken:?}");
}

#[tokio::test]
async fn a_broken_file_leaves_what_it_said() {
    let (dir, home) = provisioned(false).await;
    let dashboards = home.dashboards();
    put(dir.path(), "web.json", &titled("web", "Web"));
    assert_eq!(titles(&home).await.len(), 1);
    put(dir.path(), "web.json", "{\"uid\": \"web\",\n\"title\": \"\", \"panels\": []}");
    put(dir.path(), "other.json", &titled("web", "Again"));
    for _ in 0..2 {
        // `other.json` comes first by its name, and the old one of `web.json` has its uid still.
        assert_eq!(titles(&home).await, ["web=Again v0  managed"]);
        let status = dashboards.provisioning_status();
        assert_eq!((status.dashboards, status.failures), (1, 2), "told once: {status:?}");
        let told: Vec<_> = status.errors.iter().map(|error| (error.line, error.place.as_str())).collect();
        assert_eq!(told, [(Some(2), "title"), (None, "uid")]);
    }
    fs::remove_file(dir.path().join("other.json")).unwrap();
    assert_eq!(titles(&home).await, ["web=Web v0  managed"]);
    put(dir.path(), "web.json", &titled("web", "Fixed"));
    assert_eq!(titles(&home).await, ["web=Fixed v0  managed"]);
    assert!(dashboards.provisioning_status().errors.is_empty());

    // A folder that cannot be read now does not take its dashboards away.
    let aside = dir.path().with_extension("aside");
    fs::rename(dir.path(), &aside).unwrap();
    titles(&home).await;
    assert!(dashboards.provisioning_status().errors[0].message.contains("the folder cannot be read"));
    assert_eq!(dashboards.get("web").await.unwrap().dashboard.title, "Fixed");
    fs::rename(&aside, dir.path()).unwrap();
    assert_eq!(titles(&home).await, ["web=Fixed v0  managed"]);
}

#[tokio::test]
async fn changes_made_here_are_kept_beside_the_file() {
    let (dir, home) = provisioned(false).await;
    let dashboards = home.dashboards();
    put(dir.path(), "web.json", &titled("web", "Web"));
    titles(&home).await;
    let mut mine = dashboards.get("web").await.unwrap().dashboard;
    mine.title = "Mine".to_owned();
    assert_eq!(dashboards.save("web", mine.clone(), 0, "mine").await.unwrap().version, 1);
    assert_eq!(titles(&home).await, ["web=Mine v1  managed drifted"]);
    let changes = dashboards.drift("web").await.unwrap();
    assert_eq!(changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(), ["title"]);
    let late = dashboards.save("web", mine.clone(), 0, "late").await.unwrap_err();
    assert!(matches!(&late, DashboardError::Changed(found) if found.version == 1), "{late}");

    // The file changes; what was made here stays, and is measured against it.
    put(dir.path(), "web.json", &titled("web", "Theirs").replace("stat", "gauge"));
    assert_eq!(titles(&home).await, ["web=Mine v1  managed drifted"]);
    assert_eq!(dashboards.drift("web").await.unwrap().len(), 2);
    assert_eq!(dashboards.diff("web", 0, 1).await.unwrap().len(), 2);

    assert!(matches!(dashboards.write_back("web").await, Err(DashboardError::Refused(_))), "it is off");
    assert!(matches!(dashboards.revert("web", Some(7)).await, Err(DashboardError::Changed(_))));
    dashboards.revert("web", Some(1)).await.unwrap();
    assert_eq!(titles(&home).await, ["web=Theirs v0  managed"]);
    dashboards.revert("web", None).await.unwrap();
    assert!(dashboards.drift("web").await.unwrap().is_empty());

    // Without its file, what was made here is a dashboard like any other.
    dashboards.save("web", mine, 0, "again").await.unwrap();
    fs::remove_file(dir.path().join("web.json")).unwrap();
    assert_eq!(titles(&home).await, ["web=Mine v2  "], "no number comes twice");
}

#[tokio::test]
async fn changes_are_written_back_where_that_is_allowed() {
    let (dir, home) = provisioned(true).await;
    let dashboards = home.dashboards();
    put(dir.path(), "web.json", &titled("web", "Web"));
    put(dir.path(), "team.yaml", "title: Team\nuid: team\npanels:\n  - {id: 1, kind: stat}\n");
    titles(&home).await;
    assert!(matches!(dashboards.write_back("web").await, Err(DashboardError::Refused(_))), "nothing changed");
    for uid in ["web", "team"] {
        let mut mine = dashboards.get(uid).await.unwrap().dashboard;
        mine.title = "Mine".to_owned();
        dashboards.save(uid, mine, 0, "").await.unwrap();
    }
    let refused = dashboards.write_back("team").await.unwrap_err().to_string();
    assert!(refused.contains("is YAML"), "{refused}");
    dashboards.write_back("web").await.unwrap();
    assert_eq!(titles(&home).await, ["team=Mine v1  managed drifted", "web=Mine v0  managed"]);
    let written = fs::read_to_string(dir.path().join("web.json")).unwrap();
    assert_eq!(written, dashboards.export("web").await.unwrap());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside");
}

#[tokio::test]
async fn those_of_the_program_are_sources_like_files() {
    let dir = tempfile::tempdir().unwrap();
    let settings = DashboardSettings {
        dirs: vec![dir.path().to_owned()],
        write_back: true,
        shipped: Shipped::All,
        ..DashboardSettings::default()
    };
    let home = Home::new(settings).await;
    let dashboards = home.dashboards();
    let there = titles(&home).await;
    assert_eq!(there.len(), shipped().count(), "{there:?}");
    assert!(there.contains(&"host=Host v0 shipped-watchfire managed".to_owned()), "{there:?}");
    let found = dashboards.get("host").await.unwrap();
    assert_eq!(found.meta.file.as_deref(), Some("shipped with Watchfire"));
    let status = dashboards.provisioning_status();
    assert_eq!((status.dashboards, status.shipped), (0, there.len()));
    assert!(dashboards.delete("host", None).await.unwrap_err().to_string().contains("dashboards.shipped"));
    assert!(matches!(dashboards.move_dashboard("host", None).await, Err(DashboardError::Refused(_))));

    // What is changed here is kept beside, and can be reverted.
    let mut mine = found.dashboard.clone();
    mine.title = "My host".to_owned();
    dashboards.save("host", mine, 0, "").await.unwrap();
    assert!(titles(&home).await.contains(&"host=My host v1 shipped-watchfire managed drifted".to_owned()));
    assert_eq!(dashboards.drift("host").await.unwrap().len(), 1);
    assert!(matches!(dashboards.write_back("host").await, Err(DashboardError::Refused(_))));
    dashboards.revert("host", None).await.unwrap();
    assert_eq!(dashboards.get("host").await.unwrap().dashboard, found.dashboard);

    // Those that pages of the interface show are there in any case.
    let settings = DashboardSettings { shipped: Shipped::Pages, ..DashboardSettings::default() };
    let pages = titles(&Home::new(settings).await).await;
    assert_eq!(
        pages,
        ["host=Host v0 shipped-watchfire managed", "overview=Overview v0 shipped-watchfire managed"]
    );

    // A file with its uid takes its place, without a word about it.
    put(dir.path(), "host.json", &titled("host", "Ours"));
    assert!(titles(&home).await.contains(&"host=Ours v0  managed".to_owned()));
    let status = dashboards.provisioning_status();
    assert_eq!((status.dashboards, status.shipped, status.errors.len()), (1, there.len() - 1, 0));
}
