//! Folding for search: what a person types without accents or capitals finds what is written with them.

use unicode_normalization::UnicodeNormalization;

/// Lower-case ASCII of `text`: `Ångström` and `angstrom`, `Юлия` and `iuliia` fold to the same.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let compatible: String = text.nfkc().collect();
    any_ascii::any_ascii(&compatible).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn accents_capitals_and_scripts_do_not_matter() {
        assert_eq!(folded("Ångström"), "angstrom");
        assert_eq!(folded("ＡＢＣ"), "abc");
        assert_eq!(folded(&folded("Юлия Straße")), folded("Юлия Straße"));
    }
}
