//! Writing strings ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).

use core::fmt::{self, Write};

/// RFC 8259 §7: the quotation mark, the reverse solidus and U+0000 to U+001F are escaped.
pub(crate) fn write_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(out, "\\{character}")?,
            '\0'..='\u{1f}' => write!(out, "\\u{:04x}", u32::from(character))?,
            _ => out.write_char(character)?,
        }
    }
    out.write_char('"')
}
