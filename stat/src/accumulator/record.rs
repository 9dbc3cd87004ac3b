//! The record made from everything known about the samples.

use stage::format::decimal::Decimal;
use stage::format::record::{Bin, Exactness, FIELDS, Figure, Presence, Record};

use super::{Accumulator, Extremes};
use crate::exact::figures::Figures;
use crate::exact::figures::common::Common;
use crate::ranks::histogram::{Limits, Span, histogram};
use crate::ranks::interval::{Estimate, Interval};
use crate::ranks::quantile::Quantile;

/// What a record contains beyond the fields that every record has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Quantiles, in this order.
    pub quantiles: Vec<Quantile>,
    /// The figures of `stat --more`.
    pub more: bool,
    /// A histogram of at most this many bins.
    pub histogram: Option<u16>,
}

impl Accumulator {
    /// What a histogram of these samples has to cover; `None` without samples.
    pub(crate) fn span(&mut self) -> Option<Span> {
        self.settle();
        self.span_of(self.moments.places())
    }

    fn span_of(&mut self, places: u16) -> Option<Span> {
        let Extremes { min, max } = self.extremes.clone()?;
        Some(Span { min, max, places, lattice: self.distribution.lattice() })
    }

    /// The statistics of the samples so far. A histogram also covers `span`, if there is one.
    pub(crate) fn record(&mut self, wanted: &Wanted, span: Option<&Span>) -> Record {
        self.settle();
        let own = wanted.histogram.and_then(|_| self.span_of(self.moments.places()));
        let Common { sum, mean, sd } = Common::of(self.count, &self.moments);
        let (min, max) = self.extremes.clone().map(|it| (it.min, it.max)).unzip();
        let (quantiles, exactness) = self.quantiles(&wanted.quantiles);
        Record {
            n: self.count,
            last: self.sequence.last().cloned(),
            sum,
            mean,
            sd,
            min,
            max,
            quantiles,
            exactness: Some(exactness),
            more: if wanted.more { self.more() } else { Vec::new() },
            histogram: wanted.histogram.map(|bins| self.histogram(bins, own, span)),
            ..Record::default()
        }
    }

    /// The histogram of at most `bins` bins that covers these samples' `own` span and `other`.
    fn histogram(&mut self, bins: u16, own: Option<Span>, other: Option<&Span>) -> Vec<Bin> {
        let span = match (own, other) {
            (Some(own), Some(other)) => own.joined(other),
            (own, other) => match own.or_else(|| other.cloned()) {
                Some(span) => span,
                None => return Vec::new(),
            },
        };
        let bins = histogram(&mut self.distribution, self.count, &span, bins, &mut self.limits);
        if self.distribution.forget_limits() {
            self.limits = Limits::default();
        }
        bins
    }

    /// The quantiles, and by how much any of them may be wrong.
    fn quantiles(&mut self, wanted: &[Quantile]) -> (Vec<Figure>, Exactness) {
        let mut greatest = Decimal::ZERO;
        let mut figure = |quantile: &Quantile| {
            let rank = quantile.rank(self.count);
            let value = self.exact_at_rank(rank).or_else(|| {
                let Estimate { value, error } = self.near_rank(rank)?.estimate();
                if error > greatest {
                    greatest = error;
                }
                Some(value)
            });
            Figure { name: quantile.name.clone(), value }
        };
        let figures = wanted.iter().map(&mut figure).collect();
        let exactness = match self.distribution.is_exact() {
            true => Exactness::Exact,
            false => Exactness::Approximate { error: Some(greatest) },
        };
        (figures, exactness)
    }

    /// The sample at `rank`, if it is known exactly.
    fn exact_at_rank(&mut self, rank: u64) -> Option<Decimal> {
        let Extremes { min, max } = self.extremes.as_ref()?;
        match rank {
            1 => Some(min.clone()),
            rank if rank == self.count => Some(max.clone()),
            rank => self.distribution.exact_at_rank(rank),
        }
    }

    /// Where the sample at `rank` lies, if values are no longer counted.
    fn near_rank(&mut self, rank: u64) -> Option<Interval> {
        let Extremes { min, max } = self.extremes.as_ref()?;
        Some(self.distribution.near_rank(rank)?.within(min, max))
    }

    /// The figures of `stat --more`: those of the record's table of fields.
    fn more(&mut self) -> Vec<Figure> {
        let figures = (self.count > 0).then(|| Figures::new(self.count, self.moments.totals()));
        let fields = FIELDS.iter().filter(|field| field.presence == Presence::More);
        let mut figure = |name: &str| Figure {
            name: name.to_owned(),
            value: self.named(name, figures.as_ref()),
        };
        fields.map(|field| figure(field.name)).collect()
    }

    /// The figure of this name.
    fn named(&mut self, name: &str, figures: Option<&Figures>) -> Option<Decimal> {
        match name {
            "range" => self.extremes.as_ref().map(|it| &it.max - &it.min),
            "mode" => self.distribution.mode(),
            "autocorrelation" => figures?.autocorrelation(&self.sequence.neighbours()?),
            name => figures?.named(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::sequence::RunPlace;
    use stage::format::sample::Sample;

    #[test]
    fn every_figure_of_more_has_a_value() {
        let mut accumulator = Accumulator::new(true);
        for sample in ["1", "2", "4", "7"] {
            accumulator.add(&Sample::parse(sample.as_bytes()).unwrap(), RunPlace::NOT_KNOWN_YET);
        }
        let wanted = Wanted { more: true, ..Wanted::default() };
        let more = accumulator.record(&wanted, None).more;
        assert_eq!(more[0].name, "var");
        assert!(more.iter().all(|figure| figure.value.is_some()), "{more:?}");
    }
}
