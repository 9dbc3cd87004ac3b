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

/// The figures of `stat`, by Polars: `python3 statistics-polars FILE TYPE,… ENGINE THREADS`.
pub(crate) const POLARS: &str = "statistics-polars";

/// A lazy scan, as its documentation shows it, with the types of the columns given, so that they need
/// not be guessed.
const STATISTICS_IN_POLARS: &str = "\
import os, sys
path, kinds, engine, os.environ['POLARS_MAX_THREADS'] = sys.argv[1:]
import polars as pl
columns = {f'x{at}': getattr(pl, kind) for at, kind in enumerate(kinds.split(','))}
def figures(name):
    x = pl.col(name)
    return [
        x.count().alias(name + 'n'), x.sum().alias(name + 'sum'), x.mean().alias(name + 'mean'),
        x.std().alias(name + 'sd'), x.min().alias(name + 'min'), x.max().alias(name + 'max'),
        *(x.quantile(q).alias(f'{name}q{q}') for q in (0.5, 0.9, 0.99)),
    ]
print(
    pl.scan_csv(path, has_header=False, separator='\\t', schema=columns)
    .select([figure for name in columns for figure in figures(name)])
    .collect(engine=engine)
)
";

/// The same by DuckDB: `python3 statistics-duckdb FILE TYPE,… THREADS`.
pub(crate) const DUCKDB: &str = "statistics-duckdb";

/// A scan of the file itself, with the types of the columns given.
const STATISTICS_IN_DUCKDB: &str = "\
import sys
import duckdb
path, kinds, threads = sys.argv[1:]
connection = duckdb.connect(config={'threads': threads})
columns = {f'x{at}': kind for at, kind in enumerate(kinds.split(','))}
figures = ', '.join(
    f'count({x}), sum({x}), avg({x}), stddev_samp({x}), min({x}), max({x}),'
    f' quantile_disc({x}, [0.5, 0.9, 0.99])' for x in columns
)
print(connection.sql(f'''
    select {figures} from read_csv(
        '{path}', header = false, delim = '\\t', auto_detect = false, columns = {columns})
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
