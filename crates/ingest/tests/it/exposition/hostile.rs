use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use watchfire_ingest::exposition::{Format, batch, scrape};

use super::super::remote_write::encode::Message;
use super::protobuf::{delimited, family};
use super::{MOST, NODE_EXPORTER, agree};

const FORMATS: [Format; 3] = [Format::Text, Format::OpenMetrics, Format::Protobuf];

#[test]
fn a_page_cut_anywhere_keeps_its_whole_lines() {
    let page = &NODE_EXPORTER.as_bytes()[..3000];
    for length in 0..page.len() {
        let pushed = batch(Format::Text, page[..length].to_vec(), 0, MOST).unwrap();
        let whole = page[..length]
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n") && !line.starts_with(b"#"));
        let whole = whole.count();
        assert!((whole..=whole + 1).contains(&pushed.batch.len()), "{length}");
        assert!(scrape(Format::OpenMetrics, &page[..length], MOST, |_| ()).is_err(), "{length}");
    }
}

#[test]
fn a_body_is_as_large_as_allowed_and_no_larger() {
    for format in [Format::Text, Format::OpenMetrics] {
        let body = b"a 1\n# EOF\n".to_vec();
        assert_eq!(batch(format, body.clone(), 0, 10).unwrap().batch.len(), 1);
        let expected = "the exposition takes 10 bytes, and 9 are allowed; expose less or raise the limit";
        assert_eq!(batch(format, body.clone(), 0, 9).unwrap_err().to_string(), expected);
        assert_eq!(scrape(format, &body, 9, |_| ()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn metadata_and_exemplars_are_counted() {
    let metadata = (0..9_000).fold(String::new(), |page, number| page + &format!("# HELP a{number} \n"));
    let exemplars = "a 1 # {} 1\n".repeat(10_000);
    for body in [metadata, exemplars] {
        let most = 200_000;
        assert!(body.len() < most);
        let error = batch(Format::OpenMetrics, body.into_bytes(), 0, most).unwrap_err().to_string();
        assert!(error.ends_with("and 200000 are allowed; expose less or raise the limit"), "{error}");
    }
}

/// Pieces that lines are made of, so that chance makes nearly valid ones.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "a",
        "_b9",
        "{",
        "}",
        "\"",
        "\\",
        "=",
        ",",
        " ",
        "\t",
        "\n",
        "\r",
        "1",
        "-2.5e3",
        "NaN",
        "# ",
        "#",
        "HELP ",
        "TYPE ",
        "UNIT ",
        "EOF",
        "counter",
        "b=\"c\"",
        " # {",
        "é",
        "\0",
        "\n# EOF\n",
        "le=\"+Inf\"",
    ]);
    let byte = any::<u8>().prop_map(|byte| vec![byte]);
    let piece = prop_oneof![20 => piece.prop_map(|piece| piece.as_bytes().to_vec()), 1 => byte];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_pieces_panic(body in pieces()) {
        for format in FORMATS {
            agree(format, &body);
        }
    }

    #[test]
    fn no_damage_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), buckets in 0..4_u64) {
        let mut text = NODE_EXPORTER.as_bytes()[..2000].to_vec();
        let index = at.index(text.len());
        text[index] = byte;
        agree(Format::Text, &text);
        agree(Format::OpenMetrics, &text);
        let histogram = (0..buckets).fold(Message::default(), |message, count| {
            message.message(3, &Message::default().varint(1, count).double(2, 0.5))
        });
        let metric = Message::default().bytes(1, b"\x0a\x01a\x12\x01b").message(7, &histogram);
        let mut body = delimited(&[family("m", 4, &[metric.clone(), metric])]);
        let index = at.index(body.len());
        body[index] = byte;
        agree(Format::Protobuf, &body);
    }
}
