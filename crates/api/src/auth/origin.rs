//! Writes with a session must come from our own pages.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

use crate::problem::{Code, Problem};

/// Refuses a write that another site sent, or, when a session is used (`strict`), one that does not say where it comes from: every browser
/// sends Origin with a write.
/// `public` is the address at which people reach Carillon, when one is named.
pub(crate) fn check_origin(headers: &HeaderMap, public: Option<&str>, strict: bool) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else {
        return if strict {
            let detail = "A write with a session needs an Origin header; programs use an API key.".to_owned();
            Err(Problem::new(Code::OriginRefused, detail))
        } else {
            Ok(())
        };
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    let same_host = host.is_some() && host == text(HOST);
    let public = public.map(|url| url.trim_end_matches('/'));
    if same_host || public.is_some_and(|public| public == origin || public.starts_with(&format!("{origin}/"))) {
        Ok(())
    } else {
        Err(Problem::of(Code::OriginRefused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_write() {
        let headers = |origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "calls.lan:8080".parse().expect("host"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("origin"));
            }
            headers
        };
        let passes = |origin, public| check_origin(&headers(origin), public, true).is_ok();
        assert!(passes(Some("http://calls.lan:8080"), None));
        assert!(!passes(Some("http://calls.lan:8081"), None), "another port is another program");
        assert!(!passes(Some("http://evil.example"), None));
        assert!(!passes(Some("null"), None), "a sandboxed frame");
        assert!(!passes(None, None));
        assert!(passes(Some("https://calls.example.com"), Some("https://calls.example.com/")), "behind a proxy");
        assert!(!passes(Some("https://calls.example.co"), Some("https://calls.example.com")));
        assert!(check_origin(&headers(None), None, false).is_ok(), "signing in from a program");
    }
}
