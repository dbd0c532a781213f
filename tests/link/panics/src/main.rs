//! `panics IMAGE`: lists each place in the sources that a panic of the image names, as `KIND FILE:LINE:COLUMN`.
//!
//! A panic passes on where it stands, as a constant `core::panic::Location`: the address and the length of the file's
//! name, the line and the column. So each panic that is linked leaves one in the image's constants. To look for names alone
//! is not enough: the constants lie end to end, and one can seem to begin in another.
//!
//! The kinds: `library` is Rust's own, `dependency` a released crate's. `resumed` stands in our sources and is the compiler's:
//! a future panics when it is polled after its end, and the place is where the future's body begins. Everything else is `own`.
use std::{collections::BTreeSet, env, error::Error, fs};

use object::{Endianness, Object, ObjectSection, SectionKind, elf::FileHeader32, read::elf::ElfFile};

/// A constant of the image's program: where it lies on the device, and its bytes.
struct Constants<'d> {
    address: u32,
    bytes: &'d [u8],
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: panics IMAGE")?;
    let image = fs::read(&path)?;
    let places = places(&image)?;
    if places.is_empty() {
        return Err(format!("{path}: no panic is in it, which can't be: cortex-m-rt brings some").into());
    }
    for place in places {
        println!("{} {}:{}:{}", place.kind()?, place.file, place.line, place.column);
    }
    Ok(())
}

/// What a `core::panic::Location` says. Lines and columns, in characters, count from 1.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: String,
    line: usize,
    column: usize,
}

impl Place {
    fn kind(&self) -> Result<&'static str, Box<dyn Error>> {
        let of_rust = ["/rustc/", "/usr/src/rustc-"].iter().any(|start| self.file.starts_with(start))
            || self.file.contains("/rustlib/src/rust/");
        if of_rust && self.file.contains("/library/") {
            return Ok("library");
        }
        if self.file.starts_with('/') && self.file.contains("/registry/src/") {
            return Ok("dependency");
        }
        let source = fs::read_to_string(&self.file).map_err(|error| format!("{}: {error}", self.file))?;
        Ok(if begins_a_future(&source, self.line, self.column) { "resumed" } else { "own" })
    }
}

/// Whether the body of an `async fn`, an `async` block or an `async` closure begins there.
fn begins_a_future(source: &str, line: usize, column: usize) -> bool {
    let mut lines = source.split_inclusive('\n');
    let mut before: String = lines.by_ref().take(line - 1).collect();
    let line = lines.next().unwrap_or_default();
    before.extend(line.chars().take(column - 1));
    let there: String = line.chars().skip(column - 1).collect();
    if let Some(rest) = there.strip_prefix("async") {
        return rest.starts_with([' ', '\n']);
    }
    // The signature is what stands between the brace and the end of the last item, statement or block.
    let signature = before.rsplit(['{', '}']).next().unwrap_or_default();
    if let Some((_, parameters)) = signature.rsplit_once("async ") {
        let parameters = parameters.trim_start_matches("move ").trim_end();
        if parameters.len() > 1 && parameters.starts_with('|') && parameters.ends_with('|') {
            return true;
        }
    }
    there.trim_end() == "{" && signature.contains("async fn ")
}

fn places(image: &[u8]) -> Result<BTreeSet<Place>, Box<dyn Error>> {
    let file = ElfFile::<FileHeader32<Endianness>>::parse(image)?;
    let mut sections = Vec::new();
    for section in file.sections() {
        if matches!(
            section.kind(),
            SectionKind::Text | SectionKind::Data | SectionKind::ReadOnlyData | SectionKind::ReadOnlyString
        ) {
            sections.push(Constants { address: u32::try_from(section.address())?, bytes: section.data()? });
        }
    }
    let mut places = BTreeSet::new();
    for section in &sections {
        // Constants of words are aligned to words, on the device and so in the section.
        let offset = usize::try_from(section.address.wrapping_neg() % 4)?;
        for words in section.bytes.get(offset..).unwrap_or_default().windows(16).step_by(4) {
            places.extend(location(words, &sections));
        }
    }
    Ok(places)
}

/// The place that these 16 bytes describe, if they are a `Location`.
fn location(bytes: &[u8], sections: &[Constants<'_>]) -> Option<Place> {
    let mut words = bytes.chunks_exact(4).map(|word| word.try_into().map_or(0, u32::from_le_bytes));
    let (address, length, line, column) = (words.next()?, words.next()?, words.next()?, words.next()?);
    // A name's length may count the zero that newer compilers put behind it.
    let name = text(address, length, sections)?;
    let name = name.strip_suffix('\0').unwrap_or(name);
    let plausible = name.ends_with(".rs") && (1..1_000_000).contains(&line) && (1..10_000).contains(&column);
    let place = || Some(Place { file: name.to_owned(), line: line.try_into().ok()?, column: column.try_into().ok()? });
    plausible.then(place).flatten()
}

fn text<'d>(address: u32, length: u32, sections: &[Constants<'d>]) -> Option<&'d str> {
    let length = usize::try_from(length).ok().filter(|length| (4..4096).contains(length))?;
    sections.iter().find_map(|section| {
        let offset = usize::try_from(address.checked_sub(section.address)?).ok()?;
        str::from_utf8(section.bytes.get(offset..offset.checked_add(length)?)?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::begins_a_future;

    const SOURCE: &str = "impl A {\n    pub async fn a(self) -> [u8; 2] {\n        b()[self.c]\n    }\n\n    fn b() {\n        drop(async { c() });\n    }\n}\n";

    #[test]
    fn a_body_of_an_async_fn_is_a_future() {
        assert!(begins_a_future(SOURCE, 2, 37));
    }

    #[test]
    fn an_async_block_is_a_future() {
        assert!(begins_a_future(SOURCE, 7, 14));
    }

    #[test]
    fn a_body_of_an_async_closure_is_a_future() {
        assert!(begins_a_future("fn a() {\n    let b = async |c| d(c)[1];\n}\n", 2, 23));
    }

    #[test]
    fn an_expression_in_an_async_closure_is_none() {
        assert!(!begins_a_future("fn a() {\n    let b = async |c| d(c)[1];\n}\n", 2, 24));
    }

    #[test]
    fn an_expression_in_an_async_fn_is_none() {
        assert!(!begins_a_future(SOURCE, 3, 9));
    }

    #[test]
    fn a_body_of_another_fn_is_none() {
        assert!(!begins_a_future(SOURCE, 6, 12));
    }

    #[test]
    fn a_place_beyond_the_source_is_none() {
        assert!(!begins_a_future(SOURCE, 99, 99));
    }
}
