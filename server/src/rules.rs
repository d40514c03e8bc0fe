//! `watchfire check rules` and `watchfire test rules`: as promtool has them, without a server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use watchfire_service::Service;
use watchfire_service::alerting::{Checked, check_rules, test_rules};
use watchfire_storage::{Engine, Settings};

use crate::fatal::{Fatal, RUNTIME_FAILURE};

/// Reads rule files as the server would. Exit code 1 where something is wrong.
pub(crate) fn check(files: &[PathBuf]) -> ExitCode {
    ended(in_scratch(async |scratch| {
        let settings = Settings { dir: scratch.join("check"), min_free_bytes: 0, ..Settings::default() };
        let engine = Engine::open(settings).await?;
        let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()));
        let told = files.iter().map(|file| check_rules(&service, file)).collect();
        engine.close().await;
        Ok(told)
    }))
}

/// Runs the tests of files. Exit code 1 where one fails.
pub(crate) fn test(files: &[PathBuf]) -> ExitCode {
    ended(in_scratch(async |scratch| {
        let mut told = Vec::new();
        for (index, file) in files.iter().enumerate() {
            told.push(test_rules(file, &scratch.join(index.to_string())).await);
        }
        Ok(told)
    }))
}

/// Does work in a folder that is gone afterwards.
fn in_scratch(work: impl AsyncFnOnce(&Path) -> Result<Vec<Checked>, Fatal>) -> Result<Vec<Checked>, Fatal> {
    let scratch = std::env::temp_dir().join(format!("watchfire-rules-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let told = runtime.block_on(work(&scratch));
    drop(runtime);
    std::fs::remove_dir_all(&scratch)?;
    told
}

fn ended(told: Result<Vec<Checked>, Fatal>) -> ExitCode {
    match told {
        Ok(told) => {
            for Checked { text, well } in &told {
                if *well { println!("{text}") } else { eprintln!("{text}") }
            }
            let well = told.iter().all(|checked| checked.well);
            if well { ExitCode::SUCCESS } else { ExitCode::from(RUNTIME_FAILURE) }
        }
        Err(error) => {
            eprintln!("watchfire: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
