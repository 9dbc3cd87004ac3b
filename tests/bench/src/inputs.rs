//! The inputs of the throughput's commands.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::Error;
use crate::job::Job;
use crate::programs::Programs;
use crate::scratch::Scratch;

/// All samples, as text.
pub(crate) const SAMPLES: &str = "samples.txt";
/// The first tenth of them, for slow competitors.
pub(crate) const TENTH: &str = "tenth.txt";
/// As many raw words as there are samples.
pub(crate) const WORDS: &str = "samples.s16le";
/// A tenth of the words.
pub(crate) const TENTH_OF_WORDS: &str = "tenth.s16le";

/// As many decimals: three places, the range of a converter of 16 bits.
pub(crate) const DECIMALS: &str = "decimals.txt";

/// The figures of `stat`, by Polars.
pub(crate) const POLARS: &str = "statistics.py";

/// As its documentation shows it.
const STATISTICS_IN_POLARS: &str = "\
import polars as pl
x = pl.col('x')
print(
    pl.scan_csv('samples.txt', has_header=False, new_columns=['x'])
    .select(
        pl.len().alias('n'), x.sum().alias('sum'), x.mean().alias('mean'), x.std().alias('sd'),
        x.min().alias('min'), x.max().alias('max'), x.quantile(0.5).alias('p50'),
        x.quantile(0.9).alias('p90'), x.quantile(0.99).alias('p99'),
    )
    .collect()
)
";

/// What mawk can compute of its numbers in one pass.
pub(crate) const STATISTICS: &str = "statistics.awk";

/// As one would write it.
const STATISTICS_IN_AWK: &str = "\
NR == 1 { min = max = $1 }
{ sum += $1; if ($1 < min) min = $1; if ($1 > max) max = $1 }
END { print NR, sum, sum / NR, min, max }
";

/// Makes the inputs of the throughput's commands: the classic samples, integers from 0 to
/// 100, decimals, a converter's words, and programs for competitors.
pub(crate) fn make(programs: &Programs, scratch: &Scratch, samples: u64) -> Result<(), Error> {
    for (name, count) in [(SAMPLES, samples), (TENTH, samples / 10)] {
        let script = format!("conv --rate max --seed 1 --count {count} > {name}");
        Job::shell(&script).run(programs, scratch)?;
    }
    let decimals = "conv --rate max --seed 1 --range -32.768..32.767 --count";
    Job::shell(&format!("{decimals} {samples} > {DECIMALS}")).run(programs, scratch)?;
    for (name, text) in [(STATISTICS, STATISTICS_IN_AWK), (POLARS, STATISTICS_IN_POLARS)] {
        let path = scratch.file(name);
        fs::write(&path, text).map_err(|source| Error::Input { path, source })?;
    }
    for (name, count) in [(WORDS, samples), (TENTH_OF_WORDS, samples / 10)] {
        let path = scratch.file(name);
        write_words(&path, count).map_err(|source| Error::Input { path, source })?;
    }
    Ok(())
}

/// Writes words that use the whole range of a 16-bit converter.
fn write_words(path: &Path, count: u64) -> io::Result<()> {
    // Knuth's MMIX generator (The Art of Computer Programming, vol. 2, 3.3.4): its upper bits
    // are as good as random, and every run gets the same ones.
    let mut state = 1u64;
    let mut file = BufWriter::new(File::create(path)?);
    for _ in 0..count {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let [.., low, high] = state.to_le_bytes();
        file.write_all(&[low, high])?;
    }
    file.flush()
}
