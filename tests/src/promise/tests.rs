//! Hand-written traces: those of a correct `log` pass, and every slip is found.

use super::*;

/// What a `log` does with `FILE`, `FILE.1` and `FILE.2`, call by call.
#[derive(Default)]
struct Writer {
    calls: Vec<Call>,
    file: u64,
    at: u64,
    sent: u32,
    has_times: bool,
}

impl Writer {
    fn new() -> Writer {
        Writer::default().opened().synced_directory()
    }

    /// One that puts times in front of lines.
    fn with_times() -> Writer {
        Writer { has_times: true, ..Writer::new() }
    }

    fn call(mut self, call: Call) -> Writer {
        self.calls.push(call);
        self
    }

    fn opened(mut self) -> Writer {
        (self.file, self.at) = (self.file + 1, 0);
        let file = self.file;
        self.call(Call::Create { file, name: "f".to_owned() })
    }

    /// Writes the next line.
    fn line(mut self) -> Writer {
        self.sent += 1;
        let time = if self.has_times { "1.5\t" } else { "" };
        let line = format!("{time}{}\n", self.sent);
        self.written(line.as_bytes())
    }

    fn header(self) -> Writer {
        self.written(HEADER)
    }

    fn written(mut self, bytes: &[u8]) -> Writer {
        let (file, at) = (self.file, self.at);
        self.at += bytes.len() as u64;
        self.call(Call::Write { file, at, bytes: bytes.to_vec() })
    }

    fn synced(self) -> Writer {
        let file = self.file;
        self.call(Call::Sync { file })
    }

    fn synced_directory(self) -> Writer {
        self.call(Call::SyncDirectory)
    }

    fn renamed(self, from: &str, to: &str) -> Writer {
        self.call(Call::Rename { from: from.to_owned(), to: to.to_owned() })
    }

    /// Rotates in the right order, with this many old files.
    fn rotated(self, old: u32) -> Writer {
        let name = |number| if number == 0 { "f".to_owned() } else { format!("f.{number}") };
        let moved = (0..=old).rev().fold(self.synced(), |writer, number| {
            writer.renamed(&name(number), &name(number + 1)).synced_directory()
        });
        moved.opened().synced_directory()
    }

    /// What is wrong with it, if anything.
    fn check(self, keep: u32) -> Result<u64, String> {
        let sent: String = (1..=self.sent).map(|number| format!("{number}\n")).collect();
        let asked = Asked {
            name: "f".to_owned(),
            sent: sent.into_bytes(),
            keep,
            is_durable_when_passed: true,
            has_times: self.has_times,
        };
        check(&Files::new(), &self.calls, &asked, 1).map_err(|violation| violation.to_string())
    }
}

#[track_caller]
fn is_found_out(writer: Writer, keep: u32, complaint: &str) {
    let found = writer.check(keep).unwrap_err();
    assert!(found.contains(complaint), "{found}");
}

#[test]
fn a_rotation_in_order_keeps_its_promises() {
    let writer = Writer::new().line().line().synced().line().rotated(0).line().rotated(1);
    let looked_at = writer.line().synced().line().line().synced().check(2).unwrap();
    assert!(looked_at > 50, "{looked_at}");
}

#[test]
fn the_oldest_file_may_be_dropped_for_the_newest() {
    let writer = Writer::new().line().rotated(0).line().rotated(1).line().synced();
    let again = writer.renamed("f.1", "f.2").synced_directory().renamed("f", "f.1");
    again.synced_directory().opened().synced_directory().line().synced().check(2).unwrap();
}

#[test]
fn a_file_dropped_too_early_is_found_out() {
    let writer = Writer::new().line().rotated(0).line().rotated(1).line().synced();
    let again = writer.renamed("f.1", "f.2").synced_directory().renamed("f", "f.1");
    let again = again.synced_directory().opened().synced_directory().line().synced();
    is_found_out(again, 3, "the first 2 bytes are gone, 0 may be");
}

#[test]
fn a_new_file_whose_name_is_not_synced_is_found_out() {
    let writer = Writer::default().opened().line().synced();
    is_found_out(writer, 2, "promised lines are gone: \"1\\n\"");
}

#[test]
fn a_file_opened_by_rotating_whose_name_is_not_synced_is_found_out() {
    let writer = Writer::new().line().synced().renamed("f", "f.1").synced_directory();
    is_found_out(writer.opened().line().synced(), 2, "promised lines are gone: \"2\\n\"");
}

