//! Rows about `stat`: its threads, the kinds of numbers, and records close together.

use crate::data::{
    ACCELERATION, DECIMALS, Data, EXPONENTS, FLOATS, IIO, INTEGERS, LATITUDE, PRESSURE,
    SIGNED_SIXTEEN_BITS, SIXTEEN_BITS, TIMESTAMPS, TWELVE_BITS, TWENTY_FOUR_BITS,
};
use crate::inputs::Input;
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::need::Need;
use crate::targets::target::Target;

use super::Setting;

/// Sets on which records close together are measured: the fewest and the most distinct values, short
/// and long numbers.
const OF_EACH_KIND: [Data; 4] = [INTEGERS, TWELVE_BITS, TIMESTAMPS, FLOATS];

/// Of 24 bits: quantiles are approximate from about the 65,700th on.
const UNTIL_APPROXIMATE: u64 = 70_000;
/// As many more records as make a measurable difference.
const APPROXIMATE: u64 = 20_000;

impl Setting {
    /// `stat` with these words, in one thread.
    pub(super) fn stat(&self, words: &[&str]) -> Job {
        Job::program("stat", &[self.one_thread(words), words].concat())
    }

    /// The same as one would type it.
    pub(super) fn stat_in_words(&self, words: &[&str]) -> String {
        format!(
            "`{}`",
            [&["stat"], self.one_thread(words), words, &["<", "FILE"]].concat().join(" ")
        )
    }

    fn one_thread(&self, words: &[&str]) -> &'static [&'static str] {
        // With these there is one thread anyway, and the option is refused.
        let has_one = words.iter().any(|word| ["--every", "--window"].contains(word));
        if self.has_jobs && !has_one { &["--jobs", "1"] } else { &[] }
    }

    /// Of the shortest numbers, so that the start of a process hardly counts.
    pub(super) fn many(&self) -> u64 {
        5 * self.samples
    }
}

pub(super) fn integers(setting: &Setting) -> Vec<Measure> {
    let input = Input { data: INTEGERS, samples: setting.many() };
    vec![beside_wc(setting, input, Target::times(2.6))]
}

/// Of one file, and of several: of the same one twice, which makes no difference to either.
pub(super) fn threads(setting: &Setting) -> Vec<Measure> {
    let input = Input { data: INTEGERS, samples: setting.many() };
    let measure = |files: &[&str]| {
        let job = |program, words: &[&str]| {
            let names = vec![input.name(); files.len()];
            let names = names.iter().map(String::as_str);
            let words = words.iter().copied().chain(names).collect::<Vec<_>>();
            let entrant = Entrant::naming(Job::program(program, &words), input);
            Entrant { samples: input.samples * files.len() as u64, ..entrant }
        };
        let files = files.join(" ");
        let ours = format!("`stat --jobs 2 {files}`");
        Measure::race(ours, job("stat", &["--jobs", "2"]), Target::times(1.5))
            .on(INTEGERS)
            .against("`wc -l`")
            .rival(job("wc", &["-l"]))
            .needing(Need::Jobs)
            .needing(Need::Cores)
    };
    vec![measure(&["FILE"]), measure(&["FILE", "FILE"])]
}

pub(super) fn codes(setting: &Setting) -> Vec<Measure> {
    let sets =
        [(TWELVE_BITS, 5.0), (SIXTEEN_BITS, 15.0), (SIGNED_SIXTEEN_BITS, 15.0), (DECIMALS, 14.0)];
    all_beside_wc(setting, &sets)
}

pub(super) fn numbers(setting: &Setting) -> Vec<Measure> {
    let sets = [
        (PRESSURE, 8.0),
        (TWENTY_FOUR_BITS, 16.0),
        (ACCELERATION, 12.0),
        (LATITUDE, 12.0),
        (TIMESTAMPS, 10.0),
        (IIO, 13.0),
    ];
    all_beside_wc(setting, &sets)
}

pub(super) fn floats(setting: &Setting) -> Vec<Measure> {
    all_beside_wc(setting, &[(FLOATS, 13.0), (EXPONENTS, 25.0)])
}

fn all_beside_wc(setting: &Setting, sets: &[(Data, f64)]) -> Vec<Measure> {
    let measure = |&(data, limit)| {
        let input = Input { data, samples: setting.samples };
        beside_wc(setting, input, Target::times(limit))
    };
    sets.iter().map(measure).collect()
}

fn beside_wc(setting: &Setting, input: Input, target: Target) -> Measure {
    let ours = Entrant::redirected(setting.stat(&[]), input);
    Measure::race(setting.stat_in_words(&[]), ours, target)
        .on(input.data)
        .against("`wc -l`")
        .rival(Entrant::redirected(Job::program("wc", &["-l"]), input))
}

pub(super) fn windows(setting: &Setting) -> Vec<Measure> {
    let options = [["--window", "1000"], ["--every", "1000"]];
    options.iter().flat_map(|words| beside_plain(setting, words, Target::times(2.0))).collect()
}

pub(super) fn more(setting: &Setting) -> Vec<Measure> {
    beside_plain(setting, &["--more"], Target::times(3.0))
}

/// With some options, beside none.
fn beside_plain(setting: &Setting, words: &[&str], target: Target) -> Vec<Measure> {
    let measure = |data| {
        let input = Input { data, samples: setting.samples };
        let ours = Entrant::redirected(setting.stat(words), input);
        Measure::race(setting.stat_in_words(words), ours, target)
            .on(data)
            .against("without")
            .rival(Entrant::redirected(setting.stat(&[]), input))
    };
    OF_EACH_KIND.map(measure).into()
}

/// The records over approximate quantiles alone: the time of the beginning, of which they are
/// exact, is subtracted.
pub(super) fn records(setting: &Setting) -> Vec<Measure> {
    let [beginning, all] = [UNTIL_APPROXIMATE, UNTIL_APPROXIMATE + APPROXIMATE]
        .map(|samples| Input { data: TWENTY_FOUR_BITS, samples });
    let entrant = |words: &[&str]| Entrant {
        inputs: vec![beginning, all],
        less: Some(setting.stat(words).reading(beginning.name())),
        ..Entrant::new(setting.stat(words).reading(all.name()), APPROXIMATE)
    };
    let words = ["--every", "1", "--histogram", "20"];
    vec![
        Measure::race(setting.stat_in_words(&words), entrant(&words), Target::times(3.0))
            .on(TWENTY_FOUR_BITS)
            .against("without `--histogram`")
            .rival(entrant(&words[..2])),
    ]
}

pub(super) fn datamash(setting: &Setting) -> Vec<Measure> {
    let figures = "count 1 sum 1 mean 1 sstdev 1 min 1 max 1 median 1 perc:90 1 perc:99 1";
    let words = figures.split(' ').collect::<Vec<_>>();
    let input = |samples| Input { data: INTEGERS, samples };
    let ours = Entrant::redirected(setting.stat(&[]), input(setting.many()));
    let theirs = Entrant::redirected(Job::program("datamash", &words), input(setting.samples / 10));
    vec![
        Measure::race(setting.stat_in_words(&[]), ours, Target::one_in(500.0))
            .on(INTEGERS)
            .against("GNU datamash, the same figures")
            .rival(theirs)
            .needing(Need::Program("datamash")),
    ]
}
