//! The record made from everything that is known of the samples.

use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Figure, MORE, Record};

use super::{Accumulator, Extremes};
use crate::figures::Figures;
use crate::histogram::{Span, histogram};
use crate::interval::{Estimate, Interval};
use crate::quantile::Quantile;

/// What a record contains beyond the fields that every record has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Quantiles, in this order.
    pub quantiles: Vec<Quantile>,
    /// The figures of [`MORE`].
    pub more: bool,
    /// A histogram of at most this many bins.
    pub histogram: Option<u16>,
}

impl Accumulator {
    /// What a histogram of these samples has to cover; `None` without samples.
    pub fn span(&mut self) -> Option<Span> {
        self.settle();
        self.span_of(self.moments.totals().places)
    }

    fn span_of(&mut self, places: u16) -> Option<Span> {
        let Extremes { min, max } = self.extremes.clone()?;
        Some(Span { min, max, places, lattice: self.distribution.lattice() })
    }

    /// The statistics of the samples so far. A histogram covers `span`, too, if there is one.
    pub fn record(&mut self, wanted: &Wanted, span: Option<&Span>) -> Record {
        self.settle();
        let totals = self.moments.totals();
        let own = wanted.histogram.and_then(|_| self.span_of(totals.places));
        let figures = (self.count > 0).then(|| Figures::new(self.count, totals));
        let (min, max) = self.extremes.clone().map(|it| (it.min, it.max)).unzip();
        let (quantiles, quantile_error) = self.quantiles(&wanted.quantiles);
        Record {
            n: self.count,
            last: self.sequence.last().cloned(),
            sum: figures.as_ref().map(Figures::sum),
            mean: figures.as_ref().and_then(Figures::mean),
            sd: figures.as_ref().and_then(Figures::sd),
            min,
            max,
            quantiles,
            exactness: Some(self.distribution.exactness()),
            quantile_error,
            more: if wanted.more { self.more(figures.as_ref()) } else { Vec::new() },
            histogram: wanted.histogram.map(|bins| {
                let span = match (own, span) {
                    (Some(own), Some(span)) => Some(own.joined(span)),
                    (own, span) => own.or_else(|| span.cloned()),
                };
                span.map(|span| histogram(&mut self.distribution, self.count, &span, bins))
                    .unwrap_or_default()
            }),
            ..Record::default()
        }
    }

    /// The quantiles, and by how much any of them may be wrong, unless none is.
    fn quantiles(&mut self, wanted: &[Quantile]) -> (Vec<Figure>, Option<Decimal>) {
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
        let is_exact = self.distribution.exactness() == Exactness::Exact;
        (figures, (!is_exact).then_some(greatest))
    }

    /// The sample at `rank`, if it is known exactly.
    fn exact_at_rank(&mut self, rank: u64) -> Option<Decimal> {
        let Extremes { min, max } = self.extremes.as_ref()?;
        match rank {
            1 => Some(min.clone()),
            rank if rank == self.count => Some(max.clone()),
            rank => self.distribution.exact_at_rank(rank).cloned(),
        }
    }

    /// Where the sample at `rank` lies, if values are not counted any more.
    fn near_rank(&mut self, rank: u64) -> Option<Interval> {
        let Extremes { min, max } = self.extremes.as_ref()?;
        Some(self.distribution.near_rank(rank)?.within(min, max))
    }

    /// The figures of [`MORE`], in that order.
    fn more(&self, figures: Option<&Figures>) -> Vec<Figure> {
        let range = self.extremes.as_ref().map(|it| it.max.plus(&it.min.negated()));
        let neighbours = self.sequence.neighbours();
        let values: [Option<Decimal>; MORE.len()] = [
            figures.and_then(Figures::var),
            figures.and_then(Figures::rms),
            range,
            self.distribution.mode(),
            figures.and_then(Figures::skew),
            figures.and_then(Figures::kurtosis),
            figures.zip(neighbours).and_then(|(figures, it)| figures.autocorrelation(&it)),
        ];
        let named = MORE.into_iter().zip(values);
        named.map(|(name, value)| Figure { name: name.to_owned(), value }).collect()
    }
}