#[test]
fn two_renames_without_a_sync_in_between_are_found_out() {
    let writer = Writer::new().line().rotated(0).line().synced();
    let writer = writer.renamed("f.1", "f.2").renamed("f", "f.1").synced_directory();
    is_found_out(writer, 2, "the first 2 bytes are gone, 0 may be");
}

#[test]
fn a_file_opened_before_the_rename_is_synced_is_found_out() {
    let writer = Writer::new().line().synced().renamed("f", "f.1").opened().synced_directory();
    is_found_out(writer, 2, "promised lines are gone: \"1\\n\"");
}

#[test]
fn a_file_that_is_renamed_before_it_is_synced_is_found_out() {
    let writer = Writer::new().line().line().synced().line().renamed("f", "f.1");
    is_found_out(writer.synced_directory(), 2, "an old file ends in a torn line");
}

#[test]
fn a_shift_in_the_wrong_direction_is_found_out() {
    let writer = Writer::new().line().rotated(0).line().synced();
    let writer = writer.renamed("f", "f.1").synced_directory();
    is_found_out(writer.renamed("f.1", "f.2").synced_directory(), 2, "the first 2 bytes are gone");
}

#[test]
fn a_line_written_twice_or_left_out_or_torn_is_found_out() {
    let again = Call::Write { file: 1, at: 2, bytes: b"1\n".to_vec() };
    is_found_out(Writer::new().line().call(again).synced(), 2, "do not go on");
    let mut writer = Writer::new().line();
    writer.sent += 1;
    is_found_out(writer.line().synced(), 2, "do not go on after 2 bytes: \"3\\n\"");
    let torn = Call::Write { file: 1, at: 2, bytes: b"7".to_vec() };
    let mut writer = Writer::new().line().call(torn);
    writer.at = 3;
    is_found_out(writer.line().synced(), 2, "do not go on after 2 bytes: \"72\\n\"");
}

#[test]
fn a_line_passed_on_before_it_is_synced_is_found_out() {
    let out = Call::Out { bytes: b"1\n".to_vec() };
    is_found_out(Writer::new().line().call(out.clone()).synced(), 2, "promised lines are gone");
    Writer::new().line().synced().call(out).check(2).unwrap();
}

#[test]
fn more_old_files_than_are_kept_are_found_out() {
    is_found_out(
        Writer::new().line().rotated(0).line().rotated(1),
        1,
        "2 old files, but 1 are kept",
    );
}

#[test]
fn lines_that_are_never_synced_are_found_out() {
    is_found_out(Writer::new().line().synced().line(), 2, "2 bytes were never promised");
}

#[test]
fn a_torn_tail_is_set_aside_before_it_is_cut_off() {
    let before: Files = [("f".to_owned(), b"1\n7".to_vec())].into();
    let asked = Asked {
        name: "f".to_owned(),
        sent: Vec::new(),
        keep: 2,
        is_durable_when_passed: false,
        has_times: false,
    };
    let cut = [Call::Truncate { file: 1, length: 2 }, Call::Sync { file: 1 }];
    let open = Call::Open { file: 1, length: 3, name: "f".to_owned() };
    let aside = [
        Call::Create { file: 2, name: "f.torn".to_owned() },
        Call::Write { file: 2, at: 0, bytes: b"7\n".to_vec() },
        Call::Sync { file: 2 },
        Call::SyncDirectory,
    ];
    let calls = |parts: &[&[Call]]| [std::slice::from_ref(&open), &parts.concat()[..]].concat();
    check(&before, &calls(&[&aside, &cut]), &asked, 1).unwrap();
    for wrong in [&[&cut[..], &aside][..], &[&aside[..2], &cut], &[&aside[..3], &cut], &[&cut]] {
        let found = check(&before, &calls(wrong), &asked, 1).unwrap_err().to_string();
        assert!(found.contains("the torn line is gone"), "{found}");
    }
}

#[test]
fn a_header_in_front_of_each_file_keeps_the_promises() {
    let writer = Writer::with_times().header().line().line().synced().rotated(0);
    writer.header().line().synced().check(2).unwrap();
}

#[test]
fn a_file_without_its_header_is_found_out() {
    let writer = Writer::with_times().header().line().synced().rotated(0);
    is_found_out(writer.line().synced(), 2, "no header before \"1.5\\t2\\n\"");
}

#[test]
fn a_header_within_a_file_is_found_out() {
    let writer = Writer::with_times().header().line().header().line().synced();
    is_found_out(writer, 2, "the lines do not go on after 2 bytes: \"value\\n\"");
}
