//! `GET /api/v1/calls/{id}/recording`

use std::io::SeekFrom;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::auth::Viewer;
use crate::extract::Path;
use crate::ids::CallId;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The recording of a call
///
/// Two channels: the contact on the left, the AI employee on the right. Takes Range.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}/recording",
    tag = "calls",
    params(("id" = CallId, Path, description = "The call."), ("Range" = Option<String>, Header, description = "`bytes=0-1023`: a part of the file, answered with 206.")),
    responses((status = 200, description = "The file.", body = String, content_type = "audio/wav"))
)]
pub async fn call_recording(
    user: Viewer,
    State(state): State<AppState>,
    Path(id): Path<CallId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let call = state.store.call_fetch(user.workspace, id.0).await?.ok_or_else(|| Problem::not_found("call"))?;
    let missing = || Problem::not_found("recording");
    let path = state.config.data.join(call.recording.ok_or_else(missing)?);
    let mut file = match tokio::fs::File::open(&path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing()),
        Err(error) => return Err(Problem::internal(&error)),
    };
    let known = file.metadata().await.map_err(|error| Problem::internal(&error))?;
    let (length, tag) = (known.len(), tag(&known));
    let told = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    // A browser asks each time whether it may still play what it has: after signing out it may not.
    let response = Response::builder().header(CACHE_CONTROL, "private, no-cache").header(ETAG, &tag);
    if told(IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag)) {
        let same = response.status(StatusCode::NOT_MODIFIED).body(Body::empty());
        return same.map_err(|error| Problem::internal(&error));
    }
    let asked = told(RANGE).filter(|_| told(IF_RANGE).is_none_or(|known| known == tag));
    let part = asked.map(|text| range(text, length)).transpose()?.flatten();
    let (from, count, status) = match part {
        Some((from, to)) => (from, to + 1 - from, StatusCode::PARTIAL_CONTENT),
        None => (0, length, StatusCode::OK),
    };
    file.seek(SeekFrom::Start(from)).await.map_err(|error| Problem::internal(&error))?;
    let mut response = response
        .status(status)
        .header(CONTENT_TYPE, "audio/wav")
        .header(ACCEPT_RANGES, "bytes")
        .header(CONTENT_LENGTH, count);
    if let Some((from, to)) = part {
        response = response.header(CONTENT_RANGE, format!("bytes {from}-{to}/{length}"));
    }
    let body = Body::from_stream(ReaderStream::new(file.take(count)));
    response.body(body).map_err(|error| Problem::internal(&error))
}

/// Changes with the file: one that salvage repaired has another length or time.
fn tag(file: &std::fs::Metadata) -> String {
    let changed = file.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    format!("\"{:x}-{:x}\"", file.len(), changed.unwrap_or_default().as_micros())
}

/// The first and last byte of a Range header with one range (RFC 9110, section 14); other forms are left alone.
fn range(text: &str, length: u64) -> Result<Option<(u64, u64)>, Problem> {
    let Some(spec) = text.strip_prefix("bytes=") else { return Ok(None) };
    let Some((first, last)) = spec.split_once('-') else { return Ok(None) };
    let parts = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => (from, to.min(length.saturating_sub(1))),
        (Ok(from), Err(_)) if last.trim().is_empty() => (from, length.saturating_sub(1)),
        (Err(_), Ok(count)) if first.trim().is_empty() && count > 0 => {
            (length.saturating_sub(count), length.saturating_sub(1))
        }
        _ => return Ok(None),
    };
    if parts.0 >= length { Err(Problem::of(Code::BadRange)) } else { Ok(Some(parts)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_one_beyond_the_end_refused() {
        let read = |text: &str| range(text, 100).ok().flatten();
        assert_eq!(read("bytes=0-9"), Some((0, 9)));
        assert_eq!(read("bytes=90-"), Some((90, 99)));
        assert_eq!(read("bytes=50-500"), Some((50, 99)));
        assert_eq!(read("bytes=-10"), Some((90, 99)));
        assert_eq!(read("bytes=0-1,5-6"), None);
        assert_eq!(read("lines=1-2"), None);
        assert!(range("bytes=100-", 100).is_err());
    }
}
