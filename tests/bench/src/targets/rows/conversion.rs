//! Rows about `conv`.

use crate::data::{
    Data, LONG_FLOATS, PRESSURE, SHORT_FLOATS, TIMESTAMPS, TWELVE_BITS, TWELVE_BITS_AS_CSV,
    TWELVE_BITS_IN_FOUR, WORDS,
};
use crate::inputs::Input;
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::need::Need;
use crate::targets::target::Target;

use super::Setting;

/// The conversion of 12-bit codes, by conv and by mawk; both write the same.
pub(super) const CONVERSION: [&str; 6] =
    ["--offset", "-2048", "--scale", "0.01", "--plausible", "-20.48..20.47"];
const CONVERSION_IN_AWK: &str =
    "{ v = ($1 - 2048) * 0.01; if (v >= -20.48 && v <= 20.47) print v }";

/// A bipolar converter's of 16 bits to the range from -1 to 1: 15 places.
pub(super) const SCALE: [&str; 2] = ["--scale", "0.000030517578125"];

pub(super) fn text(setting: &Setting) -> Vec<Measure> {
    let sets = [TWELVE_BITS, PRESSURE, TIMESTAMPS];
    let mut measures: Vec<_> = sets.map(|data| passed_on(setting, data)).into();
    measures.push(converted(setting));
    measures.push(one_column(setting));
    measures
}

/// One column of four, of CSV; cut takes it of the same rows with TABs.
fn one_column(setting: &Setting) -> Measure {
    let input = |data| Input { data, samples: setting.samples };
    let theirs = input(TWELVE_BITS_IN_FOUR);
    let words = ["--delimiter", ",", "--columns", "2"];
    let ours = format!("`conv --from FILE {}`", words.join(" "));
    Measure::race(ours, conv(input(TWELVE_BITS_AS_CSV), &words), Target::speed(1.0))
        .on(TWELVE_BITS_AS_CSV)
        .against("`cut -f 2`, the same with TABs")
        .rival(Entrant::naming(Job::program("cut", &["-f", "2", &theirs.name()]), theirs))
}

fn passed_on(setting: &Setting, data: Data) -> Measure {
    let input = Input { data, samples: setting.samples };
    Measure::race("`conv --from FILE`", conv(input, &[]), Target::nanos_more(10.0))
        .on(data)
        .against("`cat FILE`")
        .rival(Entrant::naming(Job::program("cat", &[&input.name()]), input))
}

fn converted(setting: &Setting) -> Measure {
    let input = |samples| Input { data: TWELVE_BITS, samples };
    let theirs = input(setting.samples / 10);
    let mawk = Job::program("mawk", &[CONVERSION_IN_AWK]);
    let ours = format!("`conv --from FILE {}`", CONVERSION.join(" "));
    Measure::race(ours, conv(input(setting.samples), &CONVERSION), Target::one_in(8.0))
        .on(TWELVE_BITS)
        .against("mawk, the same")
        .rival(Entrant::redirected(mawk, theirs))
        .needing(Need::Program("mawk"))
}

pub(super) fn raw(setting: &Setting) -> Vec<Measure> {
    let words = Input { data: WORDS, samples: setting.samples };
    let format = ["--format", WORDS.name];
    let with_scale = format!("`conv --from FILE --format {} {}`", WORDS.name, SCALE.join(" "));
    let scaled =
        Measure::race(with_scale, conv(words, &[&format[..], &SCALE].concat()), Target::times(2.0))
            .on(WORDS)
            .against("without `--scale`")
            .rival(conv(words, &format));
    vec![
        beside_od(setting, SHORT_FLOATS, ["-w4", "-tf4"], 6.0),
        beside_od(setting, LONG_FLOATS, ["-w8", "-tf8"], 6.0),
        scaled,
    ]
}

pub(super) fn words(setting: &Setting) -> Vec<Measure> {
    vec![beside_od(setting, WORDS, ["-w2", "-td2"], 50.0)]
}

/// The others take a tenth: they are slow.
fn beside_od(setting: &Setting, data: Data, form: [&str; 2], part: f64) -> Measure {
    let input = |samples| Input { data, samples };
    let theirs = input(setting.samples / 10);
    let name = theirs.name();
    let words = [&["-An", "-v"], &form[..], &[&name]].concat();
    let format = ["--format", data.name];
    let ours = format!("`conv --from FILE --format {}`", data.name);
    Measure::race(ours, conv(input(setting.samples), &format), Target::one_in(part))
        .on(data)
        .against(format!("`od -An -v {}`", form.join(" ")))
        .rival(Entrant::naming(Job::program("od", &words), theirs))
}

pub(super) fn conv(input: Input, words: &[&str]) -> Entrant {
    let name = input.name();
    Entrant::naming(Job::program("conv", &[&["--from", &name], words].concat()), input)
}

pub(super) fn simulation(setting: &Setting) -> Vec<Measure> {
    let [all, tenth] = [setting.many(), setting.samples / 10];
    let ours = Job::program("conv", &["--rate", "max", "--count", &all.to_string()]);
    let theirs = Job::program("shuf", &["-r", "-i", "0-100", "-n", &tenth.to_string()]);
    vec![
        Measure::race("`conv --rate max --count N`", Entrant::new(ours, all), Target::one_in(50.0))
            .against("`shuf -r -i 0-100 -n N`")
            .rival(Entrant::new(theirs, tenth)),
    ]
}
