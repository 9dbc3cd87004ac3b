//! When rejections are counted for `report` to see.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::time::Instant;

use clap::Parser;
use stage::fake::FakeClock;
use stage::process::clock::Wake;
use stage::process::rejections::{self, Rejections};

use crate::source::format::Format;
use stage::stream::input::Input;

use crate::source::layout::Layout;
use crate::source::stream::Stream;
use crate::*;

/// Events, each with the rejections that `report` could have seen by then.
struct Watch {
    report: Rejections,
    total: u64,
    seen: Vec<(String, u64)>,
}

impl Watch {
    fn note(&mut self, event: &str) {
        self.total += self.report.take();
        self.seen.push((event.to_owned(), self.total));
    }
}

/// An input that comes in these parts.
struct Parts<'a>(&'a RefCell<Watch>, VecDeque<&'static [u8]>);

impl Input for Parts<'_> {
    fn wait(&mut self, _deadline: Option<Instant>) -> io::Result<Wake> {
        self.0.borrow_mut().note("waits");
        Ok(Wake::Ready)
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.pop_front().unwrap_or_default().read(buffer)
    }
}

struct Output<'a>(&'a RefCell<Watch>);

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().note(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What happens while a stream in these parts is converted as `options` say.
fn seen(options: &str, parts: &[&'static [u8]]) -> Vec<(String, u64)> {
    let [conv, report] = rejections::create().unwrap().map(Rejections::new);
    let watch = RefCell::new(Watch { report, total: 0, seen: vec![] });
    let words = ["conv", "--from=-"].into_iter().chain(options.split_whitespace());
    let options = Options::try_parse_from(words).unwrap();
    let parts = Parts(&watch, parts.iter().copied().collect());
    let stream = Stream::whole(parts, "x", options.layout(), FakeClock::new());
    let mut messages = Vec::new();
    let mut sender = Sender::new(Output(&watch), None, &mut messages).counting_in(Some(conv));
    convert_stream(stream, Processing::new(options.settings()), &mut sender).unwrap();
    sender.close();
    let mut watch = watch.borrow_mut();
    watch.note("the end");
    std::mem::take(&mut watch.seen)
}

#[test]
fn what_is_rejected_at_the_end_or_before_other_columns_is_counted_as_well() {
    // A row waits for the one behind it, and then fails another check.
    let of = |text: &str, count: u64| (text.to_owned(), count);
    let waits = |count| of("waits", count);
    assert_eq!(
        seen("--spike 50 --step 5", &[b"0\n9\n"]),
        [waits(0), of("0\n", 0), waits(0), of("the end", 1)]
    );
    let events = seen("--spike 50 --step 5", &[b"a\tb\n0\t1\n9\t2\nb\tc\n7\t7\n"]);
    let written = events.iter().find(|(event, _)| event.contains("\t2\n"));
    assert_eq!(written, Some(&of("a\tb\n0\t1\n\t2\n", 1)), "{events:?}");
}

#[test]
fn rejections_are_counted_before_the_samples_after_them_and_before_any_wait() {
    let [conv, report] = rejections::create().unwrap().map(Rejections::new);
    let watch = RefCell::new(Watch { report, total: 0, seen: vec![] });
    let parts: [&[u8]; 3] = [b"x\n1\ny\n", b"z\n", b"2\nx\n3"];
    let layout = Layout::of(Format::Text);
    let stream = Stream::whole(Parts(&watch, parts.into()), "x", layout, FakeClock::new());
    let mut messages = Vec::new();
    let mut sender = Sender::new(Output(&watch), None, &mut messages).counting_in(Some(conv));
    let processing = Processing::new(Settings::default());
    convert_stream(stream, processing, &mut sender).unwrap();
    sender.close();
    let seen = &watch.borrow().seen;
    let seen: Vec<(&str, u64)> =
        seen.iter().map(|(event, count)| (event.as_str(), *count)).collect();
    let waits = |count| ("waits", count);
    let expected = [waits(0), ("1\n", 2), waits(2), waits(3), ("2\n", 4), waits(4), ("3\n", 4)];
    assert_eq!(seen, expected);
}
