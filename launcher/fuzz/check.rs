//! What holds for any command line of the five programs: nothing panics; what is wrong with it is
//! told in one line; and what is accepted can be worked with. For the fuzzer, and for a property
//! test beside it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::{Duration, Instant};

use stage::fake::FakeClock;
use stage::format::decimal::Decimal;
use stage::format::record::Record;
use stage::format::sample::Sample;
use stage::process::command_line::{CommandLine, NoOptions, parse};
use stage::process::quantity::{Bounds, Period, Rate, bounds};
use stage::process::surroundings::Surroundings;
use wandler_conv::Settings;
use wandler_conv::processing::Processing;
use wandler_conv::pump;
use wandler_conv::sender::Sender;
use wandler_conv::source::clocked::Clocked;
use wandler_conv::source::simulated::{Levels, Simulated};
use wandler_conv::ticks::{Sampling, Ticks};
use wandler_launcher::calls::Calls;
use wandler_launcher::process::Process;
use wandler_launcher::shell;
use wandler_launcher::words::for_a_shell;
use wandler_stat::files::only;

/// Samples that a simulated converter is asked for.
const SAMPLES: u64 = 100;

/// Tries `data`: its first byte chooses a program, and whether the words that follow are separated
/// as a shell does it (what cannot be, at blanks), or are any bytes, separated by zeros.
pub(crate) fn options(data: &[u8]) {
    let [choice, line @ ..] = data else { return };
    let words = if choice / 5 % 2 == 0 { split(line) } else { cut(line) };
    match choice % 5 {
        0 => conv(words),
        1 => log(words),
        2 => stat(words),
        3 => report(words),
        _ => launcher(words),
    }
}

fn split(line: &[u8]) -> Vec<OsString> {
    // No word of a command line can have a zero in it.
    let line = String::from_utf8_lossy(line).replace('\0', " ");
    let words = shell_words::split(&line);
    let words = words.unwrap_or_else(|_| line.split_whitespace().map(str::to_owned).collect());
    words.into_iter().map(OsString::from).collect()
}

fn cut(line: &[u8]) -> Vec<OsString> {
    line.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec())).collect()
}

/// The options, if these words are accepted.
fn accepted<O: CommandLine>(words: impl IntoIterator<Item = OsString>) -> Option<O> {
    let name = OsString::from(O::command().get_name());
    match parse(std::iter::once(name).chain(words)) {
        Ok(options) => Some(options),
        Err(NoOptions::Help(text)) => {
            assert!(!text.is_empty());
            None
        }
        Err(NoOptions::Wrong(text)) => {
            assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
            None
        }
    }
}

fn conv(words: Vec<OsString>) {
    let Some(options) = accepted::<wandler_conv::Options>(words) else { return };
    options.sent().expect("what is sent can be sent");
    for plausible in &options.checks.plausible {
        check_bounds(&plausible.value);
    }
    for number in options.conversion.offset.iter().chain(&options.conversion.scale) {
        // The parts of a fraction may be larger than what they were reduced from.
        if let Ok(again) = number.value.to_string().parse() {
            assert_eq!(number.value, again);
        }
    }
    if let Rate::Every(period) = options.ticking() {
        check_period(period);
        check_ticks(period, options.duration);
    }
    check_simulation(&options);
}

fn check_bounds(accepted: &Bounds) {
    assert!(!matches!(accepted, Bounds { min: Some(min), max: Some(max) } if min > max));
    assert_eq!(bounds(&accepted.to_string()).as_ref(), Ok(accepted));
}

/// Periods are not shorter than what the clock can tell apart, and ticks come when they are due.
fn check_period(period: Period) {
    assert!(period.times(1) >= Duration::from_nanos(1));
    for tick in [0, 1, 2, 3, 1000] {
        let due = period.times(tick);
        if due.as_secs() < u64::MAX {
            assert_eq!(period.ticks_in(due), tick);
        }
    }
}

fn check_ticks(period: Period, duration: Option<Duration>) {
    for sampling in [Sampling::Single, Sampling::Batched] {
        let mut now = Instant::now();
        let mut ticks = Ticks::new(now, period, duration, sampling);
        for late in [0, 0, 1, 1_000_000_000, 0] {
            let Some(deadline) = ticks.deadline() else { break };
            assert!(duration != Some(Duration::ZERO) && deadline + Duration::from_secs(1) >= now);
            now = now.max(deadline) + Duration::from_nanos(late);
            ticks.take(now);
        }
    }
}

