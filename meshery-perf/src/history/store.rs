//! The tables, and what goes in and out of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use meshery_core::comparison::Unit;
use meshery_core::history::{Series, SeriesKey, SeriesPoint};
use meshery_core::{Error, ErrorKind, Result};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::record::{Record, Values};
use super::trend;

/// Each brings the tables from one version to the next; a file says in `user_version` how many it has seen.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// How long one process waits for another's transaction.
const PATIENCE: Duration = Duration::from_secs(30);
/// Until it is tried again where SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(5);

/// An error of SQLite as one of ours.
pub(super) fn failed(error: &rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => ErrorKind::Busy,
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => ErrorKind::Syntax,
        _ => ErrorKind::Io,
    };
    Error::new(kind, format!("the history: {error}"))
}

/// Opens the file, makes it if need be, and brings its tables up to date.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let place = || path.display().to_string();
    let mut connection = Connection::open(path).map_err(|error| failed(&error).at(place()))?;
    let begun = Instant::now();
    loop {
        match migrate(&mut connection) {
            // A file that somebody else turns into a write-ahead log, or leaves as the last one, is locked without its asking
            // whether one would wait.
            Err(error) if error.kind() == ErrorKind::Busy && begun.elapsed() < PATIENCE => sleep(PAUSE),
            done => return done.map(|()| connection).map_err(|error| error.at(place())),
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let set_up = |connection: &Connection| {
        connection.busy_timeout(PATIENCE)?;
        // A write-ahead log: readers never wait, and what was committed survives a crash.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)
    };
    set_up(connection).map_err(|error| failed(&error))?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| failed(&error))?;
    let seen: u32 =
        transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(|error| failed(&error))?;
    let known = MIGRATIONS.len() as u32;
    if seen > known {
        return Err(Error::new(ErrorKind::VersionUnsupported, "the history is of a later meshery")
            .expected(format!("at most version {known}"))
            .found(seen.to_string()));
    }
    for migration in MIGRATIONS.iter().skip(seen as usize) {
        transaction.execute_batch(migration).map_err(|error| failed(&error))?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(|error| failed(&error))?;
    transaction.commit().map_err(|error| failed(&error))
}

/// Adds a record in one transaction, unless it is there; its id either way.
pub(super) fn add(connection: &mut Connection, record: &Record) -> Result<u64> {
    insert(connection, record).map_err(|error| failed(&error))
}

fn insert(connection: &mut Connection, record: &Record) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let identity = params![record.recorded_unix_ns.cast_signed(), record.seed.to_string(), record.release];
    let known = transaction.query_row(
        "SELECT id FROM entry WHERE recorded_unix_ns = ?1 AND seed = ?2 AND release = ?3",
        identity,
        |row| row.get::<_, i64>(0),
    );
    if let Some(id) = known.optional()? {
        return Ok(id.cast_unsigned());
    }
    transaction.execute(
        "INSERT INTO entry (recorded_unix_ns, seed, release, tool, kernel) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            record.recorded_unix_ns.cast_signed(),
            record.seed.to_string(),
            record.release,
            record.tool,
            record.kernel
        ],
    )?;
    let entry = transaction.last_insert_rowid();
    for (arm, versions) in &record.versions {
        for (process, version) in versions {
            transaction
                .prepare_cached("INSERT INTO version (entry, arm, process, version) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![entry, arm, process, version])?;
        }
    }
    for Values { key, values } in &record.series {
        let series = series_id(&transaction, key)?;
        let mut insert =
            transaction.prepare_cached("INSERT INTO value (series, entry, block, value) VALUES (?1, ?2, ?3, ?4)")?;
        for (block, value) in values {
            insert.execute(params![series, entry, block, value])?;
        }
    }
    transaction.commit()?;
    Ok(entry.cast_unsigned())
}

fn series_id(connection: &Connection, key: &SeriesKey) -> rusqlite::Result<i64> {
    let (mesh, unit) = (key.mesh.to_string(), unit_name(key.unit));
    let columns = params![key.workload, key.point, key.arm, mesh, key.configuration, key.environment, key.metric, unit];
    connection
        .prepare_cached(
            "INSERT INTO series (workload, point, arm, mesh, configuration, environment, metric, unit)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        )?
        .execute(columns)?;
    connection
        .prepare_cached(
            "SELECT id FROM series WHERE workload = ?1 AND point = ?2 AND arm = ?3 AND mesh = ?4
             AND configuration = ?5 AND environment = ?6 AND metric = ?7 AND unit = ?8",
        )?
        .query_row(columns, |row| row.get(0))
}

fn unit_name(unit: Unit) -> String {
    match serde_json::to_value(unit) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn unit_of(name: String) -> rusqlite::Result<Unit> {
    let unit = serde_json::from_value(serde_json::Value::String(name));
    unit.map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, rusqlite::types::Type::Text, Box::new(error)))
}

/// The series that an entry has a value in, up to that entry; without one, every series.
pub(super) fn series(connection: &Connection, until: Option<u64>) -> Result<Vec<Series>> {
    let found = select(connection, until).map_err(|error| failed(&error))?;
    found.into_iter().map(|(key, points)| trend::series(key, points)).collect()
}

type Points = BTreeMap<SeriesKey, Vec<SeriesPoint>>;

