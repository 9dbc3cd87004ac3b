//! The command line of `conv`.

mod format;
mod help;
mod serial;
mod simulation;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgAction, Parser};
use stage::format::columns::Columns;
use stage::format::name::Name;
use stage::process::command_line::{CommandLine, Need, StageOptions};
use stage::process::quantity::{self, Period, Rate};
use stage::process::sandbox::{Grant, Reach, Sandbox, SandboxOption};
use stage::stream::files::STANDARD_INPUT;

use self::format::FormatParser;
use self::serial::SerialOptions;
pub(crate) use self::simulation::SimulationOptions;
use crate::channel::Settings;
use crate::check::CheckOptions;
use crate::conversion::ConversionOptions;
use crate::missing::MissingOptions;
use crate::source::choice::{Choice, Selection};
use crate::source::dialect::Dialect;
use crate::source::format::Format;
use crate::source::layout::Layout;
use crate::source::polled;
use crate::source::timing::InputTime;

/// The pace of the classic system.
const DEFAULT_PERIOD: Duration = Duration::from_millis(800);

/// An A/D converter, real or simulated, becomes a stream of samples.
#[derive(Clone, Debug, Parser)]
#[command(name = "conv", version, disable_help_flag = true, after_help = help::text())]
pub struct Options {
    /// Read a number from FILE at each tick; several make a row. IIO's own scale is applied to …_raw
    #[arg(long, value_name = "FILE", help_heading = "Real converter", conflicts_with = "from")]
    pub poll: Vec<PathBuf>,
    /// Read a file, FIFO, device, or - for standard input
    #[arg(long, value_name = "FILE|-", help_heading = "Real converter")]
    pub from: Option<PathBuf>,
    /// Read what is enabled in an IIO device's buffer, in the kernel's units (mV, m°C): iio:device0, ads1115
    #[arg(long, value_name = "DEVICE", help_heading = "Real converter")]
    #[arg(conflicts_with_all = ["poll", "from", "rate", "period"])]
    pub iio: Option<PathBuf>,
    /// text, labels (temp:21.5 hum:48), json (an object a line), wav, or raw words: u8, s16le, f32be,
    /// le:s12/16>>4 [default: text or wav]
    #[arg(long, value_parser = FormatParser, value_name = "FMT", hide_possible_values = true)]
    #[arg(help_heading = "Real converter", conflicts_with = "poll")]
    pub format: Option<Format>,
    /// Interleaved channels of raw words
    #[arg(long, value_name = "K", default_value_t = 1, help_heading = "Real converter")]
    #[arg(value_parser = format::channels, conflicts_with = "poll")]
    pub channels: u16,
    /// What to take, by number or name: 3,temp [default: all, or 1 of raw words]
    #[arg(
        long,
        visible_alias = "channel",
        value_name = "COL,…|all",
        help_heading = "Real converter"
    )]
    #[arg(conflicts_with = "poll")]
    pub columns: Option<Selection>,

    /// How it is opened.
    #[command(flatten)]
    pub serial: SerialOptions,

    /// Samples (or rows) a second: 10, 2.5k, 1M, max
    #[arg(short, long, value_name = "HZ|max", value_parser = quantity::rate, allow_hyphen_values = true)]
    #[arg(help_heading = "Pace", conflicts_with_all = ["period", "from"])]
    pub rate: Option<Rate>,
    /// Or the time between two: 1.5s [default: 800ms]
    #[arg(short, long, value_name = "DUR", value_parser = quantity::period, allow_hyphen_values = true)]
    #[arg(help_heading = "Pace", conflicts_with = "from")]
    pub period: Option<Period>,
    /// Stop after N samples (or rows) were sent
    #[arg(short = 'n', long, value_name = "N", value_parser = quantity::count, allow_hyphen_values = true, help_heading = "Pace")]
    pub count: Option<u64>,
    /// Stop after this time: 500ms, 2h
    #[arg(short, long, value_name = "DUR", value_parser = quantity::duration, allow_hyphen_values = true, help_heading = "Pace")]
    pub duration: Option<Duration>,

    /// How text is written.
    #[command(flatten)]
    pub dialect: Dialect,
    /// Leave out N lines, or bytes of raw words
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        value_parser = quantity::count,
        help_heading = "Text",
        conflicts_with = "poll"
    )]
    pub skip: u64,

    /// Put the time of each reading in front
    #[arg(long, help_heading = "Times and names")]
    pub stamp: bool,
    /// What the times of the input look like.
    #[command(flatten)]
    pub times: InputTime,
    /// Names of the channels [default: those of the input]
    #[arg(long, value_name = "NAME,…", value_parser = names, help_heading = "Times and names")]
    pub names: Option<Columns>,

    /// How raw readings become values.
    #[command(flatten)]
    pub conversion: ConversionOptions,
    /// Which readings are missing.
    #[command(flatten)]
    pub missing: MissingOptions,
    /// Which values are rejected.
    #[command(flatten)]
    pub checks: CheckOptions,

    /// What a simulated converter gives.
    #[command(flatten)]
    pub simulation: SimulationOptions,

    /// Print this help
    // The short form, whichever is asked for: the long one is twice as long, and says no more.
    #[arg(short, long, action = ArgAction::HelpShort)]
    pub help: Option<bool>,

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

    fn format(&self) -> Format {
        self.format.unwrap_or_default()
    }

    /// The stream's file, if it is one.
    fn stream(&self) -> Option<&Path> {
        self.from.as_deref().filter(|&path| path != Path::new(STANDARD_INPUT))
    }

    /// What is done to each channel's readings.
    pub fn settings(&self) -> Settings {
        Settings {
            conversion: self.conversion.clone(),
            checks: self.checks.clone(),
            missing: self.missing.clone(),
            devices: Vec::new(),
        }
    }

    /// What a stream consists of, and what is taken of it.
    pub fn layout(&self) -> Layout {
        Layout {
            format: self.format(),
            channels: self.channels.into(),
            choice: self.choice(),
            may_be_wav: self.format.is_none() && !self.serial.reconnect,
            dialect: self.dialect.clone(),
            times: self.times.clone(),
            skip: self.skip,
            missing: self.missing.clone(),
        }
    }

    fn choice(&self) -> Choice {
        let (columns, time, names) =
            (self.columns.clone(), self.times.time.clone(), self.names.clone());
        let (is_stamped, uses_times) = (self.stamp, self.checks.use_times());
        Choice { columns, time, names, is_stamped, uses_times }
    }

    /// What is sent, as far as it is known before anything is read: of text and of a device's buffer, only
    /// what the user says.
    pub fn sent(&self) -> Result<Columns, String> {
        let said = || Ok(self.names.clone().unwrap_or(Columns::CLASSIC));
        let names = match (&self.from, &self.poll[..]) {
            _ if self.iio.is_some() => return said(),
            (Some(_), _) => {
                let of_words = |word| self.layout().sent_words(word);
                return self.format().word().map_or_else(said, of_words);
            }
            (None, []) => (1..=self.simulation.signal.len()).map(Name::numbered).collect(),
            (None, paths) => polled::names(paths),
        };
        self.choice().sent(self.stamp, names, false)
    }

    /// Checks what is said of the columns and channels.
    fn check_channels(&self) -> Result<(), String> {
        let is_foreign = self.from.is_some() && self.format().word().is_none();
        let is_text = is_foreign && self.format().is_text();
        // What its columns are shows only when it is read.
        let is_open = is_foreign || self.iio.is_some();
        if !is_text && self.names.as_ref().is_some_and(Columns::have_time) {
            return Err("--names names channels; --stamp puts a time in front".to_owned());
        }
        if let (true, Some(Selection::These(columns)), Some(names)) =
            (is_foreign, &self.columns, &self.names)
        {
            let taken = columns.iter().map(|_| Name::numbered(1)).collect();
            Choice { names: Some(names.clone()), ..Choice::default() }.sent(false, taken, false)?;
        }
        let sent = self.sent()?;
        if is_open && self.names.is_none() {
            return Ok(());
        }
        self.settings().check(&sent).map_err(|why| why.to_string())?;
        self.simulation.check_known(&sent).map_err(|why| why.to_string())
    }
}

