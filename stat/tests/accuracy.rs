//! Quantiles of streams of all kinds are as accurate as they claim, and merged parts give the whole.
//!
//! `WANDLER_ROUNDS=17` tries 204 streams of up to ten million samples.

use clap::Parser;
use stage::fake::FakeClock;
use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Figure, Record};
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

/// The quantiles to ask for, ascending.
const QUANTILES: &str = "0,0.1,1,5,25,50,75,95,99,99.9,100";

/// A splitmix64 generator (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 up to, but not including, 1.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Of the standard normal distribution (G. Box, M. Muller, 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
}

/// What a stream is like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Around a mean of this many standard deviations.
    Normal(i64),
    Uniform,
    Cauchy,
    LogNormal,
    /// Two bells, far from each other, of different widths.
    Mixture,
    /// A converter's codes times a scale.
    Codes,
    /// Microseconds since 1970.
    Timestamps,
    /// All the same except one.
    Constant,
    /// Over all magnitudes that a double has.
    Magnitudes,
    /// Doubles as Rust prints them.
    Doubles,
}

const KINDS: [Kind; 12] = [
    Kind::Normal(0),
    Kind::Normal(10),
    Kind::Normal(1_000_000_000_000),
    Kind::Uniform,
    Kind::Cauchy,
    Kind::LogNormal,
    Kind::Mixture,
    Kind::Codes,
    Kind::Timestamps,
    Kind::Constant,
    Kind::Magnitudes,
    Kind::Doubles,
];

impl Kind {
    fn line(self, at: u64, random: &mut Random) -> String {
        match self {
            // In units of a ten-thousandth of the deviation, exactly, however far the mean is.
            Kind::Normal(mean) => {
                let units = i128::from(mean) * 10_000 + (random.normal() * 1e4) as i128;
                Decimal::from_big(units.into(), 4).to_string()
            }
            Kind::Uniform => format!("{}", random.below(1 << 24)),
            Kind::Cauchy => {
                let angle = std::f64::consts::PI * (random.uniform() - 0.5);
                format!("{:.6}", angle.tan())
            }
            Kind::LogNormal => format!("{:e}", (10.0 * random.normal()).exp()),
            Kind::Mixture if at.is_multiple_of(3) => format!("{:.7}", 1e-3 * random.normal()),
            Kind::Mixture => format!("{:.3}", 5e6 + 100.0 * random.normal()),
            Kind::Codes => {
                let code = 200_000.0 * random.normal();
                (Decimal::new(code as i64, 0) * Decimal::new(625, 4)).to_string()
            }
            Kind::Timestamps => {
                format!("{}", 1_764_000_000_000_000 + 1000 * at + random.below(900))
            }
            Kind::Constant => if at == 77 { "-3.5e9" } else { "101325.25" }.to_owned(),
            Kind::Magnitudes => {
                let exponent = random.uniform().mul_add(600.0, -300.0) as i32;
                format!(
                    "{}{}e{exponent}",
                    if at.is_multiple_of(2) { "-" } else { "" },
                    1 + random.below(9999)
                )
            }
            Kind::Doubles => format!("{:?}", 23.0 + random.normal()),
        }
    }
}

