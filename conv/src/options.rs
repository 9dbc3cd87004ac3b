//! The command line of `conv`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use stage::format::decimal::{Decimal, Mantissa};
use stage::process::command_line::{CommandLine, Need, StageOptions};
use stage::process::exit;
use stage::process::progress;
use stage::process::quantity::{self, Period, Range, Rate};
use stage::process::sandbox::{Grant, Sandbox, SandboxOption};
use stage::stream::files::STANDARD_INPUT;

use crate::check::{Check, Checks, Plausible};
use crate::conversion::Conversion;
use crate::source::layout::Layout;
use crate::source::simulated::{Levels, Signal};
use crate::source::word::Format;

/// The pace of the classic system.
const DEFAULT_PERIOD: Duration = Duration::from_millis(800);

const EXAMPLES: &str = "\
Examples:
  conv                                       a random integer from 0 to 100 every 0.8 s
  conv --rate 1k --signal sine --range -1.00..1.00
  conv --poll /sys/class/thermal/thermal_zone0/temp --scale 0.001 --period 1s
  conv --from /dev/ttyUSB0                   numbers from a serial line, one a line
  arecord -t raw -f S16_LE | conv --from - --format s16le

A serial line, or another terminal that is not conv's own, is locked. What waits in it is dropped, \
and then what comes up to the first line end, since it may be the rest of a number; that is \
reported, as is a hang-up, with status 1. Set it up first: stty -F /dev/ttyUSB0 115200 raw -echo. \
Raw words are not read from a line that is not raw; where a word of several bytes begins on one \
that is, nothing can tell.

Text: one number a line; LF, CRLF or CR ends it. If the first row has a time in front (RFC 3339 \
and a TAB, as log --timestamps iso records it), all have, and the times are skipped; so is the \
header time, TAB, value, after which times may also be Unix seconds. Half a line is a sample at \
the clean end of a file or pipe; cut off by a hang-up, an error, a stop or --duration it is \
dropped, and reported. WAV, AIFF, instruments' blocks (#8..., #0...), UTF-16 and byte order marks \
are refused, with what to do. Raw words may begin with any bytes: of these only RIFF, FORM and \
blocks of 1000 bytes and more are.

Files: beside FILE of --poll, if it ends in _raw, the files that end in _offset and _scale, as the \
kernel's IIO has them.

Limits: a line of text is looked at up to 64 KiB; a sample has at most 400 decimal places and is \
finite as a double; a simulated range has at most 18 digits. A reading that is not a number or not \
plausible is counted and never passed on. A tick at which the output was not taken in time is \
missed and counted, not made up for; a simulated sample may be up to 10 ms late.

";

/// An A/D converter, real or simulated, becomes a stream of samples.
#[derive(Clone, Debug, Parser)]
#[command(name = "conv", version, after_help = format!("{EXAMPLES}{}{}", progress::HELP, exit::HELP))]
pub struct Options {
    /// Samples a second: 10, 2.5k, 1M, or max for as many as the reader takes
    #[arg(short, long, value_name = "HZ|max", value_parser = quantity::rate, allow_hyphen_values = true)]
    #[arg(help_heading = "Pace", conflicts_with_all = ["period", "from"])]
    pub rate: Option<Rate>,
    /// Time between two samples: 800ms, 1.5s, 2min [default: 800ms]
    #[arg(short, long, value_name = "DUR", value_parser = quantity::period, allow_hyphen_values = true)]
    #[arg(help_heading = "Pace", conflicts_with = "from")]
    pub period: Option<Period>,
    /// Stop after N samples
    #[arg(short = 'n', long, value_name = "N", value_parser = quantity::count, allow_hyphen_values = true, help_heading = "Pace")]
    pub count: Option<u64>,
    /// Stop after this time
    #[arg(short, long, value_name = "DUR", value_parser = quantity::duration, allow_hyphen_values = true, help_heading = "Pace")]
    pub duration: Option<Duration>,

