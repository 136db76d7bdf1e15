//! Texts to clauses and sentences: what is rendered in one go.

/// Letters and spaces between two marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The words, without the mark.
    pub text: String,
    /// How the voice ends it: one of `, . ? ! ; :`.
    pub mark: char,
}

impl Clause {
    fn ends_sentence(&self) -> bool {
        matches!(self.mark, '.' | '?' | '!')
    }
}

/// Longest clause in characters; longer ones are cut at a blank. Time and memory of a voice model grow with the length.
const CLAUSE_CHARS_MAX: usize = 200;
/// Longest run of clauses in characters that is rendered in one go.
const SENTENCE_CHARS_MAX: usize = 240;

/// Words after which a point ends no sentence. Lower case, without the point.
const ABBREVIATIONS: [&str; 17] =
    ["dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr", "vs", "etc", "inc", "ltd", "co", "no", "approx", "ext", "dept"];

/// Splits a text where a speaker pauses: at `, . ? ! ; :`, dashes, brackets and line breaks. Numbers (`2:30`, `1,000`) and abbreviations
/// (`Dr.`) stay whole. A text without a mark at its end is spoken as a statement.
pub fn clauses(text: &str) -> Vec<Clause> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut words) = (Vec::new(), String::new());
    for (at, &ch) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied();
        let before_blank = next
            .is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '\'' | ')' | '”' | '’') || is_mark(next));
        match ch {
            '.' if before_blank && !(next.is_some() && ends_in_abbreviation(&words)) => {
                end(&mut found, &mut words, '.')
            }
            ',' | ';' | ':' | '?' | '!' if before_blank => end(&mut found, &mut words, ch),
            '…' => end(&mut found, &mut words, '.'),
            '\n' => end(&mut found, &mut words, '.'),
            '—' | '(' | ')' | '[' | ']' => end(&mut found, &mut words, ','),
            '–' | '-' if words.ends_with(' ') && before_blank => end(&mut found, &mut words, ','),
            '"' | '“' | '”' | '„' | '«' | '»' | '*' | '_' | '#' => {}
            ch if ch.is_control() || ch.is_whitespace() => words.push(' '),
            _ => words.push(ch),
        }
        if words.len() >= CLAUSE_CHARS_MAX && ch.is_whitespace() || words.len() >= 2 * CLAUSE_CHARS_MAX {
            end(&mut found, &mut words, ',');
        }
    }
    end(&mut found, &mut words, '.');
    found
}

/// Clauses together that are rendered in one go: a sentence, or a part of one when it is very long. A call that wants its first sound as
/// early as possible renders the first clause alone.
pub fn sentences(text: &str) -> Vec<Vec<Clause>> {
    let mut found: Vec<Vec<Clause>> = Vec::new();
    let mut chars = 0;
    let mut open = false;
    for clause in clauses(text) {
        let ends = clause.ends_sentence();
        chars += clause.text.len();
        match found.last_mut() {
            Some(sentence) if open && chars <= SENTENCE_CHARS_MAX => sentence.push(clause),
            _ => {
                chars = clause.text.len();
                found.push(vec![clause]);
            }
        }
        open = !ends;
    }
    found
}

fn is_mark(ch: char) -> bool {
    matches!(ch, ',' | ';' | ':' | '.' | '?' | '!' | '…')
}

fn ends_in_abbreviation(words: &str) -> bool {
    let last = words.rsplit(|ch: char| !ch.is_alphanumeric()).next().unwrap_or("");
    let single_letter = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    single_letter || ABBREVIATIONS.contains(&last.to_lowercase().as_str())
}

fn end(found: &mut Vec<Clause>, words: &mut String, mark: char) {
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.clear();
    if text.chars().any(char::is_alphanumeric) {
        found.push(Clause { text, mark });
    } else if let Some(last) = found.last_mut()
        && matches!(last.mark, ',' | ';' | ':')
        && matches!(mark, '.' | '?' | '!')
    {
        // "(maybe)." and "?!": the stronger mark ends what was said.
        last.mark = mark;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        sentences(text)
            .iter()
            .map(|sentence| {
                sentence.iter().map(|clause| format!("{}{}", clause.text, clause.mark)).collect::<Vec<_>>().join("|")
            })
            .collect::<Vec<_>>()
            .join(" / ")
    }

    #[test]
    fn splits_where_a_speaker_pauses() {
        for (text, wanted) in [
            ("Hello Peter, this is Anna. Do you have a minute?", "Hello Peter,|this is Anna. / Do you have a minute?"),
            ("At 2:30 (maybe), Dr. Smith pays $1,000.50!", "At 2:30,|maybe,|Dr. Smith pays $1,000.50!"),
            ("Really?! Yes... no – wait — \"ok\"", "Really? / Yes. / no,|wait,|ok."),
            ("J. R. Hanson lives in St. Paul.", "J. R. Hanson lives in St. Paul."),
            ("no mark at the end", "no mark at the end."),
            ("well-known; self-made: yes", "well-known;|self-made:|yes."),
            ("Call me (please).", "Call me,|please."),
            ("one\ntwo", "one. / two."),
            (" ?! ... ", ""),
            ("", ""),
        ] {
            assert_eq!(shown(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn endless_texts_are_cut_and_lose_nothing() {
        for text in ["word ".repeat(500), "x".repeat(2_000), "a, ".repeat(900)] {
            let sentences = sentences(&text);
            let longest = sentences.iter().map(|s| s.iter().map(|c| c.text.len()).sum::<usize>()).max();
            assert!(longest <= Some(2 * CLAUSE_CHARS_MAX), "{longest:?}");
            let spoken: usize =
                sentences.iter().flatten().map(|c| c.text.chars().filter(|ch| ch.is_alphanumeric()).count()).sum();
            assert_eq!(spoken, text.chars().filter(|ch| ch.is_alphanumeric()).count());
        }
    }
}
