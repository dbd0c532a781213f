//! A key set is the same whether it comes at once or in pieces, and holds no more than its members.
#![no_main]

use bearward_core::{Jwk, JwkSet, JwkSetReader, KeyError};

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (size, data) = input;
    let whole = JwkSet::<3>::read(data);
    let pieces = read_in_pieces(data, usize::from(size).max(1));
    assert_eq!(whole.as_ref().err(), pieces.as_ref().err());
    let (Ok(whole), Ok(pieces)) = (whole, pieces) else { return };
    assert!(whole.iter().map(Jwk::public_key).eq(pieces.iter().map(Jwk::public_key)));
    assert_eq!((whole.skipped(), whole.dropped()), (pieces.skipped(), pieces.dropped()));

    let json: serde_json::Value = serde_json::from_slice(data).unwrap();
    let members = json["keys"].as_array().unwrap().len();
    assert_eq!(whole.len() + whole.skipped() + whole.dropped(), members);
});

fn read_in_pieces(data: &[u8], size: usize) -> Result<JwkSet<3>, KeyError> {
    let mut set = JwkSet::new();
    let mut reader = JwkSetReader::new(&mut set);
    for piece in data.chunks(size) {
        reader.feed(piece)?;
    }
    reader.finish()?;
    Ok(set)
}
