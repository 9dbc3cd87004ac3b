//! The program that the kernel runs at each system call, made of the calls that are kept.
//!
//! It is classic BPF, and small, since each stage hands one over as it starts: the kernel checks and
//! translates it, and tries it for every call there is (what is always allowed is not asked for
//! again). So the call's number is sought by halves among the *runs* of neighbouring numbers that
//! have the same outcome, instead of being compared with one after the other, which is what the
//! usual libraries make, at four times the cost.
//!
//! A BPF program only jumps forward. It is put together from its end to its beginning, so that every
//! place to jump to is known already:
//!
//! 1. kill, and after it allow;
//! 2. for each call that is allowed under a condition, the comparisons of its argument;
//! 3. the search for the number;
//! 4. what the kernel begins with: is this the architecture whose numbers these are?

use std::collections::BTreeMap;
use std::mem::offset_of;

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W, seccomp_data,
    sock_filter,
};

/// As the kernel names an architecture whose numbers are of 64 bits, the least significant first:
/// the number in the head of its executables, and two flags (`linux/audit.h`).
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xC000_0000 | libc::EM_X86_64 as u32;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xC000_0000 | libc::EM_AARCH64 as u32;
#[cfg(target_arch = "riscv64")]
const ARCHITECTURE: u32 = 0xC000_0000 | libc::EM_RISCV as u32;

/// An argument of a call, counted from 0; its lower half, which is all there is of an `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Argument(pub(super) u32);

/// When a call is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whatever its arguments.
    Always,
    /// If the argument is one of these.
    OneOf(Argument, Vec<u32>),
    /// If the argument has none of these bits.
    Without(Argument, u32),
}

/// The calls that are allowed, by their numbers, which are all well below `u32::MAX`.
pub(super) type Rules = BTreeMap<u32, Rule>;

/// Instructions that a program can have while every jump in it is short enough.
const MOST: usize = 1 + u8::MAX as usize;

/// The program that allows these and kills the process for any other; `None` if it would be too
/// long.
pub(super) fn program(rules: &Rules) -> Option<Vec<sock_filter>> {
    let mut program = Backwards::default();
    let allow = program.end(libc::SECCOMP_RET_ALLOW);
    // In this order: without a rule there is nothing to search, and what is loaded falls through.
    let kill = program.end(libc::SECCOMP_RET_KILL_PROCESS);
    let mut runs = Runs(vec![(0, kill)]);
    for (&number, rule) in rules {
        let place = match rule {
            Rule::Always => allow,
            // Without a comparison, what was loaded would be followed by what was put before.
            Rule::OneOf(_, values) if values.is_empty() => kill,
            Rule::OneOf(argument, values) => {
                let compare = |no, &value| program.branch(BPF_JEQ, value, allow, no);
                values.iter().rev().fold(kill, compare);
                program.load(argument.offset())
            }
            Rule::Without(argument, bits) => {
                program.branch(BPF_JSET, *bits, kill, allow);
                program.load(argument.offset())
            }
        };
        runs.set(number, place, kill);
    }
    program.search(&runs.0);
    let number = program.load(offset_of!(seccomp_data, nr));
    program.branch(BPF_JEQ, ARCHITECTURE, number, kill);
    program.load(offset_of!(seccomp_data, arch));
    (program.0.len() <= MOST).then(|| program.forwards())
}

impl Argument {
    /// Where it lies in what the program is given: the lower half comes first.
    fn offset(self) -> usize {
        offset_of!(seccomp_data, args) + self.0 as usize * size_of::<u64>()
    }
}

/// Where to go for the numbers from this one on, up to the next.
struct Runs(Vec<(u32, Place)>);

impl Runs {
    /// Sends `number`, which is greater than all before, to `place`, and those after it to `kill`.
    fn set(&mut self, number: u32, place: Place, kill: Place) {
        self.0.pop_if(|(first, _)| *first == number);
        if self.0.last().is_none_or(|(_, last)| *last != place) {
            self.0.push((number, place));
        }
        self.0.push((number + 1, kill));
    }
}

/// An instruction's place, counted from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place(usize);

/// A program, its last instruction first.
#[derive(Default)]
struct Backwards(Vec<sock_filter>);

impl Backwards {
    fn put(&mut self, code: u32, k: u32, [jt, jf]: [u8; 2]) -> Place {
        self.0.push(sock_filter { code: code as u16, jt, jf, k });
        Place(self.0.len() - 1)
    }

    /// The outcome.
    fn end(&mut self, outcome: u32) -> Place {
        self.put(BPF_RET | BPF_K, outcome, [0, 0])
    }

    /// Looks at 32 bits of what the program is given, for what was put before.
    fn load(&mut self, offset: usize) -> Place {
        self.put(BPF_LD | BPF_W | BPF_ABS, offset as u32, [0, 0])
    }

