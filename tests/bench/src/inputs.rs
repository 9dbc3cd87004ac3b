//! The files that commands read: samples, and programs for competitors. All lie in the scratch
//! directory, where the commands are run.

use std::fs::{self, File};
use std::io::{self, BufWriter};

use crate::data::Data;
use crate::error::Error;
use crate::scratch::Scratch;

/// A file of samples.
#[derive(Clone, Copy)]
pub(crate) struct Input {
    /// What kind.
    pub data: Data,
    /// How many.
    pub samples: u64,
}

impl Input {
    /// The file's name, which is different for each.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.data.file, self.samples)
    }

    /// Makes the file, unless it is there.
    pub(crate) fn make(&self, scratch: &Scratch) -> Result<(), Error> {
        let path = scratch.file(&self.name());
        if path.exists() {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            self.data.write(self.samples, &mut BufWriter::new(File::create(&path)?))
        };
        write().map_err(|source| Error::Input { path: path.clone(), source })
    }

    /// Makes room in memory again.
    pub(crate) fn remove(&self, scratch: &Scratch) {
        // At worst the room is only there at the end.
        let _ = fs::remove_file(scratch.file(&self.name()));
    }
}

/// The figures of `stat`, by Polars: `python3 statistics-polars FILE TYPE ENGINE THREADS`.
pub(crate) const POLARS: &str = "statistics-polars";

/// A lazy scan, as its documentation shows it, with the type of the column given, so that it need
/// not be guessed.
const STATISTICS_IN_POLARS: &str = "\
import os, sys
path, kind, engine, os.environ['POLARS_MAX_THREADS'] = sys.argv[1:]
import polars as pl
x = pl.col('x')
print(
    pl.scan_csv(path, has_header=False, schema={'x': getattr(pl, kind)})
    .select(
        pl.len().alias('n'), x.sum().alias('sum'), x.mean().alias('mean'), x.std().alias('sd'),
        x.min().alias('min'), x.max().alias('max'), x.quantile(0.5).alias('p50'),
        x.quantile(0.9).alias('p90'), x.quantile(0.99).alias('p99'),
    )
    .collect(engine=engine)
)
";

/// The same by DuckDB: `python3 statistics-duckdb FILE TYPE THREADS`.
pub(crate) const DUCKDB: &str = "statistics-duckdb";

/// A scan of the file itself, with the type of the column given.
const STATISTICS_IN_DUCKDB: &str = "\
import sys
import duckdb
path, kind, threads = sys.argv[1:]
connection = duckdb.connect(config={'threads': threads})
print(connection.sql(f'''
    select count(x), sum(x), avg(x), stddev_samp(x), min(x), max(x),
        quantile_disc(x, [0.5, 0.9, 0.99])
    from read_csv('{path}', header = false, auto_detect = false, columns = {{'x': '{kind}'}})
''').fetchall())
";

/// Makes the programs for competitors.
pub(crate) fn make_programs(scratch: &Scratch) -> Result<(), Error> {
    for (name, text) in [(POLARS, STATISTICS_IN_POLARS), (DUCKDB, STATISTICS_IN_DUCKDB)] {
        let path = scratch.file(name);
        fs::write(&path, text).map_err(|source| Error::Input { path, source })?;
    }
    Ok(())
}