impl CommandLine for Options {
    const NEEDS: &'static [Need] = &[
        Need { option: "baud", one_of: &["from"] },
        Need { option: "reconnect", one_of: &["from"] },
        Need { option: "format", one_of: &["from"] },
        Need { option: "channels", one_of: &["from"] },
        Need { option: "columns", one_of: &["from", "iio"] },
        Need { option: "time", one_of: &["from"] },
        Need { option: "time-format", one_of: &["time"] },
        Need { option: "time-zone", one_of: &["time"] },
        Need { option: "delimiter", one_of: &["from"] },
        Need { option: "decimal", one_of: &["from"] },
        Need { option: "comment", one_of: &["from"] },
        Need { option: "skip", one_of: &["from"] },
        Need { option: "step-patience", one_of: &["step"] },
    ];
    // Reading `f32be` as `f32le` would give other numbers.
    const NOT_GUESSED: &'static [&'static str] = &["--format"];

    fn check(&self) -> Result<(), String> {
        self.simulation.check()?;
        if self.format().word().is_none() && self.channels != 1 {
            return Err("--channels needs a raw --format".to_owned());
        }
        if self.poll.iter().any(|path| path == Path::new(STANDARD_INPUT)) {
            return Err("--poll reads a file at each tick; standard input is --from -".to_owned());
        }
        self.conversion.check()?;
        self.checks.check()?;
        self.layout().check()?;
        self.serial.check(self.stream().is_some(), self.format())?;
        self.check_channels()
    }
}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        // A stream is already open by then.
        let file = (!self.poll.is_empty()).then_some(Grant::ReadFiles);
        // Standard input may be a terminal, too, so `--from -` needs it as well.
        let terminal = self.from.as_deref().map(|_| Grant::TakeTerminal);
        let own = file.into_iter().chain(terminal);
        let polled = self.poll.iter().cloned().map(Reach::ReadAnew);
        let returning = self.stream().filter(|_| self.serial.reconnect);
        let returning = returning.map(|path| Reach::Reconnect(path.to_owned()));
        let sandbox = self.sandbox.granting(own.chain(self.serial.grants()));
        sandbox.reaching(polled.chain(returning))
    }

    fn reads(&self) -> Vec<&Path> {
        self.poll.iter().map(PathBuf::as_path).chain(self.stream()).collect()
    }

    fn reads_standard_input(&self) -> bool {
        self.from.is_some() && self.stream().is_none()
    }
}

fn names(text: &str) -> Result<Columns, String> {
    Columns::named(text.split(',').map(str::trim)).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::simulated::{Levels, Signal};
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
        assert!(options.simulation.range.is_empty());
        assert_eq!(options.simulation.signal, [Signal::Uniform]);
        assert_eq!(options.sent(), Ok(Columns::CLASSIC));
        let Rate::Every(period) = options.ticking() else { unreachable!() };
        assert_eq!(period.times(1), Duration::from_millis(800));
    }

    #[test]
    fn the_ranges_places_are_the_resolution() {
        let levels =
            |text: &str| parse(&format!("--range {text}")).unwrap().simulation.range[0].value;
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
        assert_eq!(options.conversion.offset[0].value.to_string(), "-273.15");
        assert_eq!(options.checks.plausible[0].value.to_string(), "-5..5");
    }
}
