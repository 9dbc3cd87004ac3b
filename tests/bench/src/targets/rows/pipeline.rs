//! Rows about what joins the stages: the launcher, its transports, its fan-out, and `log`.

use wandler_launcher::transport::Via;

use crate::data::INTEGERS;
use crate::inputs::Input;
use crate::job::Job;
use crate::programs::Build;
use crate::targets::measure::{Entrant, Measure, Method};
use crate::targets::need::Need;
use crate::targets::target::Target;
use crate::transports::{BLOCK, Message, ONE_SAMPLE};
use crate::{idle, latency, transports};

use super::Setting;

/// What is recorded in.
const RECORDED: &str = "recorded.txt";

/// From the start to the first line of the report.
pub(super) fn start(_: &Setting) -> Vec<Measure> {
    let one = "--rate max --count 1";
    let ours = format!("launcher --conv \"{one}\" --log \"--truncate one.txt\"");
    let theirs = format!("conv {one} | tee -i >(log --truncate one.txt) | stat | report");
    let measure = |build, name, limit| {
        let entrant =
            |script: &str| Entrant::new(Job::shell(script).until_its_first_line().of(build), 1);
        let ours_in_words = format!("the launcher's first line, {name}");
        Measure::race(ours_in_words, entrant(&ours), Target::times(limit))
            .against("`conv | tee -i >(log) | stat | report` in bash")
            .rival(entrant(&theirs))
    };
    vec![
        measure(Build::Static, "static", 1.0).needing(Need::StaticBuild),
        measure(Build::Usual, "dynamic", 1.1),
    ]
}

/// The rival converts with our `conv` too, and then only moves the samples: nothing counts them.
pub(super) fn launcher(setting: &Setting) -> Vec<Measure> {
    let samples = 10 * setting.samples;
    let measure = |range: &str, data, limit| {
        let conv = format!("--rate max{range} --count {samples}");
        let ours =
            format!("launcher --conv \"{conv}\" --log \"--truncate --sync never {RECORDED}\"");
        let theirs = format!("conv {conv} | tee >(cat > {RECORDED}) | cat > /dev/null");
        let entrant = |script: &str| Entrant::new(Job::shell(script).writing(RECORDED), samples);
        let race = Measure::race("the whole launcher", entrant(&ours), Target::times(limit))
            .against("`conv | tee >(cat > OUT) | cat > /dev/null` in bash")
            .rival(entrant(&theirs));
        Measure { data, ..race }
    };
    vec![measure("", "integers 0–100", 0.6), measure(" --range 980.00..1030.00", "1013.25", 0.8)]
}

/// Those that cost the most beside the bare object.
pub(super) fn transports(_: &Setting) -> Vec<Measure> {
    let measure = |via: Via, message: &'static Message| {
        let ours = format!("the transport over a {}", via.name());
        let target = Target::speed(transports::THROUGHPUT);
        let measure = Measure::by(Method::Transport(via, message), ours, target);
        Measure { data: message.name, ..measure }.against("the bare object")
    };
    vec![
        measure(Via::Mqueue, &ONE_SAMPLE),
        measure(Via::Mqueue, &BLOCK),
        measure(Via::Pipe, &ONE_SAMPLE),
    ]
}

pub(super) fn latency(_: &Setting) -> Vec<Measure> {
    vec![
        Measure::by(
            Method::Latency,
            "the launcher's latency at 1 kHz, 99th percentile",
            Target::times(latency::TARGET),
        )
        .against("bare processes and pipes"),
        Measure::by(
            Method::WakeUps,
            "wake-ups of all processes of `launcher`",
            Target::rate(idle::MOST_WAKE_UPS),
        ),
    ]
}

pub(super) fn recording(setting: &Setting) -> Vec<Measure> {
    let input = Input { data: INTEGERS, samples: setting.many() };
    let name = input.name();
    let entrant = |script: &str| Entrant::naming(Job::shell(script).writing(RECORDED), input);
    let ours = format!("cat {name} | log --truncate --sync never {RECORDED}");
    let theirs = format!("cat {name} | cat > {RECORDED}");
    vec![
        Measure::race(
            "`cat FILE | log --truncate --sync never OUT`",
            entrant(&ours),
            Target::times(1.1),
        )
        .on(INTEGERS)
        .against("`cat FILE | cat > OUT`")
        .rival(entrant(&theirs)),
    ]
}

/// The launcher's fan-out, as a program of its own, in place of coreutils' tee. It makes its pipes as
/// large as the launcher does, which tee does not; and since it feeds pipes only, a process more
/// writes the file, as `log` does.
pub(super) fn fan_out(setting: &Setting) -> Vec<Measure> {
    let input = Input { data: INTEGERS, samples: setting.many() };
    let between = |tee: &str| {
        let script = format!("cat {} | {tee} | cat > /dev/null", input.name());
        Entrant::naming(Job::shell(&script), input)
    };
    let ours = between("bench-fan-out 3> >(cat > copy.txt)");
    vec![
        Measure::race("the launcher's tee, and `cat > OUT`", ours, Target::one_in(2.0))
            .on(INTEGERS)
            .against("`tee OUT`")
            .rival(between("tee copy.txt")),
    ]
}
