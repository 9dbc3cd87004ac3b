//! The row about the forms that people have: fields, labels, JSON, WAV, words in the kernel's notation.
//! Each is beside what they would take instead, and with a conversion. Figures are those of a sample.

use crate::data::{
    Data, LABELS, LONG_FLOATS_BIG, OBJECTS, PADDED_WORDS, SHIFTED_WORDS, SHORT_FLOATS_BIG,
    TWELVE_BITS_AS_CSV, WAV, WAV_OF_24_BITS, WAV_OF_FLOATS,
};
use crate::inputs::Input;
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::need::Need;
use crate::targets::target::Target;

use super::Setting;
use super::conversion::{CONVERSION, SCALE, conv};

/// One column of four, and two.
const FIELD: [&str; 4] = ["--delimiter", ",", "--columns", "2"];
const FIELDS: [&str; 4] = ["--delimiter", ",", "--columns", "2,4"];
const FIELDS_BY_CUT: [&str; 4] = ["-d", ",", "-f", "2,4"];

/// [`CONVERSION`] of these columns.
const FIELD_IN_AWK: [&str; 3] =
    ["-F", ",", "{ v = ($2 - 2048) * 0.01; if (v >= -20.48 && v <= 20.47) print v }"];
const FIELDS_IN_AWK: [&str; 5] = [
    "-F",
    ",",
    "-v",
    "OFS=\t",
    "{ v = ($2 - 2048) * 0.01; w = ($4 - 2048) * 0.01; \
     if (v >= -20.48 && v <= 20.47 && w >= -20.48 && w <= 20.47) print v, w }",
];

const AS_LABELS: [&str; 2] = ["--format", "labels"];
const AS_JSON: [&str; 2] = ["--format", "json"];

/// Labels, whatever their order.
const LABELS_IN_AWK: [&str; 3] = [
    "-v",
    "OFS=\t",
    "{ n = split($0, p, /[:,]/); for (i = 1; i < n; i += 2) x[p[i]] = p[i + 1]; \
     print x[\"temp\"], x[\"hum\"] }",
];

/// (mawk would split within a text, too.)
const OBJECTS_IN_JQ: [&str; 2] = ["-r", "[.temp, .hum] | @tsv"];

/// A conversion of both, by conv and by the others.
const OF_CLIMATE: [&str; 6] = ["--offset", "-20", "--scale", "0.5", "--plausible", "-10..50"];
const CLIMATE_IN_AWK: [&str; 3] = [
    "-v",
    "OFS=\t",
    "{ n = split($0, p, /[:,]/); for (i = 1; i < n; i += 2) x[p[i]] = (p[i + 1] - 20) * 0.5; \
     v = x[\"temp\"]; w = x[\"hum\"]; if (v >= -10 && v <= 50 && w >= -10 && w <= 50) print v, w }",
];
const CLIMATE_IN_JQ: [&str; 2] =
    ["-r", "[.temp, .hum] | map((. - 20) * 0.5) | select(all(. >= -10 and . <= 50)) | @tsv"];

/// Two interleaved channels.
const TWO_CHANNELS: [&str; 4] = ["--channels", "2", "--columns", "all"];

/// A form, as conv is told to read it.
struct Form<'a> {
    data: Data,
    options: Vec<&'a str>,
    /// Samples that conv sends for each of the file's.
    samples: u64,
    setting: &'a Setting,
}

pub(super) fn all(setting: &Setting) -> Vec<Measure> {
    let parts = [text(setting), words(setting), recordings(setting)];
    parts.into_iter().flatten().collect()
}

