//! One name or several: how `aud`, `scp`, `amr`, `roles`, `groups` and `entitlements` come
//! ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).

use core::fmt;

use crate::json::{Elements, Text, Value};

/// A string or an array of strings, as it stands in the token.
///
/// Names are compared byte for byte, after unescaping, and never normalised.
#[derive(Clone, Copy)]
pub struct Names<'b>(Value<'b>);

impl<'b> Names<'b> {
    /// The names of a claim that is a string or an array of strings, and `None` for any other.
    ///
    /// ```
    /// use bearward_core::{Names, json};
    ///
    /// let aud = Names::read(json::read(br#"["https://a.example","https:\/\/b.example"]"#)?).unwrap();
    /// assert!(aud.contains("https://b.example"));
    /// assert_eq!(aud.iter().count(), 2);
    /// assert!(Names::read(json::read(b"7")?).is_none());
    /// # Ok::<(), json::JsonError>(())
    /// ```
    #[must_use]
    pub fn read(value: Value<'b>) -> Option<Self> {
        let good = match value {
            Value::String(_) => true,
            Value::Array(array) => array.is_of_strings(),
            _ => false,
        };
        good.then_some(Self(value))
    }

    /// The names of a value that was found to be of the right type.
    pub(super) const fn trusted(value: Value<'b>) -> Self {
        Self(value)
    }

    /// Whether this name is among them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|own| own == *name)
    }

    /// The names, in their order.
    #[must_use]
    pub fn iter(&self) -> NamesIter<'b> {
        match self.0 {
            Value::Array(array) => NamesIter { one: None, several: Some(array.elements()) },
            value => NamesIter { one: value.as_text(), several: None },
        }
    }
}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names([redacted])")
    }
}

impl<'b> IntoIterator for &Names<'b> {
    type Item = Text<'b>;
    type IntoIter = NamesIter<'b>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The names of [`Names`], in their order.
#[derive(Clone, Debug)]
pub struct NamesIter<'b> {
    one: Option<Text<'b>>,
    several: Option<Elements<'b>>,
}

impl<'b> Iterator for NamesIter<'b> {
    type Item = Text<'b>;

    fn next(&mut self) -> Option<Text<'b>> {
        match &mut self.several {
            Some(elements) => elements.next()?.as_text(),
            None => self.one.take(),
        }
    }
}

#[cfg(test)]
mod tests;
