//! Digest challenges made readable for the library (RFC 7616, RFC 8760): it knows one challenge, one `qop`, and SHA-256 only under a
//! spelling of its own. Pure functions on header values.

/// A challenge of the Digest scheme, its parameters in the order in which they came.
struct Challenge<'a> {
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Challenge<'a> {
    fn parse(value: &'a str) -> Option<Self> {
        let value = value.trim();
        let (scheme, rest) = value.split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let parameters = split_outside_quotes(rest, ',')
            .into_iter()
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .collect();
        Some(Challenge { parameters })
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| *v)
    }

    /// The algorithm in the library's spelling, if it can compute it. The `-sess` forms it would compute wrongly.
    fn algorithm(&self) -> Option<&'static str> {
        match self.get("algorithm") {
            None => Some("MD5"),
            Some(a) if a.eq_ignore_ascii_case("md5") => Some("MD5"),
            Some(a) if a.eq_ignore_ascii_case("sha-256") => Some("SHA256"),
            Some(_) => None,
        }
    }

    /// Whether `auth` is among the qualities of protection. `auth-int` alone the library computes wrongly.
    fn offers_auth(&self) -> bool {
        self.get("qop").is_none_or(|list| list.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth")))
    }

    /// The header value in the form that the library reads.
    fn rewritten(&self, algorithm: &str) -> String {
        let mut parts = Vec::with_capacity(self.parameters.len() + 1);
        for (name, value) in &self.parameters {
            match name.to_ascii_lowercase().as_str() {
                "algorithm" => {}
                "qop" => parts.push("qop=\"auth\"".to_owned()),
                "stale" => parts.push(format!("stale={value}")),
                _ => parts.push(format!("{name}=\"{value}\"")),
            }
        }
        parts.push(format!("algorithm={algorithm}"));
        format!("Digest {}", parts.join(", "))
    }
}

/// Of several challenges of one response, the one to answer, rewritten for the library: the topmost it can compute (RFC 8760 section
/// 2.4). `None` when there is none.
pub(crate) fn choose(values: &[&str]) -> Option<String> {
    values
        .iter()
        .filter_map(|value| Challenge::parse(value))
        .filter(Challenge::offers_auth)
        .find_map(|challenge| challenge.algorithm().map(|algorithm| challenge.rewritten(algorithm)))
}

/// The library's `Authorization` value with the algorithm spelled as RFC 7616 wants it.
pub(crate) fn credentials_for_the_wire(value: &str) -> String {
    value.replace("algorithm=SHA256", "algorithm=SHA-256").replace("algorithm=\"SHA256\"", "algorithm=SHA-256")
}

/// Splits at `separator`, but not inside double quotes.
pub(crate) fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_challenge_that_can_be_answered() {
        let md5 = r#"Digest realm="r", nonce="a,b", qop="auth,auth-int", opaque="o""#;
        let sha256 = r#"Digest realm="other",nonce="n",algorithm=SHA-256,qop="auth""#;
        let sha512 = r#"Digest realm="r",nonce="n",algorithm=SHA-512-256,qop="auth""#;
        let integrity_only = r#"Digest realm="r",nonce="n",qop="auth-int""#;
        let basic = r#"Basic realm="r""#;
        let md5_out = r#"Digest realm="r", nonce="a,b", qop="auth", opaque="o", algorithm=MD5"#;
        let sha256_out = r#"Digest realm="other", nonce="n", qop="auth", algorithm=SHA256"#;
        let table: [(&[&str], Option<&str>); 5] = [
            (&[sha512, md5], Some(md5_out)),
            (&[basic, integrity_only, md5], Some(md5_out)),
            (&[sha256, md5], Some(sha256_out)),
            (&[sha512, integrity_only, basic, "", "Digest"], None),
            (&[], None),
        ];
        for (values, expected) in table {
            assert_eq!(choose(values).as_deref(), expected, "{values:?}");
        }
    }
}
