use super::*;
use proptest::prelude::*;

fn word(text: &str) -> Word {
    Word::parse(text).unwrap_or_else(|| panic!("{text:?} is unknown")).unwrap()
}

/// The number in a word, read by its code.
fn by_code(word: Word, bytes: &[u8]) -> String {
    let mut codes = [0; 2];
    assert_eq!(word.codes([bytes].into_iter(), &mut codes), 1);
    assert!(usize::from(codes[0]) < word.size(), "{codes:?}");
    word.reading(codes[0], 0).to_string()
}

#[test]
fn each_name_reads_its_extremes() {
    for (name, bytes, value) in [
        ("u8", &[0xff][..], "255"),
        ("s8", &[0x80], "-128"),
        ("u16le", &[0x34, 0x12], "4660"),
        ("u16be", &[0xff, 0xfe], "65534"),
        ("s16le", &[0x00, 0x80], "-32768"),
        ("s16be", &[0x7f, 0xff], "32767"),
        ("u24le", &[0x00, 0x00, 0x80], "8388608"),
        ("u24be", &[0x80, 0x00, 0x01], "8388609"),
        ("s24le", &[0x00, 0x00, 0x80], "-8388608"),
        ("s24le", &[0xff, 0xff, 0x7f], "8388607"),
        ("s24be", &[0xff, 0xff, 0xff], "-1"),
        ("u32le", &[0x00, 0x00, 0x00, 0x80], "2147483648"),
        ("u32be", &[0xff, 0xff, 0xff, 0xff], "4294967295"),
        ("s32le", &[0x00, 0x00, 0x00, 0x80], "-2147483648"),
        ("s32be", &[0x00, 0x00, 0x00, 0x01], "1"),
        ("u64le", &[0xff; 8], "18446744073709551615"),
        ("u64be", &[0, 0, 0, 0, 0, 0, 1, 0], "256"),
        ("s64le", &[0, 0, 0, 0, 0, 0, 0, 0x80], "-9223372036854775808"),
        ("s64be", &[0xff; 8], "-1"),
        ("f32le", &0.1f32.to_le_bytes(), "0.1"),
        ("f32be", &[0xc0, 0x20, 0, 0], "-2.5"),
        ("f64le", &1e300f64.to_le_bytes(), "1e300"),
        ("f64be", &(-0.1f64).to_be_bytes(), "-0.1"),
    ] {
        let word = word(name);
        assert_eq!((bytes.len(), word.to_string()), (word.width(), name.to_owned()));
        assert_eq!(word.decode(bytes).unwrap().to_string(), value, "{name} {bytes:?}");
        if word.has_codes() {
            assert_eq!(by_code(word, bytes), value, "{name} {bytes:?}");
        }
    }
}

#[test]
fn a_description_says_where_the_number_lies_in_the_word() {
    for (text, bytes, value) in [
        ("le:s12/16>>4", &[0xf0, 0xff][..], "-1"),
        ("le:s12/16>>4", &[0x0f, 0x80], "-2048"),
        ("le:s12/16>>0", &[0xff, 0x0f], "-1"),
        ("le:s12/16", &[0x00, 0xf8], "-2048"),
        ("be:u12/16>>4", &[0xff, 0xf0], "4095"),
        ("be:u24/32>>0", &[0xaa, 0x80, 0x00, 0x01], "8388609"),
        ("be:u24/32>>8", &[0x80, 0x00, 0x01, 0xaa], "8388609"),
        ("le:u1/8>>7", &[0x80], "1"),
        ("le:s1/8>>7", &[0x80], "-1"),
        ("le:s48/48", &[0, 0, 0, 0, 0, 0x80], "-140737488355328"),
        ("le:s64/64>>0", &[0xff; 8], "-1"),
        ("be:f32/32>>0", &[0x3f, 0xc0, 0, 0], "1.5"),
        ("le:s32/32X4>>0", &[1, 0, 0, 0], "1"),
    ] {
        assert_eq!(word(text).decode(bytes).unwrap().to_string(), value, "{text} {bytes:?}");
    }
    assert_eq!(word("le:s32/32X4>>0").repeat(), 4);
}

#[test]
fn an_impossible_word_is_refused_with_the_reason() {
    for (text, why) in [
        ("le:s12/12>>0", "a word has 8, 16, … 64 bits, not 12"),
        ("le:s65/72>>0", "a word has 8, 16, … 64 bits, not 72"),
        ("le:s0/8>>0", "a channel has at least one word, of at least one bit"),
        ("le:s8/8X0>>0", "a channel has at least one word, of at least one bit"),
        ("le:u17/16>>0", "17 bits are more than 16"),
        ("le:s12/16>>5", "12 bits above 5 others are more than 16"),
        ("le:f16/16>>0", "a float is a word of 32 or 64 bits, f32/32 or f64/64"),
        ("le:f32/64>>0", "a float is a word of 32 or 64 bits, f32/32 or f64/64"),
    ] {
        assert_eq!(Word::parse(text), Some(Err(why.to_owned())), "{text}");
    }
    let foreign =
        ["", "s16", "u8le", "f24le", "16le", "xe:s8/8>>0", "le:8/8", "le:s+8/8", "le:s8", "s8/8"];
    for text in foreign {
        assert_eq!(Word::parse(text), None, "{text:?}");
    }
}

#[test]
fn what_is_not_finite_is_not_a_number() {
    assert_eq!(word("f32le").decode(&f32::NAN.to_le_bytes()), None);
    assert_eq!(word("f64be").decode(&f64::NEG_INFINITY.to_be_bytes()), None);
}

/// The number in a word, bit by bit.
fn by_bits(is_big: bool, is_signed: bool, bits: u8, shift: u8, bytes: &[u8]) -> i128 {
    let bit = |at: u8| {
        let byte = usize::from(at / 8);
        let byte = if is_big { bytes[bytes.len() - 1 - byte] } else { bytes[byte] };
        i128::from(byte >> (at % 8) & 1)
    };
    let value = |at: u8| {
        let value = bit(shift + at) << at;
        if is_signed && at == bits - 1 { -value } else { value }
    };
    (0..bits).map(value).sum()
}

proptest! {
    #[test]
    fn a_described_word_is_the_sum_of_its_bits(
        bytes in proptest::collection::vec(any::<u8>(), 1..9),
        is_big in any::<bool>(), is_signed in any::<bool>(),
        bits in prop_oneof![1u8..17, 1u8..65], shift in prop_oneof![0u8..8, 0u8..64],
    ) {
        let storage = 8 * bytes.len() as u8;
        let bits = bits.min(storage);
        let shift = shift.min(storage - bits);
        let (order, sign) = (if is_big { "be" } else { "le" }, if is_signed { 's' } else { 'u' });
        let text = format!("{order}:{sign}{bits}/{storage}>>{shift}");
        let expected = by_bits(is_big, is_signed, bits, shift, &bytes).to_string();
        let decoded = word(&text).decode(&bytes).unwrap().to_string();
        prop_assert_eq!(&decoded, &expected, "{}", text);
        if word(&text).has_codes() {
            prop_assert_eq!(by_code(word(&text), &bytes), expected, "{}", text);
        }
        prop_assert_eq!(word(&text).has_codes(), bits <= 16);
    }
}