    /// The range of the simulated values; its decimal places are their resolution
    #[arg(long, value_name = "MIN..MAX", value_parser = levels, allow_hyphen_values = true, default_value = "0..100")]
    #[arg(help_heading = "Simulated converter")]
    #[arg(conflicts_with_all = ["poll", "from"])]
    pub range: Levels,
    /// The same samples for the same seed (a sine is always the same)
    #[arg(long, value_name = "N", value_parser = quantity::count, allow_hyphen_values = true, help_heading = "Simulated converter")]
    #[arg(conflicts_with_all = ["poll", "from"])]
    pub seed: Option<u64>,
    /// The shape of the simulated signal
    #[arg(long, value_enum, default_value_t, help_heading = "Simulated converter")]
    #[arg(conflicts_with_all = ["poll", "from"])]
    pub signal: Signal,

    /// Read one number from FILE at each tick; for an IIO channel (…_raw), its own or shared
    /// offset and scale beside it are taken unless given here
    #[arg(long, value_name = "FILE", help_heading = "Real converter", conflicts_with = "from")]
    pub poll: Option<PathBuf>,
    /// Take a stream as it comes from FILE (a file, FIFO, device), or - for standard input
    #[arg(long, value_name = "FILE|-", help_heading = "Real converter")]
    pub from: Option<PathBuf>,
    /// What the stream consists of: text, or raw words
    #[arg(long, value_enum, default_value_t, value_name = "FMT", help_heading = "Real converter")]
    #[arg(conflicts_with = "poll")]
    pub format: Format,
    /// Interleaved channels in a raw stream
    #[arg(long, value_name = "K", default_value_t = 1, help_heading = "Real converter")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "poll")]
    pub channels: u16,
    /// Which of them to take, from 1
    #[arg(long, value_name = "K", default_value_t = 1, help_heading = "Real converter")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "poll")]
    pub channel: u16,

    /// Add this to each raw value, before --scale, in exact decimal arithmetic
    #[arg(long, value_name = "OFFSET", value_parser = quantity::decimal, allow_hyphen_values = true, help_heading = "Conversion")]
    pub offset: Option<Decimal>,
    /// Multiply by this, after --offset: (raw + OFFSET) × SCALE, in exact decimal arithmetic
    #[arg(long, value_name = "SCALE", value_parser = quantity::decimal, allow_hyphen_values = true, help_heading = "Conversion")]
    pub scale: Option<Decimal>,
    /// Reject values outside of this range, its bounds included
    #[arg(long, value_name = "MIN..MAX", value_parser = quantity::range, allow_hyphen_values = true, help_heading = "Conversion")]
    pub plausible: Option<Range>,

    /// Which system calls remain allowed.
    #[command(flatten)]
    pub sandbox: SandboxOption,
}

impl Options {
    /// How often to ask a converter.
    pub fn ticking(&self) -> Rate {
        let default = || Period::every(DEFAULT_PERIOD).map_or(Rate::Max, Rate::Every);
        self.rate.or(self.period.map(Rate::Every)).unwrap_or_else(default)
    }

    /// The file that is opened, if there is one.
    fn file(&self) -> Option<&Path> {
        let stream = self.from.as_deref().filter(|&path| path != Path::new(STANDARD_INPUT));
        self.poll.as_deref().or(stream)
    }

    /// How each reading is converted.
    pub fn conversion(&self) -> Conversion {
        Conversion { offset: self.offset.clone(), scale: self.scale.clone() }
    }

    /// The checks of each value, in order.
    pub fn checks(&self) -> Checks {
        let plausible = self.plausible.clone().map(|range| Box::new(Plausible::new(range)) as _);
        let checks: [Option<Box<dyn Check>>; 1] = [plausible];
        Checks::new(checks.into_iter().flatten().collect())
    }

    /// What a stream consists of.
    pub fn layout(&self) -> Layout {
        Layout { format: self.format, channels: self.channels.into(), channel: self.channel.into() }
    }
}

