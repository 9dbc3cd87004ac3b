//! Which figures a panel shows, the most important first: a terminal with few rows shows fewer.

use ratatui::style::{Color, Style};
use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Field, FieldEntry, Kind, Record, Value as FieldValue};

use super::Panel;
use super::cell::{PanelFigure, Signs, Value};
use crate::digits::Shown;
use crate::field_order::FieldOrder;
use crate::labels;
use crate::number::{clock, per_second};

/// The most figures that are shown: a record may have thousands of quantiles.
const MOST: usize = 200;

/// The fields that come first.
const FIRST: [&str; 11] = [
    "n",
    "mean",
    "sd",
    "last",
    "min",
    "max",
    "p",
    "quantile_error",
    "channel",
    "labels",
    "rejected",
];

/// The figures of `panel`, without the sum: a person who watches has no use for it.
pub(super) fn figures(panel: &Panel<'_>, signs: Signs) -> Vec<PanelFigure> {
    let none = Record::default();
    let record = panel.record.unwrap_or(&none);
    let shown = Shown::of(record);
    let has_place = |field: &Field| field.is_figure() && field.name != "sum";
    let layout = FieldOrder::new(&FIRST, has_place, &[]);
    let entries = layout.entries(record);
    let mut figures: Vec<PanelFigure> =
        entries.flat_map(|entry| of_entry(panel, record, &entry, &shown, signs)).collect();
    figures.truncate(MOST);
    figures
}

/// What is about the whole stream, for a panel of several channels.
pub(super) fn of_stream(panel: &Panel<'_>) -> [PanelFigure; 3] {
    [samples(panel), pace(panel), elapsed(panel)]
}

/// The figures that an entry of `record` becomes, together with what stands beside it.
fn of_entry(
    panel: &Panel<'_>,
    record: &Record,
    entry: &FieldEntry<'_>,
    shown: &Shown,
    signs: Signs,
) -> Vec<PanelFigure> {
    let is_approximate = record.exactness.as_ref().is_some_and(Exactness::is_approximate);
    let value = entry.value.number();
    let value = value.map(|value| shown.number(entry.field, &value).into_owned());
    match (entry.name, entry.field.kind) {
        ("n", _) => {
            let in_window = record.window.map(|_| figure("in window", Value::Number(value)));
            let first = [Some(samples(panel)), in_window, Some(pace(panel))];
            first.into_iter().flatten().collect()
        }
        ("channel", _) => {
            let name = record.channel.as_deref().map(labels::channel).unwrap_or_default();
            vec![figure("channel", Value::Words(name.into_owned()))]
        }
        ("labels", _) => {
            let words = labels::words(&record.labels).into_iter();
            words.map(|word| figure("label", Value::Words(word))).collect()
        }
        ("rejected", _) => {
            let rejected = figure("rejected", Value::Number(value));
            let is_bad = !matches!(entry.value, FieldValue::Count(Some(0)));
            let style = if is_bad { Style::new().fg(Color::Red) } else { rejected.style };
            vec![elapsed(panel), PanelFigure { style, ..rejected }]
        }
        (name, Kind::Quantile) if is_approximate => vec![figure(name, Value::Approximate(value))],
        ("quantile_error", _) if is_approximate => {
            let error =
                value.map_or("approximate".to_owned(), |it| format!("{}{it}", signs.within));
            vec![figure("quantiles", Value::Text(error))]
        }
        ("quantile_error", _) => vec![],
        (name, _) => vec![figure(name, Value::Number(value))],
    }
}

fn samples(panel: &Panel<'_>) -> PanelFigure {
    figure("samples", Value::Number(Some(Decimal::from_big(panel.samples.into(), 0))))
}

fn elapsed(panel: &Panel<'_>) -> PanelFigure {
    figure("elapsed", Value::Text(clock(panel.elapsed.as_secs())))
}

/// The rate, or how long nothing has come.
fn pace(panel: &Panel<'_>) -> PanelFigure {
    match panel.silent {
        Some(silent) => PanelFigure {
            style: Style::new().fg(Color::Yellow),
            ..figure("no data", Value::Text(format!("for {} s", silent.as_secs())))
        },
        None => {
            let rate = panel.rate.map_or("-".to_owned(), per_second);
            figure("rate", Value::Text(rate))
        }
    }
}

fn figure(label: &str, value: Value) -> PanelFigure {
    PanelFigure { label: label.to_owned(), value, style: Style::new() }
}
