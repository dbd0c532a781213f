//! The JSON reader against `serde_json`: same texts accepted, same values read, and each difference explained.

use std::{fmt, ops::ControlFlow};

use bearward_core::{
    json::{self, JsonError, Number, Object, Value},
    limits,
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Deserializer, de};

/// A value as `serde_json` reads it, with every member that it sees.
#[derive(Debug, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    String(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> de::Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::String(value.into()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut elements: A) -> Result<Tree, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element()? {
            array.push(element);
        }
        Ok(Tree::Array(array))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Tree::Object(object))
    }
}

impl Tree {
    fn children(&self) -> Vec<&Tree> {
        match self {
            Tree::Array(elements) => elements.iter().collect(),
            Tree::Object(members) => members.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        }
    }

    fn depth(&self) -> usize {
        let own = usize::from(matches!(self, Tree::Array(_) | Tree::Object(_)));
        own + self.children().into_iter().map(Tree::depth).max().unwrap_or(0)
    }

    /// The most members that are open at one place.
    fn open_members(&self) -> usize {
        let below = |(index, child): (usize, &Tree)| {
            child.open_members() + if matches!(self, Tree::Object(_)) { index + 1 } else { 0 }
        };
        self.children().into_iter().enumerate().map(below).max().unwrap_or(0)
    }

    fn has_duplicates(&self) -> bool {
        let own = match self {
            Tree::Object(members) => {
                let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
                names.sort_unstable();
                names.windows(2).any(|pair| pair[0] == pair[1])
            }
            _ => false,
        };
        own || self.children().into_iter().any(Tree::has_duplicates)
    }
}

/// Both read the text alike, or the difference is one of those that are meant.
#[track_caller]
fn compare(json: &[u8]) {
    let shown = String::from_utf8_lossy(json);
    match (json::read(json), serde_json::from_slice::<Tree>(json)) {
        (Ok(ours), Ok(theirs)) => {
            assert!(same(ours, &theirs), "other values: {shown}");
            assert!(!theirs.has_duplicates(), "a duplicate was missed: {shown}");
            assert!(theirs.depth() <= limits::JSON_DEPTH, "too deep: {shown}");
            assert!(theirs.open_members() <= limits::JSON_MEMBERS, "too many members: {shown}");
        }
        (Err(_), Err(_)) => {}
        // serde_json leaves duplicates to its caller, has a limit of 128 levels, and none for members.
        (Err(JsonError::DuplicateName), Ok(theirs)) => assert!(theirs.has_duplicates(), "no duplicate: {shown}"),
        (Err(JsonError::TooDeep), Ok(theirs)) => assert!(theirs.depth() > limits::JSON_DEPTH, "not deep: {shown}"),
        (Err(JsonError::TooManyMembers), Ok(theirs)) => {
            assert!(theirs.open_members() > limits::JSON_MEMBERS, "few members: {shown}");
        }
        // serde_json makes a float of every other number; ours are text until someone asks.
        (Ok(_), Err(theirs)) => assert!(theirs.to_string().contains("number out of range"), "{theirs}: {shown}"),
        (Err(ours), Ok(_)) => panic!("{ours}: {shown}"),
    }
}

fn same(ours: Value<'_>, theirs: &Tree) -> bool {
    match (ours, theirs) {
        (Value::Null, Tree::Null) => true,
        (Value::Bool(ours), Tree::Bool(theirs)) => ours == *theirs,
        (Value::Number(ours), Tree::Unsigned(theirs)) => ours.as_u64() == Some(*theirs),
        (Value::Number(ours), Tree::Signed(theirs)) => ours.as_i64() == Some(*theirs),
        (Value::Number(ours), Tree::Float(theirs)) => {
            // Its float is near the number that ours is exactly: serde_json rounds in a few steps.
            let near = |exact: f64| (exact - theirs).abs() <= theirs.abs() * 8.0 * f64::EPSILON + f64::MIN_POSITIVE;
            near(ours.as_json().parse().unwrap())
                && ours.as_u64().is_none_or(|exact| near(exact as f64))
                && ours.as_i64().is_none_or(|exact| near(exact as f64))
        }
        (Value::String(ours), Tree::String(theirs)) => {
            ours == theirs.as_str() && ours.to_string() == *theirs && ours.as_str().is_none_or(|ours| ours == theirs)
        }
        (Value::Array(ours), Tree::Array(theirs)) => {
            ours.elements().count() == theirs.len() && ours.elements().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), Tree::Object(theirs)) => {
            ours.members().count() == theirs.len()
                && ours.members().zip(theirs).all(|((name, a), (other, b))| name == other.as_str() && same(a, b))
                && theirs.iter().all(|(name, value)| ours.get(name).is_some_and(|found| same(found, value)))
        }
        _ => false,
    }
}

