//! The nine univariate data sets of NIST's Statistical Reference Datasets: mean, standard
//! deviation and lag-1 autocorrelation agree with every certified digit.
//!
//! The sets given as data lie in `strd`, as NIST writes them (they are in the public domain); the
//! others are made from their definitions. (PiDigits is data, too: its 957th digit is 3 where π has
//! 8, and the certified values are those of the digits given there.)
//! Source: <https://www.itl.nist.gov/div898/strd/univ/homepage.html>

use clap::Parser;
use stage::fake::FakeClock;
use stage::format::decimal::Decimal;
use stage::format::record::Record;
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

struct Set {
    name: &'static str,
    samples: fn() -> String,
    /// Mean, standard deviation and autocorrelation, as NIST prints them.
    certified: [&'static str; 3],
}

const SETS: [Set; 9] = [
    Set {
        name: "PiDigits",
        samples: || include_str!("strd/pidigits.txt").to_owned(),
        certified: ["4.53480000000000", "2.86733906028871", "-0.00355099287237972"],
    },
    Set {
        name: "Lottery",
        samples: || include_str!("strd/lottery.txt").to_owned(),
        certified: ["518.958715596330", "291.699727470969", "-0.120948622967393"],
    },
    Set {
        name: "Lew",
        samples: || include_str!("strd/lew.txt").to_owned(),
        certified: ["-177.435000000000", "277.332168044316", "-0.307304800605679"],
    },
    Set {
        name: "Mavro",
        samples: || include_str!("strd/mavro.txt").to_owned(),
        certified: ["2.00185600000000", "0.000429123454003053", "0.937989183438248"],
    },
    Set {
        name: "Michelso",
        samples: || include_str!("strd/michelso.txt").to_owned(),
        certified: ["299.852400000000", "0.0790105478190518", "0.535199668621283"],
    },
    Set {
        name: "NumAcc1",
        samples: || "10000001\n10000003\n10000002\n".to_owned(),
        certified: ["10000002", "1", "-0.5"],
    },
    Set {
        name: "NumAcc2",
        samples: || around("1.2", "1.1", "1.3"),
        certified: ["1.2", "0.1", "-0.999"],
    },
    Set {
        name: "NumAcc3",
        samples: || around("1000000.2", "1000000.1", "1000000.3"),
        certified: ["1000000.2", "0.1", "-0.999"],
    },
    Set {
        name: "NumAcc4",
        samples: || around("10000000.2", "10000000.1", "10000000.3"),
        certified: ["10000000.2", "0.1", "-0.999"],
    },
];

/// One sample in the middle, then 500 each below and above it in turn.
fn around(middle: &str, below: &str, above: &str) -> String {
    format!("{middle}\n{}", format!("{below}\n{above}\n").repeat(500))
}

/// `value`, rounded to as many significant digits as `certified` has.
fn as_certified(value: &Decimal, certified: &str) -> Decimal {
    let digits = certified.trim_start_matches(['-', '0', '.']).replace('.', "").len();
    let rounded = format!("{:.*e}", digits - 1, value.to_f64());
    Decimal::shortest(rounded.parse().unwrap()).unwrap()
}

#[test]
fn every_certified_digit_is_right() {
    for Set { name, samples, certified } in SETS {
        let options = wandler_stat::Options::try_parse_from(["stat", "--more"]).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let samples = samples();
        let clock = FakeClock::new();
        let input = samples.as_bytes();
        let ended = wandler_stat::run(
            &options,
            Surroundings::new(only(input), &mut output, &clock, &mut messages),
        );
        ended.result.unwrap();
        let output = String::from_utf8(output).unwrap();
        let record = Record::parse(output.lines().last().unwrap().as_bytes()).unwrap();
        assert_eq!(record.n, samples.lines().count() as u64, "{name}");
        let autocorrelation = record.more.iter().find(|it| it.name == "autocorrelation").unwrap();
        let found = [&record.mean, &record.sd, &autocorrelation.value];
        for (found, certified) in found.into_iter().zip(certified) {
            let found = found.as_ref().unwrap();
            let expected = Decimal::shortest(certified.parse().unwrap()).unwrap();
            assert_eq!(as_certified(found, certified), expected, "{name}: {found}, {certified}");
        }
    }
}