fn select(connection: &Connection, until: Option<u64>) -> rusqlite::Result<Points> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, e.id, e.release, e.recorded_unix_ns, v.value
         FROM value v JOIN entry e ON e.id = v.entry JOIN series s ON s.id = v.series
         WHERE ?1 IS NULL OR (
             v.series IN (SELECT DISTINCT series FROM value WHERE entry = ?1)
             AND (e.recorded_unix_ns, e.id) <= (SELECT recorded_unix_ns, id FROM entry WHERE id = ?1))
         ORDER BY s.id, e.recorded_unix_ns, e.id, v.block",
    )?;
    let mut rows = statement.query([until.map(u64::cast_signed)])?;
    let mut runs: BTreeMap<i64, Vec<(SeriesPoint, Vec<f64>)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let entry: i64 = row.get(1)?;
        let points = runs.entry(row.get(0)?).or_default();
        if points.last().is_none_or(|(point, _)| point.entry != entry.cast_unsigned()) {
            let recorded: i64 = row.get(3)?;
            let point = SeriesPoint {
                entry: entry.cast_unsigned(),
                release: row.get(2)?,
                recorded_unix_ns: recorded.cast_unsigned(),
                value: 0.0,
                runs: 0,
            };
            points.push((point, Vec::new()));
        }
        if let Some((_, values)) = points.last_mut() {
            values.push(row.get(4)?);
        }
    }
    runs.into_iter()
        .map(|(series, points)| Ok((key(connection, series)?, points.into_iter().map(valued).collect())))
        .collect()
}

/// The value of a result that is not in the history.
pub(super) fn point(recorded_unix_ns: u64, values: Vec<f64>) -> SeriesPoint {
    valued((SeriesPoint { entry: 0, release: String::new(), recorded_unix_ns, value: 0.0, runs: 0 }, values))
}

/// The value of a release: the geometric mean of its runs, the mean where zero is among the values.
fn valued((point, values): (SeriesPoint, Vec<f64>)) -> SeriesPoint {
    let ratios = values.iter().all(|value| *value > 0.0);
    let inward = |value: &f64| if ratios { value.ln() } else { *value };
    let mean = values.iter().map(inward).sum::<f64>() / values.len().max(1) as f64;
    SeriesPoint { value: if ratios { mean.exp() } else { mean }, runs: values.len() as u32, ..point }
}

fn key(connection: &Connection, series: i64) -> rusqlite::Result<SeriesKey> {
    connection
        .prepare_cached(
            "SELECT workload, point, arm, mesh, configuration, environment, metric, unit FROM series WHERE id = ?1",
        )?
        .query_row([series], |row| {
            Ok(SeriesKey {
                workload: row.get(0)?,
                point: row.get(1)?,
                arm: row.get(2)?,
                mesh: row.get::<_, String>(3)?.as_str().into(),
                configuration: row.get(4)?,
                environment: row.get(5)?,
                metric: row.get(6)?,
                unit: unit_of(row.get(7)?)?,
            })
        })
}

/// Everything that an entry holds, as it was added.
pub(super) fn record(connection: &Connection, entry: u64) -> Result<Record> {
    read(connection, entry.cast_signed()).map_err(|error| failed(&error))
}

fn read(connection: &Connection, entry: i64) -> rusqlite::Result<Record> {
    let mut record = connection.query_row(
        "SELECT release, recorded_unix_ns, seed, tool, kernel FROM entry WHERE id = ?1",
        [entry],
        |row| {
            let (recorded, seed): (i64, String) = (row.get(1)?, row.get(2)?);
            Ok(Record {
                release: row.get(0)?,
                recorded_unix_ns: recorded.cast_unsigned(),
                seed: seed.parse().unwrap_or_default(),
                tool: row.get(3)?,
                kernel: row.get(4)?,
                versions: BTreeMap::new(),
                series: Vec::new(),
            })
        },
    )?;
    let mut versions = connection.prepare_cached("SELECT arm, process, version FROM version WHERE entry = ?1")?;
    let mut rows = versions.query([entry])?;
    while let Some(row) = rows.next()? {
        record.versions.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    let mut values =
        connection.prepare_cached("SELECT series, block, value FROM value WHERE entry = ?1 ORDER BY series, block")?;
    let mut rows = values.query([entry])?;
    let mut series: BTreeMap<i64, BTreeMap<u32, f64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        series.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    let keyed = |(series, values)| Ok(Values { key: key(connection, series)?, values });
    record.series = series.into_iter().map(keyed).collect::<rusqlite::Result<_>>()?;
    Ok(record)
}

/// An entry's id, release, time and number of values.
pub(super) type Line = (u64, String, u64, u64);

/// Every entry by the time it was measured.
pub(super) fn entries(connection: &Connection) -> Result<Vec<Line>> {
    let select = || -> rusqlite::Result<Vec<Line>> {
        let mut statement = connection.prepare_cached(
            "SELECT e.id, e.release, e.recorded_unix_ns, (SELECT count(*) FROM value v WHERE v.entry = e.id)
             FROM entry e ORDER BY e.recorded_unix_ns, e.id",
        )?;
        let line = |row: &rusqlite::Row<'_>| {
            let (id, recorded, values): (i64, i64, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
            Ok((id.cast_unsigned(), row.get(1)?, recorded.cast_unsigned(), values.cast_unsigned()))
        };
        statement.query_map([], line)?.collect()
    };
    select().map_err(|error| failed(&error))
}

pub(super) fn set_baseline(connection: &Connection, name: &str, entry: u64) -> Result<()> {
    let set = connection.execute(
        "INSERT INTO baseline (name, entry) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET entry = excluded.entry",
        params![name, entry.cast_signed()],
    );
    set.map(drop).map_err(|error| failed(&error))
}

pub(super) fn baseline(connection: &Connection, name: &str) -> Result<Option<u64>> {
    let found = connection.query_row("SELECT entry FROM baseline WHERE name = ?1", [name], |row| row.get::<_, i64>(0));
    found.optional().map(|found| found.map(i64::cast_unsigned)).map_err(|error| failed(&error))
}