/// Everything that the grammar has, in few bytes.
const SAMPLE: &str = concat!(
    r#"{"iss":"https:\/\/as.example","aud":["a","é😀"],"exp":1795318692,"nbf":-1.5e-3,"a":{"b":[true,false,null,[],{}]},"#,
    "\n\t\r ",
    r#""\u0061\ud83d\ude00":"\"\\\b\f\n\r\t\u001f","iat" : 0 , "n" : [ 10.0E+2, -0 ] }"#
);

#[test]
fn every_byte_of_a_sample_set_to_every_value_has_the_same_verdict() {
    compare(SAMPLE.as_bytes());
    assert!(json::read(SAMPLE.as_bytes()).is_ok());
    for at in 0..SAMPLE.len() {
        let mut mutant = SAMPLE.as_bytes().to_vec();
        for byte in 0..=u8::MAX {
            mutant[at] = byte;
            compare(&mutant);
        }
    }
}

#[test]
fn every_byte_of_a_sample_removed_doubled_or_swapped_has_the_same_verdict() {
    let sample = SAMPLE.as_bytes();
    for at in 0..sample.len() {
        let (before, after) = sample.split_at(at);
        compare(before);
        compare(after);
        compare(&[before, &after[1..]].concat());
        compare(&[before, &after[..1], after].concat());
        for byte in *b"\"\\{}[],:0 e.-\x00\xff" {
            compare(&[before, &[byte], after].concat());
        }
        let mut swapped = sample.to_vec();
        swapped.swap(at, (at + 1) % sample.len());
        compare(&swapped);
    }
}

#[test]
fn every_text_of_few_tokens_has_the_same_verdict() {
    let tokens = ["{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u0061\"", "1", "-", ".5", "e0", " ", "true"];
    let mut texts = vec![String::new()];
    for _ in 0..5 {
        texts = texts.iter().flat_map(|text| tokens.map(|token| format!("{text}{token}"))).collect();
        texts.iter().for_each(|text| compare(text.as_bytes()));
        // What no continuation can save need not grow.
        texts.retain(|text| !matches!(json::read(text.as_bytes()), Err(error) if error != JsonError::UnexpectedEnd));
    }
}

#[test]
fn generated_texts_are_read_alike() {
    let mut random = StdRng::seed_from_u64(8259);
    for _ in 0..20_000 {
        let mut text = String::new();
        write_value(&mut random, &mut text, 0);
        compare(text.as_bytes());
        let mut mutant = text.into_bytes();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..mutant.len());
            mutant[at] =
                *b"\"\\{}[],:09eE+-. tfnu\x00\x1f\x7f\x80\xc3\xff".get(random.random_range(0..28)).unwrap_or(&b'x');
        }
        compare(&mutant);
    }
}

