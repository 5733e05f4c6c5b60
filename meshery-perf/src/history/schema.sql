-- A result that was added: a comparison, or a whole campaign.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    release TEXT NOT NULL,
    recorded_unix_ns INTEGER NOT NULL,
    seed TEXT NOT NULL,
    tool TEXT NOT NULL,
    kernel TEXT NOT NULL,
    UNIQUE (recorded_unix_ns, seed, release)
) STRICT;
-- The versions that the processes of an arm said they were.
CREATE TABLE version (
    entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
    arm TEXT NOT NULL,
    process TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (entry, arm, process)
) STRICT, WITHOUT ROWID;
-- Values that may be compared over time.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    workload TEXT NOT NULL,
    point TEXT NOT NULL,
    arm TEXT NOT NULL,
    mesh TEXT NOT NULL,
    configuration TEXT NOT NULL,
    environment TEXT NOT NULL,
    metric TEXT NOT NULL,
    unit TEXT NOT NULL,
    UNIQUE (workload, point, arm, mesh, configuration, environment, metric, unit)
) STRICT;
-- One value of one run.
CREATE TABLE value (
    series INTEGER NOT NULL REFERENCES series,
    entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
    block INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, entry, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX value_by_entry ON value (entry);
-- Entries by a name of their own, such as `main`.
CREATE TABLE baseline (
    name TEXT PRIMARY KEY,
    entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
