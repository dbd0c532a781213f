//! The members of a key as they arrive ([RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4)). What matters
//! is kept until the key is complete, the rest passes by.

use heapless::{String, Vec};

use crate::{
    base64url::Decoder,
    jose::{jwk::Jwk, key_error::KeyError, lexer::Event},
    json::JsonError,
    key::{Curve, PublicKey},
    limits,
};

/// How many members an object may have whose names are looked at. Real keys have a dozen.
const MEMBERS: usize = 32;

/// How many operations a key may name: RFC 7517 §4.3 has eight.
const OPERATIONS: usize = 16;

/// The longest modulus and the longest exponent, in bytes.
pub(super) const MODULUS_BYTES: usize = 512;
pub(super) const EXPONENT_BYTES: usize = 8;

/// The names in an object, or in an array, to refuse those that come twice.
///
/// Of a name 32 bits are kept. So of two different ones the second may be refused by mistake, once in a hundred million
/// objects; equal ones are always noticed.
pub(super) struct Names<const N: usize = MEMBERS>(Vec<u32, N, u8>);

impl<const N: usize> Names<N> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn add(&mut self, name: &Word) -> Result<(), JsonError> {
        if self.0.contains(&name.fingerprint) {
            return Err(JsonError::DuplicateName);
        }
        self.0.push(name.fingerprint).map_err(|_| JsonError::TooManyMembers)
    }
}

type Short = String<8, u8>;

/// A name or a string that may be one of those that mean something here. None of them has more than 8 characters.
pub(super) struct Word {
    text: Short,
    is_longer: bool,
    /// FNV-1a of the whole.
    fingerprint: u32,
}

impl Word {
    pub(super) const fn new() -> Self {
        Self { text: String::new(), is_longer: false, fingerprint: 0x811c_9dc5 }
    }

    pub(super) fn push(&mut self, character: char) {
        self.is_longer |= self.text.push(character).is_err();
        self.fingerprint = (self.fingerprint ^ u32::from(character)).wrapping_mul(0x0100_0193);
    }

    /// The whole string; one that is too long to mean anything is empty.
    pub(super) fn as_str(&self) -> &str {
        if self.is_longer { "" } else { &self.text }
    }

    fn kept(&self) -> Short {
        if self.is_longer { String::new() } else { self.text.clone() }
    }
}

/// The members of one key so far.
pub(super) struct Members<const BYTES: usize> {
    names: Names,
    /// The member whose value is at hand, if it means something.
    member: Option<Member>,
    reading: Reading,
    word: Word,
    decoder: Decoder,
    /// The first thing that is wrong with it.
    wrong: Option<KeyError>,
    is_private: bool,
    is_secret: bool,
    key_type: Option<Short>,
    curve: Option<Short>,
    usage: Option<Short>,
    operations: Option<Operations>,
    algorithm: Option<Short>,
    id: Option<String<{ limits::KEY_ID_BYTES }>>,
    x: Option<Number>,
    y: Option<Number>,
    n: Option<Number>,
    e: Option<Number>,
    /// The bytes of all four, in the order in which they came.
    material: Vec<u8, BYTES>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    KeyType,
    Curve,
    Use,
    Operations,
    Algorithm,
    Id,
    X,
    Y,
    N,
    E,
}

/// Which string the characters belong to.
#[derive(Clone, Copy)]
enum Reading {
    Nothing,
    Name,
    Value(Member),
    Operation,
}

struct Operations {
    names: Names<OPERATIONS>,
    verify: bool,
}

/// Where a number lies in the material. It may be longer than what was kept of it.
#[derive(Clone, Copy)]
struct Number {
    start: usize,
    length: usize,
}

impl<const BYTES: usize> Members<BYTES> {
    pub(super) const fn new() -> Self {
        Self {
            names: Names::new(),
            member: None,
            reading: Reading::Nothing,
            word: Word::new(),
            decoder: Decoder::new(),
            wrong: None,
            is_private: false,
            is_secret: false,
            key_type: None,
            curve: None,
            usage: None,
            operations: None,
            algorithm: None,
            id: None,
            x: None,
            y: None,
            n: None,
            e: None,
            material: Vec::new(),
        }
    }