fn stat(words: &str, input: &[u8]) -> String {
    let words = format!("stat --quantiles {QUANTILES} {words}");
    let options = wandler_stat::Options::try_parse_from(words.split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let clock = FakeClock::new();
    let ended = wandler_stat::run(
        &options.reading(true),
        Surroundings::new(only(input), &mut output, &clock, &mut messages),
    );
    assert!(ended.result.is_ok() && messages.is_empty(), "{:?} {messages:?}", ended.result);
    String::from_utf8(output).unwrap()
}

/// The sample of each quantile's rank, by sorting.
fn true_quantiles(lines: &[String]) -> Vec<Decimal> {
    let mut samples: Vec<Decimal> = lines.iter().map(|line| line.trim().parse().unwrap()).collect();
    samples.sort_unstable();
    let rank = |percent: &str| {
        // In thousandths of a percent, so that the rank is exact.
        let part = (percent.parse::<f64>().unwrap() * 1000.0).round() as u128;
        (part * lines.len() as u128).div_ceil(100_000).max(1) as usize
    };
    QUANTILES.split(',').map(|percent| samples[rank(percent) - 1].clone()).collect()
}

fn is_near(a: &Decimal, b: &Decimal, by: &Decimal) -> bool {
    let difference = a - b;
    difference <= *by && -difference <= *by
}

fn check_quantiles(kind: Kind, record: &Record, lines: &[String]) {
    let error = record.exactness.as_ref().and_then(Exactness::error).unwrap_or(&Decimal::ZERO);
    let mut before = record.min.clone().unwrap();
    for (Figure { name, value }, right) in record.quantiles.iter().zip(true_quantiles(lines)) {
        let value = value.clone().unwrap();
        assert!(is_near(&value, &right, error), "{kind:?} {name}: {value} for {right} ± {error}");
        assert!(before <= value, "{kind:?} {name}: {value} is below {before}");
        before = value;
    }
    assert!(before <= record.max.clone().unwrap(), "{kind:?}");
    let (mean, sd) = (record.mean.clone().unwrap(), record.sd.clone());
    // The sd may be beyond the doubles.
    if let Some(sd) = sd {
        let median = record.quantiles[5].value.clone().unwrap();
        // The mean is rounded to a double.
        let rounding = Decimal::shortest(mean.to_f64().abs() * f64::EPSILON).unwrap();
        let room = &sd + error + &rounding;
        assert!(is_near(&median, &mean, &room), "{kind:?}: {median} and {mean} ± {room}");
        if matches!(kind, Kind::Normal(_) | Kind::Uniform) {
            assert!(error * Decimal::new(1000, 0) <= sd, "{kind:?}: {error} for {sd}");
        }
    }
}

fn check_merging(kind: Kind, lines: &[String], random: &mut Random) {
    let mut cuts = [0, 0, 0, lines.len()];
    cuts[1..3].fill_with(|| random.below(lines.len() as u64 + 1) as usize);
    cuts.sort_unstable();
    let part = |cut: &[usize]| {
        let first = cut[0] + 1;
        let text: String = lines[cut[0]..cut[1]].concat();
        stat(&format!("--state --first {first}"), text.as_bytes())
    };
    let mut parts: Vec<String> = cuts.windows(2).map(part).collect();
    parts.rotate_left(random.below(3) as usize);
    if random.below(2) == 0 {
        parts.swap(0, 1);
    }
    let rest = parts.split_off(2).concat();
    let two = stat("--merge --state", parts.concat().as_bytes());
    let all = stat("--merge --state", format!("{two}{rest}").as_bytes());
    let whole = stat("--state --first 1", lines.concat().as_bytes());
    let state = whole.find("\"state\":").map_or(0, |at| whole.len() - at);
    assert!(state <= 2_000_000, "{kind:?}: {state} bytes");
    assert!(all == whole, "{kind:?}, cut at {cuts:?}: {:.400} and {whole:.400}", all);
}

#[test]
fn quantiles_are_as_accurate_as_they_claim_and_parts_merge_into_the_whole() {
    let rounds: u64 = std::env::var("WANDLER_ROUNDS").map_or(0, |rounds| rounds.parse().unwrap());
    for seed in 0..rounds.max(1) {
        let mut random = Random(seed);
        for kind in KINDS {
            let kind = match kind {
                Kind::Normal(10) => Kind::Normal(10i64.pow(random.below(12) as u32)),
                kind => kind,
            };
            // Most streams have more values than can be counted one by one.
            let most = if rounds == 0 { 5 } else { 7 };
            // Some have fewer than that.
            let n = match seed % 10 {
                0 => 10u64.pow(most),
                1 => 1 + random.below(100),
                _ => 10u64.pow(5),
            };
            let n = n + random.below(n / 2 + 1);
            let line = |at| kind.line(at, &mut random) + "\n";
            let lines: Vec<String> = (0..n).map(line).collect();
            let record = stat("", lines.concat().as_bytes());
            check_quantiles(kind, &Record::parse(record.trim_end().as_bytes()).unwrap(), &lines);
            check_merging(kind, &lines, &mut random);
        }
    }
}
