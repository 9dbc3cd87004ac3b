//! The program that the kernel runs at each system call, made from the calls that are kept.
//!
//! The crate `seccompiler` makes it. The kernel checks and compiles it as a stage starts, and evaluates
//! it for every call there is, so that it need not run for calls that are always allowed.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use libc::sock_filter;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule,
};

/// The lower half of an argument, counted from 0: all there is of an `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Argument(pub(super) u8);

/// When a call is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whatever its arguments.
    Always,
    /// If the argument is one of these, of which there must be at least one.
    OneOf(Argument, Vec<u32>),
    /// If the argument has none of these bits.
    Without(Argument, u32),
}

/// The calls that are allowed, by their numbers.
pub(super) type Rules = BTreeMap<libc::c_long, Rule>;

/// The program that allows these and kills the process for any other.
pub(super) fn program(rules: &Rules) -> Result<Vec<sock_filter>, BackendError> {
    let rules: Result<_, _> =
        rules.iter().map(|(&call, rule)| Ok((call, alternatives(rule)?))).collect();
    let kill = SeccompAction::KillProcess;
    let filter = SeccompFilter::new(rules?, kill, SeccompAction::Allow, ARCH.try_into()?)?;
    let program = BpfProgram::try_from(filter)?;
    // The kernel's own type, under another name.
    let instruction =
        |it: seccompiler::sock_filter| sock_filter { code: it.code, jt: it.jt, jf: it.jf, k: it.k };
    Ok(program.into_iter().map(instruction).collect())
}

/// The alternatives, of which one is enough; an empty list means no condition.
fn alternatives(rule: &Rule) -> Result<Vec<SeccompRule>, BackendError> {
    let if_it = |Argument(at): Argument, comparison, value: u32| {
        let length = SeccompCmpArgLen::Dword;
        let condition = SeccompCondition::new(at, length, comparison, value.into())?;
        SeccompRule::new(vec![condition])
    };
    match rule {
        Rule::Always => Ok(Vec::new()),
        Rule::OneOf(argument, values) => {
            values.iter().map(|&value| if_it(*argument, SeccompCmpOp::Eq, value)).collect()
        }
        Rule::Without(argument, bits) => {
            Ok(vec![if_it(*argument, SeccompCmpOp::MaskedEq((*bits).into()), 0)?])
        }
    }
}
