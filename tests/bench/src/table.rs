//! Tables: rows of text under headings, as aligned text or as Markdown.

/// How tables look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Aligned text.
    Plain,
    /// Markdown, as GitHub reads it.
    Markdown,
}

/// On which side of a column its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// For words.
    Left,
    /// For numbers.
    Right,
}

/// A table with a fixed number of columns.
#[derive(Clone, Debug)]
pub(crate) struct Table<const COLUMNS: usize> {
    sides: [Side; COLUMNS],
    /// The first is the headings.
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table without rows.
    pub(crate) fn new(columns: [(&str, Side); COLUMNS]) -> Table<COLUMNS> {
        let headings = columns.map(|(heading, _)| heading.to_owned());
        Table { sides: columns.map(|(_, side)| side), rows: vec![headings] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    /// The table's lines, each with its line end.
    pub(crate) fn render(&self, style: Style) -> String {
        let rows = self.rows.iter().map(|row| row.each_ref().map(|cell| escaped(cell, style)));
        let rows = rows.collect::<Vec<_>>();
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        });
        let mut text = String::new();
        // GitHub aligns Markdown by itself; blanks would only make long lines longer.
        let widths = if style == Style::Markdown { [0; COLUMNS] } else { widths };
        for (number, row) in rows.iter().enumerate() {
            let cells: [_; COLUMNS] = std::array::from_fn(|column| {
                let width = widths[column];
                match self.sides[column] {
                    Side::Left => format!("{:<width$}", row[column]),
                    Side::Right => format!("{:>width$}", row[column]),
                }
            });
            text.push_str(&line(&cells, style));
            if number == 0 {
                text.push_str(&self.rule(&widths, style));
            }
        }
        text
    }

    /// What stands between the headings and the rows.
    fn rule(&self, widths: &[usize; COLUMNS], style: Style) -> String {
        let cells: [_; COLUMNS] = std::array::from_fn(|column| match (style, self.sides[column]) {
            (Style::Markdown, Side::Right) => "---:".to_owned(),
            (Style::Markdown, Side::Left) => "---".to_owned(),
            (Style::Plain, _) => "-".repeat(widths[column]),
        });
        line(&cells, style)
    }
}

fn line<const COLUMNS: usize>(cells: &[String; COLUMNS], style: Style) -> String {
    match style {
        Style::Plain => format!("{}\n", cells.join("  ").trim_end()),
        Style::Markdown => format!("| {} |\n", cells.join(" | ")),
    }
}

fn escaped(cell: &str, style: Style) -> String {
    match style {
        Style::Plain => cell.to_owned(),
        Style::Markdown => cell.replace('|', "\\|"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Table<2> {
        let mut table = Table::new([("command", Side::Left), ("time", Side::Right)]);
        table.row(["a | b".to_owned(), "12.3 ms".to_owned()]);
        table.row(["c".to_owned(), "1 µs".to_owned()]);
        table
    }

    #[test]
    fn plain_tables_are_aligned() {
        let expected = "\
command     time
-------  -------
a | b    12.3 ms
c           1 µs
";
        assert_eq!(example().render(Style::Plain), expected);
    }

    #[test]
    fn markdown_tables_are_escaped() {
        let expected = "\
| command | time |
| --- | ---: |
| a \\| b | 12.3 ms |
| c | 1 µs |
";
        assert_eq!(example().render(Style::Markdown), expected);
    }
}
