//! What the value of an option can be, as far as a shell can offer it.
//!
//! Its name in the help says it: `FILE` is a file, a word in small letters (`N|max`) is meant as it
//! stands. Of everything else, such as a rate, there is nothing to offer, and certainly no file.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint};

/// The same command, in which each value's name has become what clap_complete offers.
pub(crate) fn for_completion(command: Command) -> Command {
    command.mut_args(|argument| match argument.get_possible_values().is_empty() {
        true => with_hint(argument),
        false => argument,
    })
}

fn with_hint(argument: Arg) -> Arg {
    let names = argument.get_value_names().unwrap_or_default();
    let parts: Vec<String> =
        names.iter().flat_map(|name| name.split('|')).map(str::to_owned).collect();
    if parts.iter().any(|part| part == "FILE") {
        return argument.value_hint(ValueHint::FilePath);
    }
    let is_word = |part: &String| part.chars().all(|char| char.is_ascii_lowercase());
    // Clap wants names that stay; this program ends soon.
    let words: Vec<&'static str> =
        parts.into_iter().filter(is_word).map(|word| &*word.leak()).collect();
    match words.is_empty() {
        true => argument.value_hint(ValueHint::Other),
        false => argument.value_parser(PossibleValuesParser::new(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_values_name_says_what_can_be_offered() {
        let argument = |name: &'static str| with_hint(Arg::new("x").long("x").value_name(name));
        assert_eq!(argument("FILE|-").get_value_hint(), ValueHint::FilePath);
        assert_eq!(argument("MIN..MAX").get_value_hint(), ValueHint::Other);
        let words = |name| {
            let words = argument(name).get_possible_values();
            words.iter().map(|word| word.get_name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words("never|DUR|always"), ["never", "always"]);
        assert_eq!(words("N|DUR"), [""; 0]);
    }
}
