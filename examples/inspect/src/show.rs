//! Text out of tokens, made fit for a terminal and for a line.

use std::io::{self, Write};

use bearward_core::json::{Object, Value};
use serde_json::value::RawValue;

use crate::dates;

/// The claims whose numbers are dates.
pub(crate) const DATES: [&str; 5] = ["exp", "nbf", "iat", "auth_time", "updated_at"];

/// Writes the members of an object, one in a line, dates also in words.
pub(crate) fn members(out: &mut dyn Write, title: &str, object: Object<'_>, now: u64) -> io::Result<()> {
    writeln!(out, "{title}")?;
    let width = object.members().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(20);
    for (name, value) in object.members() {
        let shown = visible(&name.to_string());
        write!(out, "  {shown:width$}  {}", visible(&compact(value.as_json())))?;
        match date(&shown, value) {
            Some(seconds) => writeln!(out, "  {}", date_in_words(seconds, now))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// The whole seconds of a member that is a date.
pub(crate) fn date(name: &str, value: Value<'_>) -> Option<i64> {
    let number = value.as_number().filter(|_| DATES.contains(&name))?;
    Some(bearward_core::NumericDate::from_json(number)?.whole_seconds())
}

/// `2026-11-25T06:40:10Z, in 5 minutes`
pub(crate) fn date_in_words(seconds: i64, now: u64) -> String {
    let utc = dates::utc(seconds).unwrap_or_else(|| "not within the years 0 to 9999".to_owned());
    format!("{utc}, {}", dates::relative(seconds, now))
}

/// JSON without the whitespace between its tokens, in one line; numbers and strings as they were written.
pub(crate) fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|character| {
            let keep = in_string || !character.is_ascii_whitespace();
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = !in_string,
                _ => {}
            }
            keep
        })
        .collect()
}

/// Valid JSON, to be put as it is into what `serde_json` writes.
pub(crate) fn raw(json: &str) -> serde_json::Result<Box<RawValue>> {
    RawValue::from_string(compact(json))
}

/// The text with everything escaped that a terminal would act on, or that would make it look like another: control
/// characters, and those that turn the direction of writing. The token may be anybody's.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                shown.extend(character.escape_unicode());
            }
            _ if character.is_control() => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{compact, visible};

    #[test]
    fn whitespace_goes_between_tokens_and_stays_in_strings() {
        assert_eq!(compact("{\r\n \"a b\\\" c\" : [1, 2.0e1]\t}"), r#"{"a b\" c":[1,2.0e1]}"#);
        assert_eq!(compact(r#"{"a\\" : " "}"#), r#"{"a\\":" "}"#);
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        assert_eq!(visible("a\u{1b}[2Jb\u{9b}c\u{202e}d\u{200b}é漢"), r"a\u{1b}[2Jb\u{9b}c\u{202e}d\u{200b}é漢");
    }
}
