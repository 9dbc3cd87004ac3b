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

/// What must hold of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// It is this.
    Is(Argument, u32),
    /// It has none of these bits.
    Without(Argument, u32),
}

/// When a call is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whatever its arguments.
    Always,
    /// If all conditions of one of these lists hold, of which there must be at least one.
    If(Vec<Vec<Condition>>),
}

impl Rule {
    /// If the argument is one of these.
    pub(super) fn one_of(argument: Argument, values: &[u32]) -> Rule {
        Rule::If(values.iter().map(|&value| vec![Condition::Is(argument, value)]).collect())
    }

    /// If the argument has none of these bits.
    pub(super) fn without(argument: Argument, bits: u32) -> Rule {
        Rule::If(vec![vec![Condition::Without(argument, bits)]])
    }

    /// Also if all of these hold.
    pub(super) fn or_if(self, all: Vec<Condition>) -> Rule {
        match self {
            Rule::Always => Rule::Always,
            Rule::If(lists) => Rule::If(lists.into_iter().chain([all]).collect()),
        }
    }
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
    let all = |conditions: &Vec<Condition>| {
        let conditions: Result<_, BackendError> =
            conditions.iter().map(|it| condition(*it)).collect();
        SeccompRule::new(conditions?)
    };
    match rule {
        Rule::Always => Ok(Vec::new()),
        Rule::If(lists) => lists.iter().map(all).collect(),
    }
}

fn condition(condition: Condition) -> Result<SeccompCondition, BackendError> {
    let (Argument(at), comparison, value) = match condition {
        Condition::Is(argument, value) => (argument, SeccompCmpOp::Eq, value),
        Condition::Without(argument, bits) => (argument, SeccompCmpOp::MaskedEq(bits.into()), 0),
    };
    SeccompCondition::new(at, SeccompCmpArgLen::Dword, comparison, value.into())
}
