//! The guard against formulas: a spreadsheet that opens an export must not run what a contact's name or words begin with.

/// Whether a spreadsheet would take the text for a formula. Plain numbers (`-5`, `+14155550123`, `1,234.50`) are left alone: they
/// compute nothing, and a phone number must stay one.
fn runs(text: &str) -> bool {
    text.starts_with(['=', '@', '\t', '\r']) || text.starts_with(['+', '-']) && !is_plain_number(&text[1..])
}

fn is_plain_number(text: &str) -> bool {
    let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
    digit(text.bytes().next())
        && digit(text.bytes().last())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// The text with `'` before it where it needs one. Also where it looks guarded already, so that [`unguarded`] gives back the original.
pub(crate) fn guarded(text: &str) -> std::borrow::Cow<'_, str> {
    if runs(text.trim_start_matches('\'')) { format!("'{text}").into() } else { text.into() }
}

/// The text without the `'` that [`guarded`], or a spreadsheet's user, put before a number or formula.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner)
            if runs(inner.trim_start_matches('\'')) || is_plain_number(inner.trim_start_matches(['+', '-'])) =>
        {
            inner
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for text in ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+", "-", "'=1", "+1 415"] {
            assert_eq!(guarded(text), format!("'{text}"));
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in ["+14155550123", "-5", "+1.5", "Peter", "", "O'Brien", "'tis", "a=b"] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
        assert_eq!(unguarded("'+14155550123"), "+14155550123", "typed by hand in a spreadsheet");
        assert_eq!(unguarded("'0171234567"), "0171234567");
    }

    proptest! {
        #[test]
        fn guarding_loses_nothing(text in "[-'=+@\t\ra1.]{0,6}") {
            let written = guarded(&text);
            prop_assert!(!runs(&written));
            // `'` before a plain number is the one that a user typed and wants gone; we never write it.
            if !is_plain_number(text.trim_start_matches(['\'', '+', '-'])) {
                prop_assert_eq!(unguarded(&written), &text);
            }
        }
    }
}
