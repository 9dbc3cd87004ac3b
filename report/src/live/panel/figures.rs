//! Which figures a panel shows, in the order of their importance: a low terminal shows fewer.

use ratatui::style::{Color, Style};
use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Record};

use super::Panel;
use super::cell::{Figure, Signs, Value};
use crate::digits;
use crate::labels;
use crate::number::{clock, per_second};

/// The most figures that are shown: a record may have thousands of quantiles.
const MOST: usize = 200;

/// The figures of `panel`.
pub fn figures(panel: &Panel<'_>, signs: Signs) -> Vec<Figure> {
    let none = Record::default();
    let record = panel.record.unwrap_or(&none);
    let shown = digits::shown(record);
    let mut figures = vec![number("samples", &count(panel.samples))];
    if shown.window.is_some() {
        figures.push(number("in window", &count(shown.n)));
    }
    figures.push(pace(panel));
    for (label, value) in [
        ("mean", &shown.mean),
        ("sd", &shown.sd),
        ("last", &shown.last),
        ("min", &shown.min),
        ("max", &shown.max),
    ] {
        figures.push(number(label, value));
    }
    figures.extend(quantiles(&shown, signs));
    let words = labels::words(&record.labels);
    figures.extend(words.into_iter().map(|word| figure("label", Value::Words(word))));
    figures.push(figure("elapsed", Value::Text(clock(panel.elapsed.as_secs()))));
    let rejected = number("rejected", &count(shown.rejected));
    let style = if shown.rejected > 0 { Style::new().fg(Color::Red) } else { rejected.style };
    figures.push(Figure { style, ..rejected });
    figures.extend(shown.more.iter().map(|it| number(&it.name, &it.value)));
    figures.truncate(MOST);
    figures
}

/// Each quantile; and if they are approximate, how near they are.
fn quantiles(shown: &Record, signs: Signs) -> Vec<Figure> {
    let is_approximate = shown.exactness == Some(Exactness::Approximate);
    let value = if is_approximate { Value::Approximate } else { Value::Number };
    let quantiles = shown.quantiles.iter().map(|it| figure(&it.name, value(it.value.clone())));
    let mut figures: Vec<Figure> = quantiles.collect();
    if is_approximate {
        let error = shown.quantile_error.as_ref();
        let error = error.map_or("approximate".to_owned(), |it| format!("{}{it}", signs.within));
        figures.push(figure("quantiles", Value::Text(error)));
    }
    figures
}

/// The rate, or that nothing comes.
fn pace(panel: &Panel<'_>) -> Figure {
    match panel.silent {
        Some(silent) => Figure {
            style: Style::new().fg(Color::Yellow),
            ..figure("no data", Value::Text(format!("for {} s", silent.as_secs())))
        },
        None => {
            let rate = panel.rate.map_or("-".to_owned(), per_second);
            figure("rate", Value::Text(rate))
        }
    }
}

fn count(count: u64) -> Option<Decimal> {
    Some(Decimal::from_big(count.into(), 0))
}

fn number(label: &str, value: &Option<Decimal>) -> Figure {
    figure(label, Value::Number(value.clone()))
}

fn figure(label: &str, value: Value) -> Figure {
    Figure { label: label.to_owned(), value, style: Style::new() }
}