    /// Takes what was found in the key's object. `depth` is 1 for its members and 2 for what lies in one of them.
    pub(super) fn take(&mut self, event: Event, depth: usize) {
        let in_operations = self.member == Some(Member::Operations);
        match (event, depth) {
            (Event::Name, 1) => self.begin(Reading::Name),
            (Event::Text, 1) if !in_operations => {
                if let Some(member) = self.member {
                    self.begin(Reading::Value(member));
                }
            }
            (Event::Array, 1) if in_operations => {
                self.operations = Some(Operations { names: Names::new(), verify: false });
            }
            (Event::Text, 2) if in_operations => self.begin(Reading::Operation),
            (Event::Object | Event::Array | Event::Text | Event::Other, 1) => self.refuse_value(),
            // Of another member the value is refused already, or may be anything.
            (Event::Object | Event::Array | Event::Other, 2) => self.refuse_value(),
            (Event::Character(character), _) => self.character(character),
            (Event::End, _) => self.end(),
            _ => {}
        }
    }

    /// The key, when its object is complete.
    pub(super) fn key(&self) -> Result<Jwk<BYTES>, KeyError> {
        let key_type = self.key_type.as_deref();
        // First what must be told whatever else is wrong: somebody has published it.
        if self.is_secret || key_type == Some("oct") {
            return Err(KeyError::Symmetric);
        }
        if self.is_private {
            return Err(KeyError::Private);
        }
        self.wrong.map_or(Ok(()), Err)?;
        if self.usage.as_ref().is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Use);
        }
        if self.operations.as_ref().is_some_and(|operations| !operations.verify) {
            return Err(KeyError::Operations);
        }
        let public = match key_type.ok_or(KeyError::Missing("kty"))? {
            "EC" => self.ec(),
            "RSA" => self.rsa(),
            "OKP" => self.okp(),
            _ => Err(KeyError::UnsupportedType),
        }?;
        let mut key = Jwk::new(public)?;
        if let Some(id) = &self.id {
            key = key.with_key_id(id)?;
        }
        if let Some(algorithm) = &self.algorithm {
            key = key.with_algorithm(algorithm)?;
        }
        Ok(key)
    }

    /// RFC 7518 §6.2.1.
    fn ec(&self) -> Result<PublicKey<'_>, KeyError> {
        let curve = self.curve.as_deref().ok_or(KeyError::Missing("crv"))?;
        let curves = [Curve::P256, Curve::P384, Curve::P521];
        let curve = curves.into_iter().find(|known| known.name() == curve).ok_or(KeyError::UnsupportedCurve)?;
        let coordinate = |number, name| self.number(number, name, curve.coordinate_bytes(), KeyError::Length);
        Ok(PublicKey::Ec { curve, x: coordinate(self.x, "x")?, y: coordinate(self.y, "y")? })
    }

    /// RFC 7518 §6.3.1.
    fn rsa(&self) -> Result<PublicKey<'_>, KeyError> {
        Ok(PublicKey::Rsa {
            n: self.number(self.n, "n", MODULUS_BYTES, KeyError::Length)?,
            e: self.number(self.e, "e", EXPONENT_BYTES, KeyError::Exponent)?,
        })
    }

    /// RFC 8037 §2.
    fn okp(&self) -> Result<PublicKey<'_>, KeyError> {
        if self.curve.as_deref().ok_or(KeyError::Missing("crv"))? != "Ed25519" {
            return Err(KeyError::UnsupportedCurve);
        }
        let x = self.number(self.x, "x", 32, KeyError::Length)?;
        Ok(PublicKey::Ed25519 { x: x.try_into().map_err(|_| KeyError::Length)? })
    }

    /// The bytes of a number. One that no key can have is told from one that only this key has no room for.
    fn number(
        &self,
        number: Option<Number>,
        name: &'static str,
        longest: usize,
        too_long: KeyError,
    ) -> Result<&[u8], KeyError> {
        let Number { start, length } = number.ok_or(KeyError::Missing(name))?;
        if length > longest {
            return Err(too_long);
        }
        self.material.get(start..start.saturating_add(length)).ok_or(KeyError::TooLarge)
    }

    fn begin(&mut self, reading: Reading) {
        self.reading = reading;
        self.word = Word::new();
        match reading {
            Reading::Value(Member::Id) => self.id = Some(String::new()),
            Reading::Value(member) => {
                let start = self.material.len();
                if let Some(number) = self.number_of(member) {
                    *number = Some(Number { start, length: 0 });
                    self.decoder = Decoder::new();
                }
            }
            Reading::Nothing | Reading::Name | Reading::Operation => {}
        }
    }

    fn character(&mut self, character: char) {
        match self.reading {
            Reading::Nothing => {}
            Reading::Value(Member::Id) => {
                if self.id.as_mut().is_some_and(|id| id.push(character).is_err()) {
                    self.fail(KeyError::KeyIdTooLong);
                }
            }
            Reading::Value(member @ (Member::X | Member::Y | Member::N | Member::E)) => self.digit(member, character),
            Reading::Name | Reading::Value(_) | Reading::Operation => self.word.push(character),
        }
    }

    /// A character of a number in base64url.
    fn digit(&mut self, member: Member, character: char) {
        let decoded = u8::try_from(character).ok().and_then(|byte| self.decoder.push(byte).ok());
        match decoded {
            None => self.fail(KeyError::Malformed(member.name())),
            Some(None) => {}
            Some(Some(byte)) => {
                // What finds no room is still counted.
                let _ = self.material.push(byte);
                if let Some(Some(number)) = self.number_of(member) {
                    number.length = number.length.saturating_add(1);
                }
            }
        }
    }

    fn end(&mut self) {
        match core::mem::replace(&mut self.reading, Reading::Nothing) {
            Reading::Name => self.name(),
            Reading::Operation => self.operation(),
            Reading::Value(Member::KeyType) => self.key_type = Some(self.word.kept()),
            Reading::Value(Member::Curve) => self.curve = Some(self.word.kept()),
            Reading::Value(Member::Use) => self.usage = Some(self.word.kept()),
            Reading::Value(Member::Algorithm) => self.algorithm = Some(self.word.kept()),
            Reading::Value(member @ (Member::X | Member::Y | Member::N | Member::E)) => {
                if self.decoder.finish().is_err() {
                    self.fail(KeyError::Malformed(member.name()));
                }
            }
            Reading::Nothing | Reading::Value(Member::Id | Member::Operations) => {}
        }
    }

    fn name(&mut self) {
        if let Err(error) = self.names.add(&self.word) {
            self.fail(error.into());
        }
        let name = self.word.as_str();
        self.member = Member::ALL.into_iter().find(|member| member.name() == name);
        // RFC 7518 §6.2.2, §6.3.2, §6.4.1.
        self.is_private |= matches!(name, "d" | "p" | "q" | "dp" | "dq" | "qi" | "oth");
        self.is_secret |= name == "k";
    }

    fn operation(&mut self) {
        let Some(operations) = &mut self.operations else { return };
        operations.verify |= self.word.as_str() == "verify";
        if operations.names.add(&self.word).is_err() {
            self.fail(KeyError::Operations);
        }
    }

    /// The value at hand has another type than its member must have.
    fn refuse_value(&mut self) {
        if let Some(member) = self.member {
            self.fail(KeyError::Malformed(member.name()));
        }
    }

    fn number_of(&mut self, member: Member) -> Option<&mut Option<Number>> {
        match member {
            Member::X => Some(&mut self.x),
            Member::Y => Some(&mut self.y),
            Member::N => Some(&mut self.n),
            Member::E => Some(&mut self.e),
            _ => None,
        }
    }

    fn fail(&mut self, error: KeyError) {
        self.wrong.get_or_insert(error);
    }
}

impl Member {
    const ALL: [Self; 10] = [
        Self::KeyType,
        Self::Curve,
        Self::Use,
        Self::Operations,
        Self::Algorithm,
        Self::Id,
        Self::X,
        Self::Y,
        Self::N,
        Self::E,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::KeyType => "kty",
            Self::Curve => "crv",
            Self::Use => "use",
            Self::Operations => "key_ops",
            Self::Algorithm => "alg",
            Self::Id => "kid",
            Self::X => "x",
            Self::Y => "y",
            Self::N => "n",
            Self::E => "e",
        }
    }
}