    /// Compares what was loaded with `value`.
    fn branch(&mut self, comparison: u32, value: u32, yes: Place, no: Place) -> Place {
        let here = self.0.len();
        // A program in which that is not enough is refused in the end.
        let jump = |to: Place| u8::try_from(here - 1 - to.0).unwrap_or(u8::MAX);
        self.put(BPF_JMP | comparison | BPF_K, value, [jump(yes), jump(no)])
    }

    /// Finds the run that the loaded number lies in.
    fn search(&mut self, runs: &[(u32, Place)]) -> Place {
        match runs.split_at(runs.len() / 2) {
            ([], rest) => rest.last().map_or(Place(0), |(_, place)| *place),
            (before, rest) => {
                let [no, yes] = [before, rest].map(|half| self.search(half));
                let first = rest.first().map_or(0, |(first, _)| *first);
                self.branch(BPF_JGE, first, yes, no)
            }
        }
    }

    fn forwards(self) -> Vec<sock_filter> {
        self.0.into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libc::{SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS};
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    /// Runs a program as the kernel does: what it says of a call.
    fn run(program: &[sock_filter], arch: u32, number: u32, arguments: [u64; 6]) -> u32 {
        let mut given = vec![number, arch, 0, 0];
        given.extend(arguments.iter().flat_map(|&it| [it as u32, (it >> 32) as u32]));
        let (mut at, mut loaded) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            let mut branch = |holds| at += usize::from(if holds { jt } else { jf });
            match u32::from(code) {
                code if code == BPF_LD | BPF_W | BPF_ABS => loaded = given[k as usize / 4],
                code if code == BPF_RET | BPF_K => return k,
                code if code == BPF_JMP | BPF_JEQ | BPF_K => branch(loaded == k),
                code if code == BPF_JMP | BPF_JGE | BPF_K => branch(loaded >= k),
                code if code == BPF_JMP | BPF_JSET | BPF_K => branch(loaded & k != 0),
                other => unreachable!("{other:#x}"),
            }
        }
    }

    /// What it has to say.
    fn expected(rules: &Rules, number: u32, arguments: [u64; 6]) -> u32 {
        let value = |argument: &Argument| arguments[argument.0 as usize] as u32;
        let is_allowed = match rules.get(&number) {
            None => false,
            Some(Rule::Always) => true,
            Some(Rule::OneOf(argument, values)) => values.contains(&value(argument)),
            Some(Rule::Without(argument, bits)) => value(argument) & bits == 0,
        };
        if is_allowed { SECCOMP_RET_ALLOW } else { SECCOMP_RET_KILL_PROCESS }
    }

    /// Numbers and values are few, so that they are neighbours, and often the same.
    fn rule() -> impl Strategy<Value = Rule> {
        let argument = || (0..6_u32).prop_map(Argument);
        prop_oneof![
            3 => Just(Rule::Always),
            1 => (argument(), vec(0..8_u32, 0..4)).prop_map(|(it, values)| Rule::OneOf(it, values)),
            1 => (argument(), 0..8_u32).prop_map(|(it, bits)| Rule::Without(it, bits)),
        ]
    }

    proptest! {
        #[test]
        fn the_program_says_what_the_rules_say(
            rules in btree_map(0..40_u32, rule(), 0..30),
            arguments in prop::array::uniform6(0..8_u64),
        ) {
            let program = program(&rules).unwrap();
            for number in (0..50).chain([0x4000_0000, 0x4000_0001, u32::MAX]) {
                let said = run(&program, ARCHITECTURE, number, arguments);
                prop_assert_eq!(said, expected(&rules, number, arguments), "call {}", number);
                let said = run(&program, ARCHITECTURE ^ 1, number, arguments);
                prop_assert_eq!(said, SECCOMP_RET_KILL_PROCESS, "call {} of others", number);
            }
        }
    }

    #[test]
    fn the_upper_half_of_an_argument_does_not_count() {
        let rules = Rules::from([(7, Rule::OneOf(Argument(1), vec![5]))]);
        let program = program(&rules).unwrap();
        let said = run(&program, ARCHITECTURE, 7, [0, 0xFFFF_FFFF_0000_0005, 0, 0, 0, 0]);
        assert_eq!(said, SECCOMP_RET_ALLOW);
    }

    #[test]
    fn a_program_that_is_too_long_to_jump_in_is_refused() {
        let every_other = |calls: u32| (0..calls).map(|it| (2 * it, Rule::Always)).collect();
        assert_eq!(program(&every_other(126)).map(|it| it.len()), Some(MOST));
        assert_eq!(program(&every_other(127)), None);
    }
}
