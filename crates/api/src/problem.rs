//! Errors as `application/problem+json` (RFC 9457) with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use carillon_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! problem_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident, $code:literal, $status:ident, $title:literal;)*) => {
        /// Why a request was refused. The text of a code never changes; the reference lists all.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $variant,)* }

        impl Code {
            /// Every code, in the order of the reference.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable text.
            pub const fn text(self) -> &'static str {
                match self { $(Code::$variant => $code),* }
            }

            /// The HTTP status it comes with.
            pub const fn status(self) -> StatusCode {
                match self { $(Code::$variant => StatusCode::$status),* }
            }

            /// What happened, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),* }
            }

            /// Whether it says for certain that nothing was done, although its status alone leaves that open.
            pub(crate) const fn did_nothing(self) -> bool {
                matches!(self, Code::NotDialing | Code::ShuttingDown | Code::DiskFull)
            }

            /// What it means and what to do.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+).trim_ascii_start()),* }
            }
        }
    };
}

problem_codes! {
    /// The path, a header or an id is not of the form that the reference gives.
    BadRequest, "bad_request", BAD_REQUEST, "The request can't be read";
    /// A query parameter is unknown or has a value outside its list or bounds.
    BadQuery, "bad_query", BAD_REQUEST, "A query parameter is wrong";
    /// The body is not JSON of the form that the reference gives; the detail names the place.
    BadBody, "bad_body", BAD_REQUEST, "The body can't be read";
    /// The values can't be used together or are out of bounds; `errors` names each field.
    Invalid, "invalid", UNPROCESSABLE_ENTITY, "Some values can't be used";
    /// No session and no API key, or the session ended. Sign in, or send `Authorization: Bearer KEY`.
    SignedOut, "signed_out", UNAUTHORIZED, "Not signed in";
    /// User or password is wrong. After several failures sign-in is slowed down.
    WrongLogin, "wrong_login", UNAUTHORIZED, "User or password is wrong";
    /// The API key is unknown, expired or revoked.
    WrongKey, "wrong_key", UNAUTHORIZED, "The API key is not valid";
    /// The link was used already, is too old, or never was. Ask for a new one.
    LinkInvalid, "link_invalid", GONE, "The link is no longer valid";
    /// The user's role or the key's scope does not allow this.
    RoleMissing, "role_missing", FORBIDDEN, "You have no right to do this";
    /// A write with a session must come from Carillon's own pages: the Origin header names another site.
    OriginRefused, "origin_refused", FORBIDDEN, "The request came from another site";
    /// There is no such thing in this workspace, or the one who asks may not see it.
    NotFound, "not_found", NOT_FOUND, "Not found";
    /// The address is none of the API's.
    NoRoute, "no_route", NOT_FOUND, "There is no such address";
    /// The address does not take this method.
    MethodNotAllowed, "method_not_allowed", METHOD_NOT_ALLOWED, "The address does not take this method";
    /// The name is in use; choose another.
    NameTaken, "name_taken", CONFLICT, "The name is taken";
    /// The thing's status does not allow this; `current` holds its state now.
    WrongState, "wrong_state", CONFLICT, "The status does not allow this";
    /// Something else still uses it; the detail says what.
    InUse, "in_use", CONFLICT, "It is in use";
    /// The workspace would be left without an administrator.
    LastAdmin, "last_admin", CONFLICT, "The last administrator stays";
    /// The same Idempotency-Key is being worked on; repeat the request in a moment.
    StillWorking, "still_working", CONFLICT, "The first request is still being worked on";
    /// The first request with this Idempotency-Key ended without an answer that says whether it was done (the process ended, the database did not answer, it took too long). Look whether it was done before you send it with another key.
    OutcomeUnknown, "outcome_unknown", CONFLICT, "Nobody knows whether the first request was done";
    /// The same Idempotency-Key was used for this, and the first answer held a secret that is shown once only.
    ShownOnce, "shown_once", CONFLICT, "The answer was shown once";
    /// The same Idempotency-Key was used with another request.
    KeyReused, "key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request";
    /// Somebody changed it since it was read: If-Match names an older version. `current` holds its state now.
    VersionChanged, "version_changed", PRECONDITION_FAILED, "It was changed meanwhile";
    /// The body is larger than this address takes.
    TooLarge, "too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body's Content-Type is not one that this address takes.
    WrongMediaType, "wrong_media_type", UNSUPPORTED_MEDIA_TYPE, "The kind of body is not taken here";
    /// The Range header asks for bytes that the file has not.
    BadRange, "bad_range", RANGE_NOT_SATISFIABLE, "The file has no such bytes";
    /// Too many attempts to sign in. Wait as long as Retry-After says.
    TooManyAttempts, "too_many_attempts", TOO_MANY_REQUESTS, "Too many attempts";
    /// The key's or address's requests in a minute are used up. Wait as long as Retry-After says.
    RateLimited, "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// This part of a file does not begin where what has come of it ends, or another part is just coming. Ask for `received` and go on from there.
    UploadOffset, "upload_offset", CONFLICT, "The part belongs elsewhere";
    /// Not all of the file has come yet. Send the other parts first.
    UploadIncomplete, "upload_incomplete", CONFLICT, "The file is not whole yet";
    /// The file can't be taken as a contact file; the detail says why and where.
    BadFile, "bad_file", UNPROCESSABLE_ENTITY, "The file can't be used";
    /// A fault of Carillon. The log has more under the request's id.
    Internal, "internal", INTERNAL_SERVER_ERROR, "Carillon failed";
    /// The stored data is damaged or of another version. Run `carillon doctor`.
    StoredDataBroken, "stored_data_broken", INTERNAL_SERVER_ERROR, "The stored data can't be read";
    /// The disk that holds the data folder has too little space; the detail says how much is needed. Free some and send the file again.
    DiskFull, "disk_full", INSUFFICIENT_STORAGE, "The disk is full";
    /// The database is away, busy or full. Repeat the request in a moment.
    DatabaseBusy, "database_busy", SERVICE_UNAVAILABLE, "The database does not answer";
    /// Carillon is shutting down. Repeat the request in a moment.
    ShuttingDown, "shutting_down", SERVICE_UNAVAILABLE, "Carillon is shutting down";
    /// No process that dials can be asked: none runs, or it runs elsewhere.
    NotDialing, "not_dialing", SERVICE_UNAVAILABLE, "Nothing here dials";
    /// The request took too long and was given up.
    TimedOut, "timed_out", GATEWAY_TIMEOUT, "It took too long";
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Stable code of a problem; docs/reference/problems.md lists all."))
            .enum_values(Some(Code::ALL.iter().map(|code| code.text())))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

/// What is wrong with one field of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, as a path: `settings.pacing.lines`.
    #[schema(example = "settings.pacing.lines")]
    pub field: String,
    /// What is wrong with it, in words.
    pub message: String,
}

