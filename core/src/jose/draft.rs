//! A key document as it arrives: the members that matter are kept until their key is complete
//! ([RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).

use heapless::{String, Vec};

use crate::{
    base64url::Decoder,
    jose::{
        jwk::Jwk,
        key_error::KeyError,
        lexer::{Event, Lexer},
    },
    key::{Curve, PublicKey},
    limits,
};

/// What the document is: a key, or a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Document {
    Key,
    Set,
}

impl Document {
    /// How many objects and arrays are open inside a key.
    const fn depth(self) -> usize {
        match self {
            Self::Key => 1,
            Self::Set => 3,
        }
    }
}

/// Reads a document in pieces and hands out each of its keys, good or not.
pub(super) struct Reader<const BYTES: usize> {
    lexer: Lexer,
    document: Place,
    name: Name,
    draft: Draft<BYTES>,
    failed: Option<KeyError>,
}

/// Where in the document the reader is.
struct Place {
    kind: Document,
    /// At the member `keys` of a set, and in its array.
    at_keys: bool,
    in_keys: bool,
    had_keys: bool,
    /// In a key.
    in_key: bool,
}

impl<const BYTES: usize> Reader<BYTES> {
    pub(super) const fn new(kind: Document) -> Self {
        let document = Place { kind, at_keys: false, in_keys: false, had_keys: false, in_key: false };
        Self { lexer: Lexer::new(), document, name: Name::new(), draft: Draft::new(), failed: None }
    }

    pub(super) fn feed(
        &mut self,
        piece: &[u8],
        keep: &mut impl FnMut(Result<Jwk<BYTES>, KeyError>),
    ) -> Result<(), KeyError> {
        for byte in piece {
            if let Some(error) = self.failed {
                return Err(error);
            }
            let Self { lexer, document, name, draft, failed } = self;
            let mut sink = |event, depth| {
                if let Err(error) = document.take(event, depth, name, draft, keep) {
                    *failed = Some(error);
                }
            };
            if let Err(error) = lexer.push(*byte, &mut sink) {
                self.failed = Some(error.into());
            }
        }
        self.failed.map_or(Ok(()), Err)
    }

    pub(super) fn finish(&self) -> Result<(), KeyError> {
        self.failed.map_or(Ok(()), Err)?;
        self.lexer.finish()?;
        if self.document.kind == Document::Set && !self.document.had_keys {
            return Err(KeyError::Missing);
        }
        Ok(())
    }
}

impl Place {
    fn take<const BYTES: usize>(
        &mut self,
        event: Event,
        depth: usize,
        name: &mut Name,
        draft: &mut Draft<BYTES>,
        keep: &mut impl FnMut(Result<Jwk<BYTES>, KeyError>),
    ) -> Result<(), KeyError> {
        let key_depth = self.kind.depth();
        if self.in_key {
            if event == Event::Close && depth < key_depth {
                self.in_key = false;
                keep(draft.finish());
            } else {
                draft.take(event, depth.saturating_sub(key_depth), name);
            }
            return Ok(());
        }
        match (self.kind, event, depth) {
            (Document::Key, Event::Object, 1) => self.begin(draft),
            // A key must be an object: everything else is only walked through.
            (Document::Key, _, _) => {}
            (Document::Set, Event::NameByte(byte), 1) => name.push(byte),
            (Document::Set, Event::Name, 1) => {
                self.at_keys = name.take() == Some(Member::Keys);
                if self.at_keys && core::mem::replace(&mut self.had_keys, true) {
                    return Err(KeyError::Malformed);
                }
            }
            (Document::Set, Event::Array, 2) if self.at_keys => self.in_keys = true,
            (Document::Set, Event::Close, 1) => self.in_keys = false,
            (Document::Set, Event::Object, 2) | (Document::Set, Event::Text | Event::Other, 1) if self.at_keys => {
                return Err(KeyError::Malformed);
            }
            (Document::Set, Event::Object, 3) if self.in_keys => self.begin(draft),
            (Document::Set, Event::Text | Event::Other, 2) | (Document::Set, Event::Array, 3) if self.in_keys => {
                keep(Err(KeyError::Malformed));
            }
            _ => {}
        }
        Ok(())
    }

    fn begin<const BYTES: usize>(&mut self, draft: &mut Draft<BYTES>) {
        self.in_key = true;
        *draft = Draft::new();
    }
}

/// A member's name that is known here; no known one is longer than 7 bytes.
struct Name {
    bytes: Vec<u8, 7>,
    too_long: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Keys,
    Type,
    Curve,
    Algorithm,
    Use,
    Operations,
    Id,
    X,
    Y,
    N,
    E,
    Private,
    Secret,
}

impl Member {
    const fn bit(self) -> u32 {
        match self {
            Self::Keys => 1,
            Self::Type => 1 << 1,
            Self::Curve => 1 << 2,
            Self::Algorithm => 1 << 3,
            Self::Use => 1 << 4,
            Self::Operations => 1 << 5,
            Self::Id => 1 << 6,
            Self::X => 1 << 7,
            Self::Y => 1 << 8,
            Self::N => 1 << 9,
            Self::E => 1 << 10,
            // Several names: whether one of them comes twice is of no interest, the key is refused anyhow.
            Self::Private | Self::Secret => 0,
        }
    }

