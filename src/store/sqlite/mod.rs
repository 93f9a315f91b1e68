//! SQLite: one writer thread with group commit, a few read-only connections, WAL and synchronous FULL.
//! `rusqlite` is named nowhere else.

mod audits;
mod cells;
mod companies;
mod contacts;
mod convert;
mod decisions;
mod journal;
mod leads;
mod links;
mod members;
mod migrate;
mod models;
mod outbox;
mod overrides;
mod presence;
mod records;
mod reviews;
mod runs;
mod search;
mod suppressions;
mod ui_state;
mod writer;

use super::{Result, StoreError};
use presence::Presence;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, watch};
use writer::Writer;

/// Read-only connections; more would only queue for the two cores.
const READERS: usize = 3;
/// How long SQLite waits for another process's write lock.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection; there are about a hundred verbs.
const STATEMENTS: usize = 160;

/// One database, shared by every clone. Dropping the last clone waits for accepted writes.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    free: Semaphore,
    presence: Presence,
}

/// One consistent moment of the database. Its methods are the verbs that ask.
pub struct View<'a> {
    db: &'a Connection,
}

/// One transaction. Its methods are the verbs that change; it can also ask everything a [`View`] can.
pub struct Desk<'a> {
    view: View<'a>,
}

impl<'a> Deref for Desk<'a> {
    type Target = View<'a>;
    fn deref(&self) -> &View<'a> {
        &self.view
    }
}

impl Store {
    /// Opens the database at `path`, makes or upgrades it where needed, and checks that it is sound.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |what: String| StoreError::Open { path: path.to_owned(), what };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_private(folder).map_err(|error| fail(error.to_string()))?;
        }
        let mut db = Connection::open(path).map_err(|error| fail(error.to_string()))?;
        prepare(&db)?;
        migrate::migrate(&mut db, path)?;
        for gone in presence::sweep(path).map_err(|error| fail(error.to_string()))? {
            Desk { view: View { db: &db } }.release_leases_of(&gone)?;
        }
        let presence = Presence::take(path).map_err(|error| fail(error.to_string()))?;
        let writer = Writer::start(db);
        let readers = (0..READERS).map(|_| reader(path)).collect::<Result<Vec<_>>>()?;
        Ok(Self(Arc::new(Inner { path: path.to_owned(), writer, readers: Mutex::new(readers), free: Semaphore::new(READERS), presence })))
    }

    /// The name under which `who` holds leases in this process. When the process dies, the next one to open the database
    /// gives them back.
    pub fn holder(&self, who: &str) -> String {
        format!("{} {who}", self.0.presence.name())
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Looks at one consistent moment. `look` runs on a thread that may block.
    pub async fn read<T, E>(&self, look: impl FnOnce(&View<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = self.0.clone();
        let looked = tokio::task::spawn_blocking(move || inner.look(look)).await;
        looked.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Looks at one consistent moment on this very thread: for point look-ups of microseconds where nothing can wait.
    pub fn read_now<T, E: From<StoreError>>(&self, look: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        self.0.look(look)
    }

    /// Works at a desk: all of `work` or nothing of it, durable when this returns. A panic in `work` is nothing.
    pub async fn write<T, E>(&self, work: impl FnOnce(&Desk<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let job = move |db: &Connection| work(&Desk { view: View { db } });
        self.0.writer.run(job).await.unwrap_or_else(|| Err(StoreError::Closed.into()))
    }

    /// Changes whenever this process has written.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.0.writer.written()
    }

    /// A number that differs from the last one when another process has written since. This process's own writes do not
    /// count: it is asked on the connection that makes them.
    pub async fn data_version(&self) -> Result<i64> {
        self.write(|desk: &Desk<'_>| desk.value("PRAGMA data_version", [])).await
    }

    /// SQLite's own check of the whole file. Slow on a large one: for `doctor`.
    pub async fn check(&self) -> Result<()> {
        self.read(|view| {
            let found: String = view.db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if found == "ok" { Ok(()) } else { Err(StoreError::Corrupt { what: found }) }
        })
        .await
    }
}

impl Inner {
    fn look<T, E: From<StoreError>>(&self, look: impl FnOnce(&View<'_>) -> Result<T, E>) -> Result<T, E> {
        // The semaphore and the pool have the same size, so a permit means a connection.
        let _permit = loop {
            match self.free.try_acquire() {
                Ok(permit) => break permit,
                Err(_) => std::thread::sleep(Duration::from_micros(200)),
            }
        };
        let taken = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(db) = taken else { return Err(StoreError::Closed.into()) };
        let answer = db.execute_batch("BEGIN").map_err(|error| E::from(StoreError::from(error))).and_then(|()| look(&View { db: &db }));
        let ended = db.execute_batch("ROLLBACK");
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        ended.map_err(|error| E::from(StoreError::from(error)))?;
        answer
    }
}

/// Personal data is nobody else's on this machine.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// What every connection has.
fn settle(db: &Connection) -> Result<()> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan must not depend on bound values: beside partial indexes SQLite would prepare a statement anew for each of
    // them, which took a tenth of an import.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A reading connection. What it maps counts as the process's memory once for each, so that it maps little.
fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let db = Connection::open_with_flags(path, flags)?;
    settle(&db)?;
    db.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000; PRAGMA mmap_size = 67108864;")?;
    Ok(db)
}

/// Pragmas of the writing connection; reference: stack notes 7.3 (WAL + FULL, secure delete, bounded journal).
fn prepare(db: &Connection) -> Result<()> {
    settle(db)?;
    db.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;",
    )?;
    Ok(())
}
