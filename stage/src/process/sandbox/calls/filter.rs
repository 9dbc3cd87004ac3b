//! The program that the kernel runs at each system call, made of the calls that are kept.
//!
//! The crate `seccompiler` makes it. The kernel checks and translates it as a stage starts, and tries
//! it for every call there is: what is always allowed is not asked for again.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use libc::sock_filter;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule,
};

/// An argument of a call, counted from 0; its lower half, which is all there is of an `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Argument(pub(super) u8);

/// When a call is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whatever its arguments.
    Always,
    /// If the argument is one of these, of which there must be some.
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

/// The conditions of which one is enough; none means that there is no condition.
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
