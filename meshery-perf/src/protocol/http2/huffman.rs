//! The Huffman code of HPACK (RFC 7541 appendix B). The code is canonical: codes of one length are consecutive in the order of
//! their symbols, so that the lengths say all.

/// The length of the code of each byte, in bits.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];
const LONGEST: usize = 30;

/// Codes of one length: the first of them, how many there are, and where their symbols begin.
#[derive(Clone, Copy)]
struct Row {
    first: u32,
    count: u32,
    symbols: usize,
}

struct Tables {
    rows: [Row; LONGEST + 1],
    symbols: [u8; 256],
}

const TABLES: Tables = tables();

const fn tables() -> Tables {
    let mut rows = [Row { first: 0, count: 0, symbols: 0 }; LONGEST + 1];
    let mut symbols = [0; 256];
    let (mut code, mut placed, mut length) = (0, 0, 1);
    while length <= LONGEST {
        code <<= 1;
        rows[length] = Row { first: code, count: 0, symbols: placed };
        let mut symbol = 0;
        while symbol < 256 {
            if LENGTHS[symbol] as usize == length {
                symbols[placed] = symbol as u8;
                placed += 1;
                rows[length].count += 1;
                code += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    Tables { rows, symbols }
}

/// The text that a code stands for; `None` for what is none.
pub(super) fn decode(input: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(input.len() * 8 / 5);
    let (mut code, mut length) = (0_u32, 0_usize);
    for bit in input.iter().flat_map(|byte| (0..8).rev().map(move |at| u32::from(byte >> at & 1))) {
        (code, length) = (code << 1 | bit, length + 1);
        // Nothing is longer, and what is as long and no symbol is the end of all text, which must not be said.
        let row = TABLES.rows.get(length)?;
        if code.checked_sub(row.first).is_some_and(|at| at < row.count) {
            text.push(TABLES.symbols[row.symbols + (code - row.first) as usize]);
            (code, length) = (0, 0);
        }
    }
    // Padded with the beginning of that: fewer than eight ones.
    (length < 8 && code == (1 << length) - 1).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 7541 appendix C.4 and C.6.
    #[test]
    fn the_examples_of_the_rfc_are_read() {
        for (hex, text) in [
            ("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"),
            ("a8eb10649cbf", "no-cache"),
            ("25a849e95ba97d7f", "custom-key"),
            ("6402", "302"),
            ("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT"),
            ("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"),
        ] {
            let bytes: Vec<u8> =
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
            assert_eq!(decode(&bytes).as_deref(), Some(text.as_bytes()), "{hex}");
        }
    }

    #[test]
    fn bad_padding_and_the_end_of_text_are_refused() {
        for bytes in [&[0xff, 0xff, 0xff, 0xff][..], &[0x1f, 0xff], &[0x00]] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(decode(&[]), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