/// A refused request (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemBody {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/api/docs#problem-not_found")]
    pub kind: String,
    /// What happened, in a few words; the same for every problem of this code.
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// Stable code.
    pub code: Code,
    /// What happened here and what to do, in a sentence or two.
    pub detail: String,
    /// Id of the request, also in the log and in the header X-Request-Id.
    pub request_id: Option<String>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The state now of what was to be changed, in the form its own address gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Value>,
}

/// A refused request on its way out.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    current: Option<Value>,
    retry_after_s: Option<u64>,
}

impl Problem {
    /// With the code's own explanation.
    pub fn of(code: Code) -> Problem {
        Problem::new(code, code.meaning().to_owned())
    }

    /// With a sentence for this case.
    pub fn new(code: Code, detail: String) -> Problem {
        Problem(Box::new(Parts { code, detail, errors: Vec::new(), current: None, retry_after_s: None }))
    }

    /// Nothing of this kind under this id: "There is no such campaign, or you can't see it."
    pub fn not_found(what: &str) -> Problem {
        Problem::new(Code::NotFound, format!("There is no such {what}, or you can't see it."))
    }

    /// One field is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Problem {
        Problem::fields(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// Several fields are wrong.
    pub fn fields(errors: Vec<FieldError>) -> Problem {
        let detail = errors.first().map_or_else(String::new, |first| first.message.clone());
        let mut problem = Problem::new(Code::Invalid, detail);
        problem.0.errors = errors;
        problem
    }

    /// A fault of ours: the cause goes to the log, not to the one who asked.
    pub fn internal(error: &dyn std::error::Error) -> Problem {
        tracing::error!(error = %chain(error), "a request failed");
        Problem::of(Code::Internal)
    }

    /// Says the state now of what was to be changed.
    #[must_use]
    pub fn with_current(mut self, current: &impl Serialize) -> Problem {
        self.0.current = serde_json::to_value(current).ok();
        self
    }

    /// Says when to ask again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Its sentence.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }
}

/// An error with its causes, as one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match &error {
            StoreError::NotFound { what } => Problem::not_found(what),
            StoreError::NameTaken { .. } => Problem::new(Code::NameTaken, format!("{error}.")),
            StoreError::LastAdministrator => Problem::new(Code::LastAdmin, format!("{error}.")),
            StoreError::VersionChanged { .. } => Problem::new(Code::VersionChanged, format!("{error}.")),
            StoreError::InUse { .. } => Problem::new(Code::InUse, format!("{error}.")),
            StoreError::InvalidTransition(_) | StoreError::NotPossible { .. } => {
                let text = error.to_string();
                let mut letters = text.chars();
                let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                Problem::new(Code::WrongState, format!("{first}{}.", letters.as_str()))
            }
            StoreError::PageTooDeep { .. } => Problem::new(Code::BadQuery, format!("{error}.")),
            StoreError::Corrupt(_) | StoreError::OtherVersion { .. } | StoreError::Migrate(_) => {
                tracing::error!(error = %chain(&error), "the stored data can't be read");
                Problem::of(Code::StoredDataBroken)
            }
            error if error.is_transient() => {
                tracing::warn!(error = %chain(error), "the database does not answer");
                Problem::of(Code::DatabaseBusy).retry_after(1)
            }
            error => Problem::internal(error),
        }
    }
}

/// The type under which a problem's body is filled in with the request's id by `crate::middleware`.
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Problem);

impl Problem {
    /// The body, with the id of the request.
    pub(crate) fn body(&self, request_id: Option<String>) -> ProblemBody {
        let Parts { code, detail, errors, current, .. } = &*self.0;
        ProblemBody {
            kind: format!("/api/docs#problem-{}", code.text()),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            code: *code,
            detail: detail.clone(),
            request_id,
            errors: errors.clone(),
            current: current.clone(),
        }
    }

    /// The answer, with the id of the request.
    pub(crate) fn response(&self, request_id: Option<String>) -> Response {
        let body = serde_json::to_vec(&self.body(request_id)).unwrap_or_default();
        let mut response = (self.0.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.0.code == Code::SignedOut || self.0.code == Code::WrongKey {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"carillon\""));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.response(None);
        response.extensions_mut().insert(Refused(self));
        response
    }
}
