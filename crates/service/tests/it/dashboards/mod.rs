//! Dashboards behind the interface, over a real store.

mod files;
mod folders;
mod kept;
mod shares;
mod variables;

use std::sync::Arc;

use tempfile::TempDir;
use watchfire_dashboard::{Dashboard, Panel, Place};
use watchfire_model::{Batch, Labels};
use watchfire_service::Service;
use watchfire_service::dashboards::{DashboardSettings, Dashboards};
use watchfire_storage::{Engine, Settings};

/// A service over a data directory of the test's own.
pub(crate) struct Home {
    pub(crate) service: Service,
    _dir: TempDir,
}

impl Home {
    pub(crate) async fn new(settings: DashboardSettings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let storage = Settings {
            dir: dir.path().to_owned(),
            retention: None,
            out_of_order_window: None,
            keep_versions: 10,
            ..Settings::default()
        };
        let engine = Engine::open(storage).await.unwrap();
        let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()))
            .with_control(Arc::new(engine.control()), settings);
        Self { service, _dir: dir }
    }

    pub(crate) fn dashboards(&self) -> Dashboards {
        self.service.dashboards()
    }

    /// Stores a 1 at this time (milliseconds since the epoch) for each of these series.
    pub(crate) async fn append(&self, at: i64, all: &[(&str, &[(&str, &str)])]) {
        let mut batch = Batch::default();
        for (metric, labels) in all {
            batch.push(&Labels::of(metric, labels.iter().copied()).unwrap(), at, 1.0);
        }
        self.service.append(batch).await.unwrap();
    }
}

pub(crate) async fn home() -> Home {
    Home::new(DashboardSettings::default()).await
}

/// A dashboard with so many panels.
pub(crate) fn dashboard(uid: &str, title: &str, panels: u32) -> Dashboard {
    let panel = |id| Panel {
        id,
        title: format!("Panel {id}"),
        at: Place { x: 0, y: id as u16 * 8, ..Place::default() },
        ..Panel::default()
    };
    Dashboard {
        uid: uid.to_owned(),
        title: title.to_owned(),
        panels: (1..=panels).map(panel).collect(),
        ..Dashboard::default()
    }
}
