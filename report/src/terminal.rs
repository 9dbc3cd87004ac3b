//! What standard output is connected to, as far as the live view must know.

use std::env;
use std::io;

use nix::unistd::{getpgrp, tcgetpgrp};
use stage::stream::terminal::can_be_drawn_on;
use terminal_size::terminal_size_of;

use crate::live::Abilities;

/// The size of a terminal that does not tell.
const USUAL: (u16, u16) = (80, 24);

/// A terminal that can be drawn on.
pub struct Terminal {
    /// What it can do.
    pub abilities: Abilities,
    /// Its columns and rows now.
    pub size: Box<dyn Fn() -> (u16, u16)>,
    /// Whether we are in the foreground now, and so may draw on it.
    pub is_ours: Box<dyn Fn() -> bool>,
}

impl Terminal {
    /// Standard output, if it is a terminal that can move its cursor.
    pub fn of_standard_output() -> Option<Terminal> {
        let stdout = io::stdout();
        if !can_be_drawn_on(&stdout) {
            return None;
        }
        let size =
            move || terminal_size_of(&stdout).map_or(USUAL, |(columns, rows)| (columns.0, rows.0));
        // A terminal that does not control us has no foreground for us to be out of.
        let is_ours = || tcgetpgrp(io::stdout()).map_or(true, |group| group == getpgrp());
        let abilities = abilities(|name| env::var(name).ok());
        Some(Terminal { abilities, size: Box::new(size), is_ours: Box::new(is_ours) })
    }
}

/// As the environment tells: <https://no-color.org>, and the character set of the locale.
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
    fn the_environment_tells_what_a_terminal_can_do() {
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
