use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{Durability, StorageError};

pub(crate) static JOURNAL: Migrator = sqlx::migrate!("../../migrations/journal");
pub(crate) static CONTROL: Migrator = sqlx::migrate!("../../migrations/control");
pub(crate) static PARTITION: Migrator = sqlx::migrate!("../../migrations/partition");

/// Connections that nobody used for so long are closed; with the last one SQLite folds the file's WAL into it.
const IDLE: Duration = Duration::from_mins(1);

/// How every database is opened. What is a property of the file is not among it: a file of a newer version must stay as
/// it is.
pub(crate) fn options(file: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Process => SqliteSynchronous::Normal,
        Durability::PowerLoss => SqliteSynchronous::Full,
    };
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .synchronous(synchronous)
        .disable_statement_logging()
}

/// A pool that opens connections when they are needed.
pub(crate) fn pool(options: SqliteConnectOptions, connections: u32) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(IDLE)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

/// Brings a database to this build's schema, or refuses one of a newer version without touching it. A new file gets
/// the WAL mode first, which makes its first transactions cheap, too.
pub(crate) async fn migrate(pool: &SqlitePool, migrator: &Migrator, file: &Path) -> Result<(), StorageError> {
    let failed = |error| StorageError::sqlite(file, error);
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(pool).await.map_err(failed)?;
    if tables == 0 {
        // One connection for all: the first two are its own until the third makes the file. They do not stand among the
        // options, since to say how a file is vacuumed writes to it, with each connection anew.
        let mut connection = pool.acquire().await.map_err(failed)?;
        // Bodies are tens of kilobytes, and what is deleted goes back to the disk.
        for pragma in
            ["PRAGMA page_size = 16384", "PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL"]
        {
            sqlx::query(pragma).execute(&mut *connection).await.map_err(failed)?;
        }
    }
    migrator.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMismatch(_) => StorageError::OlderVersion { file: file.to_owned() },
        MigrateError::VersionMissing(_) => StorageError::NewerVersion { file: file.to_owned() },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
        other => StorageError::corrupt(file, other),
    })
}
