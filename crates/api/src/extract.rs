//! Path, query and body, whose faults are told as problems.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Problem};

/// What is wrong, without the parser's words about itself.
fn plain(text: &str) -> String {
    const OF_PARSERS: [&str; 4] = [
        "Failed to deserialize query string: ",
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
        "Invalid URL: ",
    ];
    OF_PARSERS.iter().find_map(|words| text.strip_prefix(words)).unwrap_or(text).to_owned()
}

/// A JSON body, in or out.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Json(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                Code::WrongMediaType,
                "Send the body as JSON, with Content-Type: application/json.".to_owned(),
            )),
            Err(JsonRejection::BytesRejection(error)) if error.status() == Code::TooLarge.status() => {
                Err(Problem::of(Code::TooLarge))
            }
            Err(error) => Err(Problem::new(Code::BadBody, plain(&error.body_text()))),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Values from the path. An id that is not of its form names nothing: 404.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(Problem::new(Code::NotFound, format!("Nothing has this address: {}.", plain(&error.body_text()))))
            }
            Err(error) => Err(Problem::new(Code::BadRequest, plain(&error.body_text()))),
        }
    }
}

/// Query parameters. Unknown ones are refused where the type says so.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Problem::new(Code::BadQuery, plain(&error.body_text())))
            }
            Err(error) => Err(Problem::new(Code::BadQuery, plain(&error.body_text()))),
        }
    }
}

/// A JSON body that may be left out: then everything takes its default.
#[derive(Debug, Clone)]
pub struct OptionalJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|error| {
            let code = if error.status() == Code::TooLarge.status() { Code::TooLarge } else { Code::BadBody };
            Problem::new(code, error.body_text())
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(OptionalJson(T::default()));
        }
        let value = axum::Json::<T>::from_bytes(&bytes);
        value
            .map(|axum::Json(value)| OptionalJson(value))
            .map_err(|e| Problem::new(Code::BadBody, plain(&e.body_text())))
    }
}

/// `If-Match` with a version in quotes: only when the thing still has it. Absent or `*`: whatever version it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(IfMatch(None)) };
        let text = value.to_str().unwrap_or("").trim();
        if text == "*" {
            return Ok(IfMatch(None));
        }
        let version = text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse();
        version.map(|version| IfMatch(Some(version))).map_err(|_| {
            Problem::new(Code::BadRequest, "If-Match holds the version that was read, in quotes.".to_owned())
        })
    }
}

/// The version of an answer, as its ETag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ETag(pub i64);

impl IntoResponseParts for ETag {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            parts.headers_mut().insert(header::ETAG, value);
        }
        Ok(parts)
    }
}
