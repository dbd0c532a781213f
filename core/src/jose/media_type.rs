//! Media types in a header ([RFC 7515 §4.1.9 and §4.1.10](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).

use crate::json::Text;

/// Whether `value` is this one: media types have no case, and `application/` may be left out where no other slash follows.
pub(crate) fn is_media_type(value: Text<'_>, name: &str) -> bool {
    let Some(value) = value.as_str() else { return false };
    bare(value).eq_ignore_ascii_case(bare(name))
}

fn bare(name: &str) -> &str {
    match name.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") && !rest.contains('/') => rest,
        _ => name,
    }
}
