//! Lines with labels that are like the ones before, which have a fast way of their own.

use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::ledger::Entry;

use crate::source::stream::Stream;
use crate::*;

/// What is sent of `text`, how many messages there are, and the account.
fn taken(options: &str, text: &str) -> (String, usize, Entry) {
    let words = ["conv", "--from", "-"].into_iter().chain(options.split(' '));
    let options = Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let input = Chunks::of(text.as_bytes(), 100);
    let stream = Stream::whole(input, "x", options.layout(), FakeClock::new());
    let _ = convert_stream(stream, Processing::new(options.settings()), &mut sender);
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages.len(), entry)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?",
        1 => "(x|NA|007|1\\.|\\.5|1e3|1.5e|\\+5|-|1-2|1.2.3|1,5|1: 5|\"7\"|null|[0-9]{30,40})?",
    ]
}

fn line() -> impl Strategy<Value = String> {
    let forms = proptest::sample::select(vec![
        "a:1,b:2",
        "a:1,b1:2",
        "a: 1 b=2",
        "b=1;a=2 s",
        "a:1",
        "a:1 id:x b:2",
        "a:1.,2",
        "time:1 a:2",
        "{\"a\":1,\"b\":2}",
        "{\"id\":\"x\",\"a\":1,\"n\":{\"a\":7},\"b\":2 }",
        "{\"time\":1,\"a\":2}",
    ]);
    (forms, value(), value()).prop_map(|(form, one, two)| {
        form.split(['1', '2'])
            .zip([one.as_str(), &two, ""])
            .map(|(at, it)| at.to_owned() + it)
            .collect()
    })
}

/// A few lines over and over, with other numbers.
fn lines() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(line(), 0..40).prop_map(|lines| {
        lines
            .iter()
            .flat_map(|line| [line.clone(), line.replace('3', "4"), line.replace('5', "")])
            .collect()
    })
}

proptest! {
    #[test]
    fn lines_give_the_same_whatever_the_one_before_was_like(
        lines in lines(),
        format in proptest::sample::select(vec!["labels", "json"]),
        columns in proptest::sample::select(vec!["", " --columns a", " --columns b,a", " --names q,r", " --decimal ,"]),
    ) {
        let options = format!("--format {format} --missing NA,4{columns}");
        // Nothing is like an empty line, which is no row.
        let [near, apart] = ["\n", "\n\n"].map(|between| taken(&options, &lines.join(between)));
        prop_assert_eq!(near, apart);
    }
}
