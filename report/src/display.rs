//! The terminal that the live view is drawn on.

use std::env;
use std::io;

use nix::unistd::{getpgrp, tcgetpgrp};
use stage::process::suspension::Suspension;
use stage::stream::terminal::can_be_drawn_on;
use terminal_size::terminal_size_of;

/// Columns and rows of a terminal that does not report its size.
const USUAL: (u16, u16) = (80, 24);

/// A terminal that can be drawn on.
pub struct Display {
    /// What it can do.
    pub abilities: Abilities,
    /// Its columns and rows now.
    pub size: Box<dyn Fn() -> (u16, u16)>,
    /// Whether we are in the foreground now, and so may draw on it.
    pub is_ours: Box<dyn Fn() -> bool>,
    /// Where Ctrl-Z is heard, if it is.
    pub suspension: Option<Suspension>,
}

/// What the terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whether colours are wanted.
    pub colour: bool,
    /// Whether more than ASCII can be shown.
    pub unicode: bool,
}

impl Display {
    /// Standard output, if it can be drawn on.
    pub fn of_standard_output(suspension: Option<Suspension>) -> Option<Display> {
        let stdout = io::stdout();
        if !can_be_drawn_on(&stdout) {
            return None;
        }
        let size =
            move || terminal_size_of(&stdout).map_or(USUAL, |(columns, rows)| (columns.0, rows.0));
        // On a terminal that is not our controlling one, there is no background to be in.
        let is_ours = || tcgetpgrp(io::stdout()).map_or(true, |group| group == getpgrp());
        let abilities = abilities(|name| env::var(name).ok());
        Some(Display { abilities, size: Box::new(size), is_ours: Box::new(is_ours), suspension })
    }
}

/// As the environment says: <https://no-color.org>, and the character set of the locale.
fn abilities(variable: impl Fn(&str) -> Option<String>) -> Abilities {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    Abilities {
        colour: set(&"NO_COLOR").is_none(),
        unicode: locale.contains("utf-8") || locale.contains("utf8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_what_a_terminal_can_do() {
        let of = |variables: &[(&str, &str)]| {
            let find = |name: &str| variables.iter().find(|(it, _)| *it == name);
            abilities(|name| find(name).map(|(_, value)| (*value).to_owned()))
        };
        let utf8 = ("LANG", "de_DE.UTF-8");
        assert_eq!(of(&[utf8]), Abilities { colour: true, unicode: true });
        assert_eq!(of(&[utf8, ("NO_COLOR", "1")]), Abilities { colour: false, unicode: true });
        assert_eq!(of(&[utf8, ("NO_COLOR", "")]), Abilities { colour: true, unicode: true });
        assert_eq!(of(&[utf8, ("LC_ALL", "C")]), Abilities { colour: true, unicode: false });
        assert_eq!(of(&[("LC_CTYPE", "C.utf8")]), Abilities { colour: true, unicode: true });
        assert_eq!(of(&[]), Abilities { colour: true, unicode: false });
    }
}