/// Simulated samples lie in the range that was asked for.
fn check_simulation(options: &wandler_conv::Options) {
    let grid = options.simulation.range.first().map_or(Levels::PERCENT, |range| range.value);
    let seed = options.simulation.seed.first().map_or(1, |seed| seed.value);
    let simulated = Simulated::new(options.simulation.signal[0], &grid, Some(seed))
        .expect("a seed needs no system");
    let mut source = Clocked::new(simulated, FakeClock::new(), Rate::Max, None, Sampling::Batched);
    let (mut samples, mut messages) = (Vec::new(), Vec::new());
    let limit = options.count.unwrap_or(SAMPLES).min(SAMPLES);
    let mut sender = Sender::new(&mut samples, Some(limit), &mut messages);
    let mut unchanged = Processing::new(Settings::default());
    pump(&mut source, &mut unchanged, &mut sender).expect("memory can be written");
    sender.close();
    let [min, max] = [grid.min, grid.max].map(|bound| Decimal::new(bound, grid.places));
    for line in samples.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let sample = Sample::parse(line).expect("it is a sample");
        assert!(min <= *sample && *sample <= max, "{sample} is not in {min}..{max}");
    }
    assert!(messages.is_empty(), "{messages:?}");
}

fn log(words: Vec<OsString>) {
    let Some(options) = accepted::<wandler_log::Options>(words) else { return };
    let now = Instant::now();
    let deadline = options.sync.deadline(now);
    assert!(deadline.is_none_or(|deadline| deadline >= now));
}

/// With accepted options, statistics are what they are asked to be.
fn stat(words: Vec<OsString>) {
    let Some(options) = accepted::<wandler_stat::Options>(words) else { return };
    for quantile in &options.quantiles {
        for n in [1, 2, 1000, u64::MAX] {
            assert!((1..=n).contains(&quantile.rank(n)));
        }
    }
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let input = &b"1\n-2.5e3\nx\n7\n"[..];
    let ended = wandler_stat::run(
        &options,
        Surroundings::new(only(input), &mut output, &FakeClock::new(), &mut messages),
    );
    match ended.result {
        Ok(_) => assert!(!options.strict && !options.merge),
        Err(_) if options.strict || options.merge => {}
        // The input's only channel is another.
        Err(error) => {
            assert!(!options.columns.is_empty(), "{error}");
            assert!(error.to_string().starts_with("cannot count channel"), "{error}");
        }
    }
    for line in output.split_inclusive(|byte| *byte == b'\n') {
        let record = Record::parse(line).expect("it is a record");
        let names = record.quantiles.iter().map(|figure| &figure.name);
        assert!(names.eq(options.quantiles.iter().map(|quantile| &quantile.name)), "{record:?}");
    }
}

fn report(words: Vec<OsString>) {
    let Some(options) = accepted::<wandler_report::Options>(words) else { return };
    for condition in &options.fail_if {
        let text = condition.to_string();
        let again = text.parse::<wandler_report::condition::Condition>();
        assert_eq!(again.map(|condition| condition.to_string()), Ok(text));
    }
}

/// A stage gets the words that it is given, in the shell form as well; and the live view takes no
/// option from `stat`.
fn launcher(words: Vec<OsString>) {
    let Some(options) = accepted::<wandler_launcher::Options>(words) else { return };
    let (via, calls) = (options.via, options.calls());
    let command =
        shell::command(Path::new("/bin"), via, true, &calls).into_string().expect("UTF-8");
    for process in Process::STAGES {
        let quoted = calls.words(process).into_iter().map(|it| for_a_shell(it.as_ref()));
        let quoted = quoted.collect::<Vec<_>>().join(" ".as_ref()).into_string().expect("UTF-8");
        assert!(command.contains(&quoted), "{quoted}: {command}");
        let again = shell_words::split(&quoted);
        // Which does not know bash's way to write a line end.
        let has_line_end = calls.words(process).iter().any(|word| word.contains('\n'));
        assert!(has_line_end || again.is_ok_and(|words| words == calls.words(process)), "{quoted}");
    }
    let words = |calls: &Calls, process| {
        calls.words(process).iter().map(OsString::from).collect::<Vec<_>>()
    };
    if accepted::<wandler_stat::Options>(words(&calls, Process::Stat)).is_some() {
        let for_report = words(&calls.clone().for_report(true), Process::Stat);
        assert!(accepted::<wandler_stat::Options>(for_report).is_some(), "{options:?}");
    }
    calls.wants_live();
    conv(words(&calls, Process::Conv));
    report(words(&calls, Process::Report));
}
