//! What must be there before something can be measured: where it is not, the figure is named as not
//! measured, with how to get what is missing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::Bench;
use crate::programs::{Build, Programs};

/// The repository that this was built from.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Something that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// A program from a package of the distribution's, which has its name but for Miller's.
    Program(&'static str),
    /// A module of Python, which has the name of its package.
    Module(&'static str),
    /// A `stat` with `--jobs`.
    Jobs,
    /// Two cores, for two threads.
    Cores,
    /// The programs, linked statically. They are built for it.
    StaticBuild,
}

impl Need {
    /// Why it is not met, if it is not.
    pub(crate) fn obstacle(self, bench: &Bench, has_jobs: bool) -> Option<String> {
        match self {
            Need::Program(name) if bench.programs.find(name, Build::Usual).is_none() => {
                let package = if name == "mlr" { "miller" } else { name };
                Some(format!("{name} is missing: apt-get install {package}"))
            }
            Need::Module(name) if !has_module(&bench.programs, name) => {
                Some(format!("python3 has no {name}: pip install {name}"))
            }
            Need::Jobs if !has_jobs => Some("this stat has no --jobs".to_owned()),
            Need::Cores if cores() < 2 => Some("there is one core".to_owned()),
            Need::StaticBuild => {
                bench.tell("building the static programs");
                static_build(&bench.programs).err()
            }
            _ => None,
        }
    }
}

fn has_module(programs: &Programs, name: &str) -> bool {
    let Some(python) = programs.find("python3", Build::Usual) else { return false };
    let mut import = Command::new(python);
    import.args(["-c", &format!("import {name}")]);
    import.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, Into::into)
}

/// Builds them where the script puts them, so that they are never older than what they are beside.
fn static_build(programs: &Programs) -> Result<(), String> {
    let script = Path::new(ROOT).join("scripts/build-static");
    let output = Command::new(&script)
        .env("CARGO_TARGET_DIR", programs.target_directory())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {}: {error}", script.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("scripts/build-static failed: {}", said.lines().last().unwrap_or_default()))
}

/// Whether `stat` has threads: asked of its own help, since it may be of any age.
pub(crate) fn stat_has_jobs(programs: &Programs) -> bool {
    let help = Command::new(programs.ours("stat")).arg("--help").output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--jobs"))
}
