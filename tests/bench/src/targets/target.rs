//! What a figure is meant to be, whether it is, and how both are written.

use crate::figures;

/// What a figure says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Our time a sample, divided by the other's.
    Time,
    /// Nanoseconds a sample that ours takes more than the other.
    More,
    /// Our samples a second, divided by the other's.
    Speed,
    /// Our memory, divided by the other's.
    Memory,
    /// Times a second.
    Rate,
}

/// A kind of figure and its limit: the least [speed](Kind::Speed), or the most of anything else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// What the figure says.
    pub kind: Kind,
    limit: f64,
}

/// How a figure stands to its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is as good or better.
    Held,
    /// It is worse, by this part of the limit.
    Missed(f64),
}

impl Target {
    /// At most this many times the other's time.
    pub(crate) const fn times(limit: f64) -> Target {
        Target { kind: Kind::Time, limit }
    }

    /// At most the other's time divided by this.
    pub(crate) const fn one_in(divisor: f64) -> Target {
        Target::times(1.0 / divisor)
    }

    /// At most this many nanoseconds a sample more.
    pub(crate) const fn nanos_more(limit: f64) -> Target {
        Target { kind: Kind::More, limit }
    }

    /// At least this many times the other's samples a second.
    pub(crate) const fn speed(limit: f64) -> Target {
        Target { kind: Kind::Speed, limit }
    }

    /// At most this many times the other's memory.
    pub(crate) const fn memory(limit: f64) -> Target {
        Target { kind: Kind::Memory, limit }
    }

    /// At most this many a second.
    pub(crate) const fn rate(limit: f64) -> Target {
        Target { kind: Kind::Rate, limit }
    }

    /// Whether `figure` holds it.
    pub(crate) fn judge(self, figure: f64) -> Verdict {
        let excess = match self.kind {
            Kind::Speed => self.limit / figure - 1.0,
            _ => figure / self.limit - 1.0,
        };
        if excess > 0.0 { Verdict::Missed(excess) } else { Verdict::Held }
    }

    /// The limit in words.
    pub(crate) fn text(self) -> String {
        let bound = if self.kind == Kind::Speed { "at least" } else { "at most" };
        format!("{bound} {}", self.write(self.limit, figures::shortest))
    }

    /// A figure in the limit's unit.
    pub(crate) fn figure(self, figure: f64) -> String {
        self.write(figure, figures::significant)
    }

    fn write(self, figure: f64, number: fn(f64) -> String) -> String {
        match self.kind {
            Kind::Time if self.limit <= 0.5 && figure < 1.0 => {
                format!("1/{}", number(1.0 / figure))
            }
            Kind::Time | Kind::Speed => format!("{} ×", number(figure)),
            Kind::More => format!("{} ns more", number(figure)),
            Kind::Memory => format!("{} × the memory", number(figure)),
            Kind::Rate => format!("{} a second", number(figure)),
        }
    }
}

impl Verdict {
    /// In words; a figure may be missed by less than can be seen in it.
    pub(crate) fn text(self) -> String {
        match self {
            Verdict::Held => "held".to_owned(),
            Verdict::Missed(excess) if excess < 0.005 => "missed by less than 1 %".to_owned(),
            Verdict::Missed(excess) => format!("missed by {:.0} %", excess * 100.0),
        }
    }

    /// Whether it was missed.
    pub(crate) fn is_missed(self) -> bool {
        self != Verdict::Held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_targets_are_held_at_their_limit_or_below() {
        let target = Target::times(2.5);
        assert_eq!(target.judge(2.5), Verdict::Held);
        assert_eq!(target.judge(2.0), Verdict::Held);
        assert_eq!(target.judge(5.0), Verdict::Missed(1.0));
        assert_eq!(Target::one_in(8.0).judge(0.125), Verdict::Held);
        assert_eq!(Target::one_in(8.0).judge(0.25), Verdict::Missed(1.0));
        assert_eq!(Target::nanos_more(10.0).judge(-1.0), Verdict::Held);
        assert_eq!(Target::rate(8.0).judge(9.0), Verdict::Missed(0.125));
        assert_eq!(Target::memory(1.0).judge(1.5), Verdict::Missed(0.5));
    }

    #[test]
    fn a_speed_is_held_at_its_limit_or_above() {
        let target = Target::speed(0.75);
        assert_eq!(target.judge(0.75), Verdict::Held);
        assert_eq!(target.judge(1.5), Verdict::Held);
        assert_eq!(target.judge(0.6), Verdict::Missed(0.25));
        assert_eq!(target.judge(0.0), Verdict::Missed(f64::INFINITY));
    }

    #[test]
    fn limits_and_figures_are_written_alike() {
        let written = |target: Target, figure| (target.text(), target.figure(figure));
        let expected = |limit: &str, figure: &str| (limit.to_owned(), figure.to_owned());
        assert_eq!(written(Target::times(2.6), 3.0), expected("at most 2.6 ×", "3.00 ×"));
        assert_eq!(written(Target::times(0.6), 0.25), expected("at most 0.6 ×", "0.250 ×"));
        assert_eq!(written(Target::one_in(20.0), 1.0 / 17.0), expected("at most 1/20", "1/17.0"));
        assert_eq!(written(Target::one_in(3.5), 1.25), expected("at most 1/3.5", "1.25 ×"));
        assert_eq!(
            written(Target::nanos_more(10.0), 7.5),
            expected("at most 10 ns more", "7.50 ns more")
        );
        assert_eq!(written(Target::speed(0.8), 0.7), expected("at least 0.8 ×", "0.700 ×"));
        assert_eq!(
            written(Target::memory(1.05), 1.0),
            expected("at most 1.05 × the memory", "1.00 × the memory")
        );
        assert_eq!(
            written(Target::rate(8.0), 9.3),
            expected("at most 8 a second", "9.30 a second")
        );
    }

    #[test]
    fn verdicts_say_by_how_much() {
        let words = [1.0, 2.501, 3.0].map(|figure| Target::times(2.5).judge(figure).text());
        assert_eq!(words, ["held", "missed by less than 1 %", "missed by 20 %"]);
    }
}
