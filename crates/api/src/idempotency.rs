//! `Idempotency-Key`: the same POST again gives the first answer again and does nothing twice.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use carillon_store::{Idempotency, IdempotencyEnd, KeptAnswer};
use sha2::{Digest, Sha256};

use crate::auth::Identity;
use crate::limits::{IDEMPOTENCY_KEY_CHARS, LIST_BODY_BYTES};
use crate::middleware::ShownOnce;
use crate::problem::{Code, Problem, Refused};
use crate::secrets::hex;
use crate::state::AppState;

/// The header with the key.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Runs `handler`, unless this key was used before.
pub(crate) async fn around(
    state: &AppState,
    identity: &Identity,
    request: Request,
    handler: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let key = match key(&request) {
        Ok(Some(key)) => key,
        Ok(None) => return handler(request).await,
        Err(problem) => return problem.into_response(),
    };
    match taken(state, identity, &key, request).await {
        Ok(Take::Run(request)) => {
            let response = handler(request).await;
            keep(state, identity, &key, response).await
        }
        Ok(Take::Answered(answer)) => replay(answer),
        Err(problem) => problem.into_response(),
    }
}

fn key(request: &Request) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(KEY) else { return Ok(None) };
    let text = value.to_str().unwrap_or("");
    if text.is_empty() || text.chars().count() > IDEMPOTENCY_KEY_CHARS {
        let detail = format!("An Idempotency-Key is 1 to {IDEMPOTENCY_KEY_CHARS} visible characters.");
        return Err(Problem::new(Code::BadRequest, detail));
    }
    Ok(Some(text.to_owned()))
}

enum Take {
    Run(Request),
    Answered(KeptAnswer),
}

async fn taken(state: &AppState, identity: &Identity, key: &str, request: Request) -> Result<Take, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LIST_BODY_BYTES).await.map_err(|_| Problem::of(Code::TooLarge))?;
    let hash = hash(parts.uri.to_string().as_bytes(), &body);
    let found = state.store.idempotency_take(identity.workspace, identity.number(), key, &hash, state.now()).await?;
    match found {
        Idempotency::Taken => Ok(Take::Run(Request::from_parts(parts, Body::from(body)))),
        Idempotency::Unknown => Err(Problem::of(Code::OutcomeUnknown)),
        Idempotency::Working => Err(Problem::of(Code::StillWorking).retry_after(1)),
        Idempotency::OtherRequest => Err(Problem::of(Code::KeyReused)),
        Idempotency::Answered(answer) => Ok(Take::Answered(answer)),
    }
}

fn hash(uri: &[u8], body: &Bytes) -> String {
    let mut hash = Sha256::new();
    hash.update(uri);
    hash.update([0]);
    hash.update(body);
    hex(&hash.finalize())
}

/// Keeps an answer that says that something was done. After a refusal nothing was, and the key may be used again; after another fault nobody
/// knows (the store may have gone on when the handler was given up, the answer to a commit may be lost), and the key does nothing again.
async fn keep(state: &AppState, identity: &Identity, key: &str, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, LIST_BODY_BYTES).await {
        Ok(body) => body,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let refused = parts.extensions.get::<Refused>().is_some_and(|refused| refused.0.code().did_nothing());
    let end = if parts.status.is_success() {
        IdempotencyEnd::Answered(KeptAnswer {
            status: parts.status.as_u16(),
            content_type: parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned),
            body: match parts.extensions.get::<ShownOnce>() {
                Some(_) => None,
                None => std::str::from_utf8(&body).ok().map(ToOwned::to_owned),
            },
        })
    } else if refused || !parts.status.is_server_error() {
        IdempotencyEnd::Refused
    } else {
        IdempotencyEnd::Unknown
    };
    let kept = state.store.idempotency_finish(identity.workspace, identity.number(), key, end).await;
    if let Err(error) = kept {
        // What was done stands: the one who asks must learn of it. The key counts as being worked on, and later as unknown.
        tracing::error!(%error, "the answer to an Idempotency-Key could not be kept");
    }
    Response::from_parts(parts, Body::from(body))
}

fn replay(answer: KeptAnswer) -> Response {
    let Some(body) = answer.body else { return Problem::of(Code::ShownOnce).into_response() };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    headers.remove(header::CONTENT_TYPE);
    if let Some(kind) = answer.content_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}