    /// Whether its value is a string of base64url.
    const fn is_material(self) -> bool {
        matches!(self, Self::X | Self::Y | Self::N | Self::E)
    }
}

impl Name {
    const fn new() -> Self {
        Self { bytes: Vec::new(), too_long: false }
    }

    fn push(&mut self, byte: u8) {
        self.too_long |= self.bytes.push(byte).is_err();
    }

    /// The name that is complete, and nothing for the next one.
    fn take(&mut self) -> Option<Member> {
        let known = match self.bytes.as_slice() {
            _ if self.too_long => None,
            b"keys" => Some(Member::Keys),
            b"kty" => Some(Member::Type),
            b"crv" => Some(Member::Curve),
            b"alg" => Some(Member::Algorithm),
            b"use" => Some(Member::Use),
            b"key_ops" => Some(Member::Operations),
            b"kid" => Some(Member::Id),
            b"x" => Some(Member::X),
            b"y" => Some(Member::Y),
            b"n" => Some(Member::N),
            b"e" => Some(Member::E),
            b"d" | b"p" | b"q" | b"dp" | b"dq" | b"qi" | b"oth" => Some(Member::Private),
            b"k" => Some(Member::Secret),
            _ => None,
        };
        *self = Self::new();
        known
    }
}

/// The members of a key so far.
struct Draft<const BYTES: usize> {
    member: Option<Member>,
    seen: u32,
    /// The first thing that is wrong with it.
    wrong: Option<KeyError>,
    private: bool,
    secret: bool,
    kind: String<8>,
    curve: String<8>,
    algorithm: String<16>,
    usage: String<8>,
    id: String<{ limits::KEY_ID_BYTES }>,
    operations: Operations,
    text: Vec<u8, { limits::KEY_ID_BYTES }>,
    text_too_long: bool,
    decoder: Decoder,
    material: Vec<u8, BYTES>,
    /// Where x, y, n and e lie in the material.
    x: Range,
    y: Range,
    n: Range,
    e: Range,
}

#[derive(Clone, Copy, Default)]
struct Range {
    start: usize,
    end: usize,
}

/// Which operations a key names (RFC 7517 §4.3), a bit each.
#[derive(Clone, Copy, Default)]
struct Operations(u16);

impl Operations {
    const VERIFY: u16 = 1;

    /// Whether it is not named for the second time.
    fn add(&mut self, name: &[u8]) -> bool {
        let bit = match name {
            b"verify" => Self::VERIFY,
            b"sign" => 2,
            b"encrypt" => 4,
            b"decrypt" => 8,
            b"wrapKey" => 16,
            b"unwrapKey" => 32,
            b"deriveKey" => 64,
            b"deriveBits" => 128,
            _ => 0,
        };
        let again = self.0 & bit != 0;
        self.0 |= bit;
        !again
    }
}

impl<const BYTES: usize> Draft<BYTES> {
    const fn new() -> Self {
        Self {
            member: None,
            seen: 0,
            wrong: None,
            private: false,
            secret: false,
            kind: String::new(),
            curve: String::new(),
            algorithm: String::new(),
            usage: String::new(),
            id: String::new(),
            operations: Operations(0),
            text: Vec::new(),
            text_too_long: false,
            decoder: Decoder::new(),
            material: Vec::new(),
            x: Range { start: 0, end: 0 },
            y: Range { start: 0, end: 0 },
            n: Range { start: 0, end: 0 },
            e: Range { start: 0, end: 0 },
        }
    }

    fn fail(&mut self, error: KeyError) {
        self.wrong.get_or_insert(error);
    }

    /// `depth` counts what is open inside of the key.
    fn take(&mut self, event: Event, depth: usize, name: &mut Name) {
        match (event, depth) {
            (Event::NameByte(byte), 0) => name.push(byte),
            (Event::Name, 0) => self.begin(name.take()),
            (Event::TextByte(byte), 0) => self.text_byte(byte),
            (Event::Text, 0) => self.text_end(),
            // The value of a member that must be a string is none; `key_ops` alone is an array.
            (Event::Array, 1) if self.member == Some(Member::Operations) => {}
            (Event::Other, 0) | (Event::Array | Event::Object, 1) if self.member.is_some() => {
                self.fail(KeyError::Malformed);
                self.member = None;
            }
            (Event::TextByte(byte), 1) if self.member == Some(Member::Operations) => {
                self.text_too_long |= self.text.push(byte).is_err();
            }
            (Event::Text, 1) if self.member == Some(Member::Operations) => {
                if !self.operations.add(&self.text) {
                    self.fail(KeyError::Operations);
                }
                self.text.clear();
            }
            (Event::Other, 1) | (Event::Array | Event::Object, 2) if self.member == Some(Member::Operations) => {
                self.fail(KeyError::Malformed);
            }
            _ => {}
        }
    }

