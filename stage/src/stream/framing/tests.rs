use std::io::Read as _;

use super::*;
use crate::fake::{Chunks, FakeClock};
use crate::process::clock::{Clock as _, Wake};
use crate::stream::input::Input as _;
use proptest::prelude::*;

/// All bytes, or why they are refused, when they come in chunks of `size`.
fn read(bytes: &[u8], size: usize, is_text: bool) -> Result<Vec<u8>, Framed> {
    let mut input = Unframed::new(Chunks::of(bytes, size), is_text, "stat");
    let mut all = Vec::new();
    // Repeats what was interrupted.
    match input.read_to_end(&mut all) {
        Ok(_) => Ok(all),
        Err(error) => Err(Framed::of(&error).unwrap()),
    }
}

#[test]
fn each_framing_is_known_however_it_comes() {
    for (bytes, text, words) in [
        (&b"RIFF\x30\0\0\0WAVEfmt "[..], Some(Kind::Riff), Some(Kind::Riff)),
        (b"RIFX\0\0\0\x30WAVE", Some(Kind::Riff), Some(Kind::Riff)),
        (b"RF64\xff\xff\xff\xffWAVE", Some(Kind::Riff), Some(Kind::Riff)),
        (b"FORM\0\0\0\x30AIFFCOMM", Some(Kind::Aiff), Some(Kind::Aiff)),
        (b"RIFF\x30\0\0\0\x01\x02\x03\x04", None, None),
        (b"#800001200\x01\x02", Some(Kind::Block(10)), Some(Kind::Block(10))),
        (b"#9000001000-1.5,2", Some(Kind::Block(11)), Some(Kind::Block(11))),
        (b"#12\x01\x02", Some(Kind::Block(3)), None),
        (b"#3500\x01\x02", Some(Kind::Block(5)), None),
        (b"#12\n", None, None),
        (b"# 12\n", None, None),
        (b"#0\x01", Some(Kind::Block(2)), None),
        (b"#0\r\n1", None, None),
        (b"#0.5 V\n1", None, None),
        (b"#2024-11-25 measured\n", None, None),
        (b"#1 5\n", None, None),
        (b"#", None, None),
        (b"\xef\xbb\xbf1\n", Some(Kind::Utf8Mark), None),
        (b"\xff\xfe1\0\n\0", Some(Kind::Wide("UTF-16")), None),
        (b"\xfe\xff\x001\0\n", Some(Kind::Wide("UTF-16")), None),
        (b"1\0\n\0", Some(Kind::Wide("UTF-16LE")), None),
        (b"\x001\0\n", Some(Kind::Wide("UTF-16BE")), None),
        (b"\xff\xfe\0\x001\0\0\0", Some(Kind::Wide("UTF-32")), None),
        (b"\0\0\xfe\xff\0\0\x001", Some(Kind::Wide("UTF-32")), None),
        (b"1\0\0\0\n\0\0\0", Some(Kind::Wide("UTF-32LE")), None),
        (b"\0\0\x001\0\0\0\n", Some(Kind::Wide("UTF-32BE")), None),
        (b"1\0\0\0\0", None, None),
        (b"\0\0\0\0\0\0\0\0", None, None),
        (b"fLaC\0\0\0\x22\x10", Some(Kind::Sound("FLAC")), Some(Kind::Sound("FLAC"))),
        (b".snd\0\0\0\x20", Some(Kind::Sound("AU")), Some(Kind::Sound("AU"))),
        (b"riff\x2e\x91\xcf\x11\xa5", Some(Kind::Sound("W64")), Some(Kind::Sound("W64"))),
        (b".5\n", None, None),
        (b"fLaC\n", None, None),
        (b"1\n2\n", None, None),
        (b"1\0\n", None, None),
        (b"1\x001\n", None, None),
        (b"\0\0\0\0", None, None),
        (b"1", None, None),
        (b"", None, None),
    ] {
        for size in [1, 2, 3, 100] {
            let refused = |is_text| read(bytes, size, is_text).err().map(|framed| framed.kind);
            assert_eq!((refused(true), refused(false)), (text, words), "{bytes:?} by {size}");
        }
    }
}

#[test]
fn a_number_is_handed_on_as_soon_as_it_is_there() {
    let mut input = Unframed::new(Chunks::of(b"1\n2\n", 2), true, "stat");
    let mut buffer = [0; MOST];
    assert_eq!(input.read(&mut buffer).unwrap(), 2);
    assert_eq!(&buffer[..2], b"1\n");
}

#[test]
fn what_was_held_back_is_handed_out_when_the_time_is_over() {
    let ms = std::time::Duration::from_millis;
    for is_text in [true, false] {
        let clock = FakeClock::new();
        let chunks = Chunks::timed(&clock, &[(ms(0), "#8"), (ms(900), "00001200x")]);
        let mut input = Unframed::new(chunks, is_text, "stat");
        let deadline = Some(clock.now() + ms(300));
        let mut buffer = [0; MOST];
        assert_eq!(input.wait(deadline).unwrap(), Wake::Ready);
        assert_eq!(input.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert_eq!(input.wait(deadline).unwrap(), Wake::Ready, "what was held back");
        assert_eq!(input.read(&mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"#8");
        assert_eq!(input.wait(deadline).unwrap(), Wake::Deadline);
    }
}

proptest! {
    #[test]
    fn what_is_not_framed_comes_through_unchanged(
        bytes in proptest::collection::vec(any::<u8>(), 0..40), size in 1usize..20,
    ) {
        if let Ok(all) = read(&bytes, size, false) {
            prop_assert_eq!(all, bytes);
        }
    }

    #[test]
    fn numbers_are_not_framed(text in "(-?[0-9]{1,3}(\\.[0-9])?\r?\n){0,9}", size in 1usize..20) {
        prop_assert_eq!(read(text.as_bytes(), size, true), Ok(text.into_bytes()));
    }
}