impl CommandLine for Options {
    const NEEDS: &'static [Need] = &[
        Need { option: "format", one_of: &["from"] },
        Need { option: "channels", one_of: &["from"] },
        Need { option: "channel", one_of: &["from"] },
    ];
    // Reading `f32be` as `f32le` would give other numbers.
    const NOT_GUESSED: &'static [&'static str] = &["--format"];

    fn check(&self) -> Result<(), String> {
        if self.seed.is_some() && self.signal == Signal::Sine {
            return Err("--seed is for random signals: a sine is always the same".to_owned());
        }
        if self.format == Format::Text && (self.channels, self.channel) != (1, 1) {
            return Err("--channels and --channel need a raw --format".to_owned());
        }
        if self.poll.as_deref() == Some(Path::new(STANDARD_INPUT)) {
            return Err("--poll reads a file at each tick; standard input is --from -".to_owned());
        }
        if self.channel > self.channels {
            return Err(format!("there is no channel {} of {}", self.channel, self.channels));
        }
        Ok(())
    }
}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        // A stream is already open by then.
        let file = self.poll.as_deref().map(|_| Grant::ReadFiles);
        // Standard input may be a terminal, too, so `--from -` needs it as well.
        let terminal = self.from.as_deref().map(|_| Grant::TakeTerminal);
        self.sandbox.granting(file.into_iter().chain(terminal))
    }

    fn reads(&self) -> Vec<&Path> {
        self.file().into_iter().collect()
    }

    fn reads_standard_input(&self) -> bool {
        self.from.is_some() && self.file().is_none()
    }
}

fn levels(text: &str) -> Result<Levels, String> {
    let Range { min, max } = quantity::range(text)?;
    let places = min.places().max(max.places());
    // Adding a zero with this many places brings both bounds to the same unit.
    let zero = Decimal::new(0, places);
    let units = |bound: &Decimal| match (bound + &zero).mantissa() {
        Mantissa::Small(units) => Ok(*units),
        Mantissa::Big(_) => Err("a simulated range has at most 18 digits".to_owned()),
    };
    Ok(Levels { min: units(&min)?, max: units(&max)?, places })
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::process::command_line::NoOptions;
    use std::ffi::OsString;

    fn parse(words: &str) -> Result<Options, String> {
        let words = format!("conv {words}");
        match stage::process::command_line::parse(words.split_whitespace().map(OsString::from)) {
            Ok(options) => Ok(options),
            Err(NoOptions::Wrong(why)) => Err(why),
            Err(NoOptions::Help(text)) => panic!("{text}"),
        }
    }

    #[test]
    fn the_default_is_the_classic_converter() {
        let options = parse("").unwrap();
        assert_eq!(options.range, Levels { min: 0, max: 100, places: 0 });
        assert_eq!(options.signal, Signal::Uniform);
        let Rate::Every(period) = options.ticking() else { unreachable!() };
        assert_eq!(period.times(1), Duration::from_millis(800));
    }

    #[test]
    fn the_ranges_places_are_the_resolution() {
        let levels = |text: &str| parse(&format!("--range {text}")).unwrap().range;
        assert_eq!(levels("-1.5..1"), Levels { min: -15, max: 10, places: 1 });
        assert_eq!(levels("0.00..5.00"), Levels { min: 0, max: 500, places: 2 });
        assert!(parse("--range 0..1e18").unwrap_err().ends_with("has at most 18 digits"));
    }

    #[test]
    fn options_that_contradict_each_other_are_refused() {
        for words in [
            "--rate 5 --period 1s",
            "--from x --rate 5",
            "--from x --seed 1",
            "--poll x --from y",
            "--poll x --signal sine",
            "--format s16le",
            "--channels 2",
            "--signal sine --seed 1",
            "--from x --channels 2",
            "--from x --format u8 --channels 2 --channel 3",
            "--from x --format u8 --channel 0",
            "--rate 0",
            "--rate -1",
            "--range 5..1",
            "--count -1",
            "extra",
        ] {
            assert!(parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn negative_numbers_are_values() {
        let options = parse("--offset -273.15 --scale -1 --plausible -5..5").unwrap();
        assert_eq!(options.offset.unwrap().to_string(), "-273.15");
        assert_eq!(options.plausible.unwrap().to_string(), "-5..5");
    }
}
