//! The web page inside the binary: the files of `web/dist` (built by npm, compressed there) with the right headers, and nothing else.
//!
//! Built without Node the crate still compiles; then every page says how to build it.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, Response, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
#[exclude = ".vite/*"]
struct Dist;

/// The page when it was not built.
const MISSING: &str = concat!(
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Carillon</title>",
    "<h1>This Carillon was built without its web page</h1>",
    "<p>The API and the command line work. To have the page: run <code>./run</code> in the source folder, ",
    "or <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, and build again.</p></html>\n"
);

/// What the page may load: only itself. Styles may be inline since the dialogs' scroll lock writes one; sound and pictures come from the API.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whether the binary holds the page.
pub fn built() -> bool {
    Dist::get("index.html").is_some()
}

/// The answer to a request for `path` (which begins with `/`): a file of the page, or the page itself for every address that the page's own
/// router knows. Unknown files and everything under `/api/` are 404, never the page, so that a broken build is seen at once.
pub fn respond(method: &Method, path: &str, headers: &HeaderMap) -> Response<Bytes> {
    if method != Method::GET && method != Method::HEAD {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "The web page is read with GET.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let name = path.trim_start_matches('/');
    if let Some(response) = file(name, headers) {
        return response;
    }
    let looks_like_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if name == "api" || name.starts_with("api/") || name.starts_with("assets/") || looks_like_file {
        return plain(StatusCode::NOT_FOUND, "There is no such file.\n");
    }
    file("index.html", headers).unwrap_or_else(missing)
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response<Bytes>> {
    // The compressed twins have no address of their own.
    if name.is_empty() || name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let original = Dist::get(name)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", hex(&original.metadata.sha256_hash()[..12]))).ok()?;
    let unchanged = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .any(|given| given.as_bytes().split(|byte| *byte == b',').any(|one| weak(one.trim_ascii()) == tag.as_bytes()));
    let (encoding, body) = if unchanged { (None, Bytes::new()) } else { best(name, original, headers) };
    let mut response = Response::new(body);
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fields = response.headers_mut();
    set(fields, CONTENT_TYPE, kind(name));
    set(fields, VARY, "Accept-Encoding");
    // The names of assets hold their hash; everything else is asked for again, cheaply.
    set(
        fields,
        CACHE_CONTROL,
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" },
    );
    fields.insert(ETAG, tag);
    if let Some(encoding) = encoding {
        set(fields, CONTENT_ENCODING, encoding);
    }
    guard(fields);
    Some(response)
}

/// A tag without the mark of a weak one, which a proxy may have added.
fn weak(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
}

/// The smallest form that the browser takes.
fn best(name: &str, original: EmbeddedFile, headers: &HeaderMap) -> (Option<&'static str>, Bytes) {
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(headers, encoding)
            && let Some(twin) = Dist::get(&format!("{name}.{ending}"))
        {
            return (Some(encoding), owned(twin.data));
        }
    }
    (None, owned(original.data))
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
                && !parts.any(
                    |part| matches!(part.strip_prefix("q=").map(str::parse::<f32>), Some(Ok(weight)) if weight <= 0.0),
                )
        })
}

fn owned(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn guard(headers: &mut HeaderMap) {
    set(headers, CONTENT_SECURITY_POLICY, POLICY);
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, REFERRER_POLICY, "same-origin");
}

fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    set(response.headers_mut(), CONTENT_TYPE, "text/plain; charset=utf-8");
    guard(response.headers_mut());
    response
}

fn missing() -> Response<Bytes> {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, MISSING);
    set(response.headers_mut(), CONTENT_TYPE, "text/html; charset=utf-8");
    set(response.headers_mut(), CACHE_CONTROL, "no-store");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response<Bytes> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        respond(&Method::GET, path, &headers)
    }

    #[test]
    fn addresses_of_the_page_get_the_page_and_nothing_else_does() {
        for path in ["/", "/campaigns", "/campaigns/camp_0d3f5n8q00000/failures", "/settings/trunks/new"] {
            let response = get(path, &[]);
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
            assert_eq!(response.status(), if built() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE });
            assert!(response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'self'"));
            let text = String::from_utf8(response.into_body().to_vec()).unwrap();
            assert!(text.contains(if built() { "theme.js" } else { "built without its web page" }), "{text}");
        }
        for path in [
            "/api/v1/nothing",
            "/api",
            "/assets/gone-1234.js",
            "/favicon.ico",
            "/index.html.br",
            "/.vite/manifest.json",
        ] {
            assert_eq!(get(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(respond(&Method::POST, "/campaigns", &HeaderMap::new()).status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn a_known_file_is_not_sent_twice_and_goes_out_small() {
        if !built() {
            return;
        }
        let first = get("/", &[]);
        assert_eq!(first.headers()[CACHE_CONTROL], "no-cache");
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        let again = get("/", &[(IF_NONE_MATCH, &format!("\"other\", W/{tag}"))]);
        assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));

        let script = Dist::iter()
            .find(|name| name.starts_with("assets/") && name.ends_with(".js.br"))
            .expect("compressed twins");
        let path = format!("/{}", script.strip_suffix(".br").unwrap());
        let plain = get(&path, &[(ACCEPT_ENCODING, "identity, br;q=0")]);
        let small = get(&path, &[(ACCEPT_ENCODING, "gzip, deflate, br")]);
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(small.headers()[CONTENT_ENCODING], "br");
        assert_eq!(small.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(small.body().len() < plain.body().len());
    }
}