/// Without a conversion, and with one: that is where others are slow.
fn text(setting: &Setting) -> Vec<Measure> {
    let form = |data, options: &[&'static str], samples| Form::new(data, options, samples, setting);
    let (csv, eighth) = (TWELVE_BITS_AS_CSV, Target::one_in(8.0));
    let cut = "`cut -d , -f 2,4`";
    vec![
        form(csv, &FIELDS, 2).beside("cut", &FIELDS_BY_CUT, cut, Target::speed(1.0)),
        form(csv, &FIELD, 1).with(&CONVERSION).beside_mawk(&FIELD_IN_AWK, eighth),
        form(csv, &FIELDS, 2).with(&CONVERSION).beside_mawk(&FIELDS_IN_AWK, eighth),
        form(LABELS, &AS_LABELS, 2).beside_mawk(&LABELS_IN_AWK, Target::one_in(4.0)),
        form(LABELS, &AS_LABELS, 2).with(&OF_CLIMATE).beside_mawk(&CLIMATE_IN_AWK, eighth),
        form(OBJECTS, &AS_JSON, 2).beside_jq(&OBJECTS_IN_JQ, eighth),
        form(OBJECTS, &AS_JSON, 2).with(&OF_CLIMATE).beside_jq(&CLIMATE_IN_JQ, eighth),
    ]
}

fn words(setting: &Setting) -> Vec<Measure> {
    let form = |data: Data| Form::new(data, &["--format", data.name], 1, setting);
    let big = "--endian=big";
    let mut measures = Vec::new();
    for (data, by_od, part) in [
        (SHIFTED_WORDS, &["-w2", "-td2"][..], 50.0),
        (PADDED_WORDS, &[big, "-w4", "-tu4"], 3.0),
        (SHORT_FLOATS_BIG, &[big, "-w4", "-tf4"], 6.0),
        (LONG_FLOATS_BIG, &[big, "-w8", "-tf8"], 6.0),
    ] {
        measures.push(form(data).beside_od(by_od, part));
        measures.push(form(data).scaled());
    }
    for (data, by_od, part) in
        [(SHIFTED_WORDS, &["-w4", "-td2"][..], 3.0), (SHORT_FLOATS_BIG, &[big, "-w8", "-tf4"], 6.0)]
    {
        measures.push(form(data).with(&TWO_CHANNELS).beside_od(by_od, part));
        measures.push(form(data).with(&TWO_CHANNELS).scaled());
    }
    measures
}

/// od passes over their heads. It has no words of 24 bits: there it prints bytes.
fn recordings(setting: &Setting) -> Vec<Measure> {
    let form = |data: Data| Form::new(data, &["--format", "wav"], 2, setting);
    let forms = [
        (WAV, ["-w4", "-td2"], 3.0),
        (WAV_OF_24_BITS, ["-w6", "-tu1"], 6.0),
        (WAV_OF_FLOATS, ["-w8", "-tf4"], 6.0),
    ];
    let measures = forms.map(|(data, [width, kind], part)| {
        [form(data).beside_od(&["-j44", width, kind], part), form(data).scaled()]
    });
    measures.into_iter().flatten().collect()
}

impl<'a> Form<'a> {
    fn new(data: Data, options: &[&'a str], samples: u64, setting: &'a Setting) -> Form<'a> {
        Form { data, options: options.to_vec(), samples, setting }
    }

    /// The same with these options as well.
    fn with(mut self, options: &[&'a str]) -> Form<'a> {
        self.options.extend(options);
        self
    }

    fn input(&self, part: u64) -> Input {
        Input { data: self.data, samples: self.setting.samples / part }
    }

    fn entrant(&self) -> Entrant {
        self.counting(conv(self.input(1), &self.options))
    }

    /// The same, its figures being those of a sample.
    fn counting(&self, entrant: Entrant) -> Entrant {
        Entrant { samples: entrant.samples * self.samples, ..entrant }
    }

    fn in_words(&self) -> String {
        format!("`conv --from FILE {}`", self.options.join(" "))
    }

    /// Beside a program that is given these words and the file. It takes a tenth: most are slow.
    fn beside(
        self,
        program: &'static str,
        words: &[&str],
        against: &str,
        target: Target,
    ) -> Measure {
        let input = self.input(10);
        let job = Job::program(program, &[words, &[&input.name()]].concat());
        Measure::race(self.in_words(), self.entrant(), target)
            .on(self.data)
            .against(against)
            .rival(self.counting(Entrant::naming(job, input)))
    }

    fn beside_mawk(self, words: &[&str], target: Target) -> Measure {
        self.beside("mawk", words, "mawk, the same", target).needing(Need::Program("mawk"))
    }

    fn beside_jq(self, words: &[&str], target: Target) -> Measure {
        self.beside("jq", words, "jq, the same", target).needing(Need::Program("jq"))
    }

    fn beside_od(self, words: &[&str], part: f64) -> Measure {
        let against = format!("`od -An -v {}`", words.join(" "));
        let words = [&["-An", "-v"], words].concat();
        self.beside("od", &words, &against, Target::one_in(part))
    }

    /// With a scale, beside without.
    fn scaled(self) -> Measure {
        let without = self.entrant();
        let scaled = self.with(&SCALE);
        Measure::race(scaled.in_words(), scaled.entrant(), Target::times(2.0))
            .on(scaled.data)
            .against("without `--scale`")
            .rival(without)
    }
}