    fn begin(&mut self, member: Option<Member>) {
        self.text.clear();
        self.text_too_long = false;
        self.decoder = Decoder::new();
        self.member = member.filter(|member| !matches!(member, Member::Keys | Member::Private | Member::Secret));
        self.private |= member == Some(Member::Private);
        self.secret |= member == Some(Member::Secret);
        let Some(member) = self.member else { return };
        if self.seen & member.bit() != 0 {
            self.fail(KeyError::Malformed);
        }
        self.seen |= member.bit();
        let start = self.material.len();
        if let Some(range) = self.range(member) {
            *range = Range { start, end: start };
        }
    }

    fn range(&mut self, member: Member) -> Option<&mut Range> {
        match member {
            Member::X => Some(&mut self.x),
            Member::Y => Some(&mut self.y),
            Member::N => Some(&mut self.n),
            Member::E => Some(&mut self.e),
            _ => None,
        }
    }

    fn text_byte(&mut self, byte: u8) {
        match self.member {
            Some(member) if member.is_material() => match self.decoder.push(byte) {
                Ok(Some(decoded)) if self.material.push(decoded).is_err() => self.fail(KeyError::TooLarge),
                Ok(_) => {}
                Err(_) => self.fail(KeyError::Malformed),
            },
            Some(_) => self.text_too_long |= self.text.push(byte).is_err(),
            None => {}
        }
    }

    fn text_end(&mut self) {
        let Some(member) = self.member else { return };
        if member.is_material() {
            let end = self.material.len();
            if let Some(range) = self.range(member) {
                range.end = end;
            }
            if self.decoder.finish().is_err() {
                self.fail(KeyError::Malformed);
            }
            return;
        }
        // The lexer lets only UTF-8 through.
        let text = core::str::from_utf8(&self.text).unwrap_or_default();
        let (fits, error) = match member {
            Member::Type => (self.kind.push_str(text).is_ok(), KeyError::UnsupportedType),
            Member::Curve => (self.curve.push_str(text).is_ok(), KeyError::UnsupportedCurve),
            Member::Algorithm => (self.algorithm.push_str(text).is_ok(), KeyError::UnsupportedAlgorithm),
            Member::Use => (self.usage.push_str(text).is_ok(), KeyError::Use),
            Member::Id => (self.id.push_str(text).is_ok(), KeyError::KeyIdTooLong),
            _ => (false, KeyError::Malformed),
        };
        if !fits || self.text_too_long {
            self.fail(error);
        }
    }

    fn has(&self, member: Member) -> bool {
        self.seen & member.bit() != 0
    }

    /// The key, when its object is complete.
    fn finish(&self) -> Result<Jwk<BYTES>, KeyError> {
        // First what must be noticed whatever else is wrong.
        if self.secret || self.kind == "oct" {
            return Err(KeyError::Symmetric);
        }
        if self.private {
            return Err(KeyError::Private);
        }
        if let Some(error) = self.wrong {
            return Err(error);
        }
        if self.has(Member::Use) && self.usage != "sig" {
            return Err(KeyError::Use);
        }
        if self.has(Member::Operations) && self.operations.0 & Operations::VERIFY == 0 {
            return Err(KeyError::Operations);
        }
        let mut key = Jwk::new(self.public_key()?)?;
        if self.has(Member::Id) {
            key = key.with_key_id(&self.id)?;
        }
        if self.has(Member::Algorithm) {
            key = key.with_algorithm(&self.algorithm)?;
        }
        Ok(key)
    }

    fn public_key(&self) -> Result<PublicKey<'_>, KeyError> {
        if !self.has(Member::Type) {
            return Err(KeyError::Missing);
        }
        match self.kind.as_str() {
            "EC" => {
                let curve = match self.curve.as_str() {
                    _ if !self.has(Member::Curve) => return Err(KeyError::Missing),
                    "P-256" => Curve::P256,
                    "P-384" => Curve::P384,
                    "P-521" => Curve::P521,
                    _ => return Err(KeyError::UnsupportedCurve),
                };
                Ok(PublicKey::Ec { curve, x: self.number(Member::X, self.x)?, y: self.number(Member::Y, self.y)? })
            }
            "RSA" => Ok(PublicKey::Rsa { n: self.number(Member::N, self.n)?, e: self.number(Member::E, self.e)? }),
            "OKP" => match self.curve.as_str() {
                _ if !self.has(Member::Curve) => Err(KeyError::Missing),
                "Ed25519" => {
                    let x = self.number(Member::X, self.x)?.try_into().map_err(|_| KeyError::Length)?;
                    Ok(PublicKey::Ed25519 { x })
                }
                _ => Err(KeyError::UnsupportedCurve),
            },
            _ => Err(KeyError::UnsupportedType),
        }
    }

    fn number(&self, member: Member, range: Range) -> Result<&[u8], KeyError> {
        if !self.has(member) {
            return Err(KeyError::Missing);
        }
        self.material.get(range.start..range.end).ok_or(KeyError::Malformed)
    }
}
