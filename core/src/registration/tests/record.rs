//! What is kept in flash.

use super::*;

#[test]
fn it_comes_back_as_it_was() {
    let own = registration(ANSWER);
    let back = Registration::<256>::import(own.as_bytes(), ISSUER).unwrap();
    assert_eq!(back.as_bytes(), own.as_bytes());
    assert_eq!((back.issuer(), back.client_id()), (ISSUER, "s6BhdRkqt3"));
    assert_eq!(back.client_id_issued_at(), Some(UnixTime::from_seconds(2_893_256_800)));
    assert_eq!(back.client_secret_expires_at(), Some(UnixTime::from_seconds(2_893_276_800)));
    assert_eq!(back.authentication(), Some(ClientAuthentication::SecretBasic));
    assert_eq!(back.configuration().unwrap().uri(), "https://as.example/register/s6BhdRkqt3");
    let shown = format!("{back:?}");
    assert!(shown.contains("s6BhdRkqt3") && !shown.contains("cf136") && !shown.contains("ffx83"), "{shown}");
}

#[test]
fn characters_that_json_escapes_are_themselves_in_it() {
    let registration = registration(&set("client_secret", Some(r#""a\"\\b \u007e""#)));
    assert_eq!(registration.configuration().unwrap().client_secret, Some("a\"\\b ~"));
}

#[test]
fn a_record_that_is_cut_changed_or_longer_is_refused() {
    let own = registration(ANSWER);
    let bytes = own.as_bytes();
    for length in 0..bytes.len() {
        assert_eq!(
            Registration::<512>::import(&bytes[..length], ISSUER).err(),
            Some(RegistrationRecordError::Malformed)
        );
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert_eq!(Registration::<512>::import(&longer, ISSUER).err(), Some(RegistrationRecordError::Malformed));
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.to_vec();
            changed[index] ^= 1 << bit;
            let error = if index == 4 { RegistrationRecordError::Version } else { RegistrationRecordError::Malformed };
            assert_eq!(Registration::<512>::import(&changed, ISSUER).err(), Some(error), "{index}");
        }
    }
    assert_eq!(Registration::<160>::import(bytes, ISSUER).err(), Some(RegistrationRecordError::TooLong));
}

#[test]
fn a_record_of_another_issuer_gives_no_credentials() {
    let own = registration(ANSWER);
    for issuer in ["", "https://as.example/", "https://evil.example"] {
        assert_eq!(
            Registration::<512>::import(own.as_bytes(), issuer).err(),
            Some(RegistrationRecordError::OtherIssuer)
        );
    }
}

type Change = fn(&mut Vec<u8>);

/// With a check that is right: whoever writes the flash can make that.
#[test]
fn a_record_that_was_made_by_others_is_looked_through() {
    let own = registration(ANSWER);
    let forge = |change: Change| {
        let mut content = own.as_bytes()[..own.as_bytes().len() - 8].to_vec();
        change(&mut content);
        let check = super::super::record::check_of(&content);
        Registration::<512>::import(&[&content[..], &check].concat(), ISSUER).err()
    };
    assert_eq!(forge(|_| {}), None);
    let changes: [Change; 9] = [
        |content| content[5] = 7,
        |content| content[6] |= 8,
        |content| content[6] = 0,
        |content| content[6] &= !2,
        |content| {
            let at = at(content, "s6Bh");
            content[at] = b'\n'
        },
        |content| {
            let at = at(content, "cf136");
            content[at] = 0xff
        },
        |content| {
            let at = at(content, "https://as.example/r") + 4;
            content[at] = b':'
        },
        |content| {
            let at = at(content, "this.is");
            content[at] = b' '
        },
        |content| content.push(0),
    ];
    for (index, change) in changes.iter().enumerate() {
        assert_eq!(forge(*change), Some(RegistrationRecordError::Malformed), "{index}");
    }
}

fn at(content: &[u8], text: &str) -> usize {
    content.windows(text.len()).position(|window| window == text.as_bytes()).unwrap()
}