#[test]
fn resolving_escapes_changes_no_value_and_leaves_no_needless_escape() {
    let mut random = StdRng::seed_from_u64(6901);
    let mut resolved = 0;
    for _ in 0..20_000 {
        let mut text = String::new();
        write_value(&mut random, &mut text, 0);
        let (Ok(_), Ok(before)) = (json::read(text.as_bytes()), serde_json::from_str::<Tree>(&text)) else { continue };
        let mut bytes = text.into_bytes();
        let length = json::resolve_escapes(&mut bytes).unwrap();
        compare(&bytes[..length]);
        assert_eq!(serde_json::from_slice::<Tree>(&bytes[..length]).unwrap(), before);
        let escaped = each_string(json::read(&bytes[..length]).unwrap(), &mut |text| {
            let needed = text.chars().any(|character| matches!(character, '"' | '\\' | '\0'..='\x1f'));
            if needed == text.as_str().is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        assert!(escaped.is_continue());
        resolved += usize::from(length < bytes.len());
    }
    assert!(resolved > 3_000, "{resolved}");
}

#[test]
fn an_integer_is_the_same_in_every_spelling() {
    let mut random = StdRng::seed_from_u64(7519);
    for _ in 0..50_000 {
        let integer = random.next_u64() >> random.random_range(0..64);
        let spelling = respell(&mut random, integer);
        let number = |text: &str| json::read(text.as_bytes()).ok().and_then(Value::as_number).is_some();
        assert!(number(&spelling), "{spelling}");
        let read = |text: &str, with: fn(Number<'_>) -> Option<i128>| {
            json::read(text.as_bytes()).unwrap().as_number().and_then(with)
        };
        let expected = i128::from(integer);
        assert_eq!(read(&spelling, |n| n.as_u64().map(i128::from)), Some(expected), "{spelling}");
        let minus = format!("-{spelling}");
        let negative = Some(-expected).filter(|value| i64::try_from(*value).is_ok());
        assert_eq!(read(&minus, |n| n.as_i64().map(i128::from)), negative, "{minus}");
    }
}

#[test]
fn an_object_of_many_members_is_read_alike() {
    for count in [0, 1, 127, 128, 129, 200] {
        let members: Vec<_> = (0..count).map(|member| format!("\"{member}\":{{\"x\":{member}}}")).collect();
        compare(format!("{{{}}}", members.join(",")).as_bytes());
    }
    for depth in 1..130 {
        compare(format!("{}1{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
    }
    assert_eq!(Object::read(&b"[".repeat(10_240)).err(), Some(JsonError::TooDeep));
}

fn each_string(value: Value<'_>, visit: &mut impl FnMut(json::Text<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
    match value {
        Value::String(text) => visit(text),
        Value::Array(array) => array.elements().try_for_each(|element| each_string(element, visit)),
        Value::Object(object) => object.members().try_for_each(|(name, value)| {
            visit(name)?;
            each_string(value, visit)
        }),
        _ => ControlFlow::Continue(()),
    }
}

/// The integer with its point somewhere else, and the exponent that puts it back.
fn respell(random: &mut StdRng, integer: u64) -> String {
    let zeros = random.random_range(0..20);
    let digits = format!("{integer}{}", "0".repeat(zeros));
    let point = random.random_range(0..=digits.len());
    let (before, after) = digits.split_at(point);
    let exponent = digits.len() as i64 - zeros as i64 - point as i64;
    // No leading zeros but one, no empty part.
    let before = if before.is_empty() { "0" } else { before };
    let before = if before.len() > 1 && before.starts_with('0') { "0" } else { before };
    let point = if after.is_empty() { String::new() } else { format!(".{after}") };
    let e = ["e", "E"][random.random_range(0..2)];
    let sign = if exponent >= 0 && random.random() { "+" } else { "" };
    format!("{before}{point}{e}{sign}{exponent}")
}

fn write_value(random: &mut StdRng, text: &mut String, depth: usize) {
    write_white_space(random, text);
    match random.random_range(0..if depth > 4 { 6 } else { 10 }) {
        0 => text.push_str(["null", "true", "false"][random.random_range(0..3)]),
        1 | 2 => write_number(random, text),
        3..6 => write_string(random, text),
        6 | 7 => {
            text.push('[');
            for index in 0..random.random_range(0..4) {
                if index > 0 {
                    text.push(',');
                }
                write_value(random, text, depth + 1);
            }
            write_white_space(random, text);
            text.push(']');
        }
        _ => {
            text.push('{');
            for index in 0..random.random_range(0..5) {
                if index > 0 {
                    text.push(',');
                }
                write_white_space(random, text);
                write_string(random, text);
                write_white_space(random, text);
                text.push(':');
                write_value(random, text, depth + 1);
            }
            write_white_space(random, text);
            text.push('}');
        }
    }
    write_white_space(random, text);
}

fn write_white_space(random: &mut StdRng, text: &mut String) {
    while random.random_range(0..5) == 0 {
        text.push([' ', '\t', '\n', '\r'][random.random_range(0..4)]);
    }
}

fn write_number(random: &mut StdRng, text: &mut String) {
    let integer = random.next_u64() >> random.random_range(0..64);
    match random.random_range(0..4) {
        0 => text.push_str(&integer.to_string()),
        1 => text.push_str(&(integer as i64).to_string()),
        2 => text.push_str(&respell(random, integer)),
        _ => text.push_str(&format!("-{}.{}e{}", integer, integer >> 40, random.random_range(-400..400))),
    }
}

/// Characters around every boundary, each plain or escaped. Short, so that names meet.
fn write_string(random: &mut StdRng, text: &mut String) {
    const CHARACTERS: [char; 16] =
        ['a', 'a', 'b', '/', '"', '\\', '\n', '\0', '\x1f', ' ', '\x7f', '\u{80}', 'é', '\u{2028}', '\u{ffff}', '😀'];
    text.push('"');
    while random.random_range(0..3) != 0 {
        let character = CHARACTERS[random.random_range(0..CHARACTERS.len())];
        match (random.random_range(0..3), character) {
            (0, '"' | '\\' | '/') => text.extend(['\\', character]),
            (0, '\n') => text.push_str("\\n"),
            (0, _) | (_, '"' | '\\' | '\0'..='\x1f') => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}
