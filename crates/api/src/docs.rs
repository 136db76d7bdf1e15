//! The reference: the specification, a page made from it, and the list of problems.

use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use crate::problem::{Code, Problem};
use crate::route::ROLE_EXTENSION;
use crate::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/openapi.json", get(specification))
        .route("/api/docs", get(page))
        .route("/api/docs/style.css", get(style))
}

async fn specification() -> Result<Response, Problem> {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text,
        None => {
            let text = crate::openapi_json().map_err(|error| Problem::internal(&error))?;
            TEXT.get_or_init(|| text)
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response())
}

/// The page needs nothing but its style.
const CSP: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async fn page() -> Result<Response, Problem> {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = match PAGE.get() {
        Some(page) => page,
        None => {
            let spec = serde_json::to_value(crate::openapi()).map_err(|error| Problem::internal(&error))?;
            PAGE.get_or_init(|| html(&spec))
        }
    };
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, CSP)];
    Ok((headers, page.as_str()).into_response())
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("docs.css")).into_response()
}

/// All problems, for `docs/reference/problems.md`.
pub fn problems_md() -> String {
    let mut out = String::from(
        "# Problems\n\nErrors of the API are `application/problem+json` (RFC 9457). `code` is stable, `detail` is for people.\n\n\
         | code | status | title | what it means, what to do |\n| --- | --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let (text, status) = (code.text(), code.status().as_u16());
        // Writing to a String can't fail.
        writeln!(out, "| `{text}` | {status} | {} | {} |", code.title(), code.meaning()).unwrap_or_default();
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped, with `code` in its own type.
fn prose(text: &str) -> String {
    let parts: Vec<String> = escape(text)
        .split('`')
        .enumerate()
        .map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect();
    parts.concat()
}

fn html(spec: &Value) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Carillon API</title><link rel=\"stylesheet\" href=\"/api/docs/style.css\"></head><body><main>\n<h1>Carillon API</h1>\n",
    );
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    push(&mut out, &format!("<p>{}</p>\n", prose(&text(&spec["info"]["description"]))));
    push(&mut out, "<p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\n");
    let tags = spec["tags"].as_array().cloned().unwrap_or_default();
    push(&mut out, "<nav><h2>Contents</h2><ul>");
    for tag in &tags {
        let (name, about) = (text(&tag["name"]), text(&tag["description"]));
        push(&mut out, &format!("<li><a href=\"#{0}\">{0}</a>: {1}</li>", escape(&name), escape(&about)));
    }
    push(&mut out, "<li><a href=\"#types\">types</a></li><li><a href=\"#problems\">problems</a></li></ul></nav>\n");
    for tag in &tags {
        let name = text(&tag["name"]);
        push(&mut out, &format!("<h2 id=\"{0}\">{0}</h2>\n", escape(&name)));
        for (path, item) in spec["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| *tag == name.as_str())) {
                    push(&mut out, &operation_html(method, path, operation));
                }
            }
        }
    }
    push(&mut out, "<h2 id=\"types\">Types</h2>\n");
    for (name, schema) in spec["components"]["schemas"].as_object().into_iter().flatten() {
        push(&mut out, &type_html(name, schema));
    }
    push(&mut out, "<h2 id=\"problems\">Problems</h2>\n<dl>");
    for code in Code::ALL {
        let (name, status) = (code.text(), code.status().as_u16());
        push(&mut out, &format!("<dt id=\"problem-{name}\"><code>{name}</code> {status}</dt>"));
        push(&mut out, &format!("<dd>{}. {}</dd>\n", escape(code.title()), prose(code.meaning())));
    }
    push(&mut out, "</dl></main></body></html>\n");
    out
}

fn push(out: &mut String, text: &str) {
    out.push_str(text);
}

fn operation_html(method: &str, path: &str, operation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let id = text(&operation["operationId"]);
    let mut out = format!(
        "<section id=\"{}\"><h3><span class=\"method\">{}</span> <code>{}</code></h3><p><strong>{}</strong> ",
        escape(&id),
        method.to_uppercase(),
        escape(path),
        prose(&text(&operation["summary"]))
    );
    push(
        &mut out,
        &format!("{} <em>{}</em></p>\n", prose(&text(&operation["description"])), text(&operation[ROLE_EXTENSION])),
    );
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    if !parameters.is_empty() {
        push(
            &mut out,
            "<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>",
        );
        for p in &parameters {
            let (name, place) = (escape(&text(&p["name"])), escape(&text(&p["in"])));
            let about = prose(&text(&p["description"]));
            let kind = type_name(&p["schema"]);
            push(
                &mut out,
                &format!("<tr><td><code>{name}</code></td><td>{place}</td><td>{kind}</td><td>{about}</td></tr>"),
            );
        }
        push(&mut out, "</tbody></table>\n");
    }
    for (_, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        push(&mut out, &format!("<p>Body: {}</p>\n", type_name(&content["schema"])));
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        for (kind, content) in response["content"].as_object().into_iter().flatten() {
            let (kind, name) = (escape(kind), type_name(&content["schema"]));
            push(&mut out, &format!("<p>Answer {}: {name} <small>{kind}</small></p>\n", escape(status)));
        }
    }
    push(&mut out, "</section>\n");
    out
}

/// A type in words, with a link where it has a name.
fn type_name(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|text| text.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", escape(name));
    }
    for key in ["oneOf", "allOf", "anyOf"] {
        if let Some(options) = schema[key].as_array() {
            let names: Vec<String> = options.iter().map(type_name).collect();
            return names.join(if key == "allOf" { " and " } else { " or " });
        }
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", type_name(&schema["items"])),
        Value::String(kind) => escape(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(escape).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

fn type_html(name: &str, schema: &Value) -> String {
    let mut out = format!("<section id=\"type-{0}\"><h3>{0}</h3>", escape(name));
    let about = schema["description"].as_str().unwrap_or("");
    push(&mut out, &format!("<p>{}</p>\n", prose(about)));
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().filter_map(Value::as_str).map(|v| format!("<code>{}</code>", escape(v))).collect();
        push(&mut out, &format!("<p>One of {}</p>\n", values.join(", ")));
    }
    let own = std::iter::once(schema);
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let options = schema["oneOf"].as_array().into_iter().flatten();
    for part in own.chain(parts).chain(options) {
        if let Some(properties) = part["properties"].as_object() {
            push(&mut out, "<table><tbody>");
            for (field, value) in properties {
                let about = value["description"].as_str().or_else(|| value["oneOf"][0]["description"].as_str());
                let (field, kind, about) = (escape(field), type_name(value), prose(about.unwrap_or("")));
                push(&mut out, &format!("<tr><td><code>{field}</code></td><td>{kind}</td><td>{about}</td></tr>"));
            }
            push(&mut out, "</tbody></table>\n");
        } else if part["$ref"].is_string() {
            push(&mut out, &format!("<p>All of {}, and:</p>", type_name(part)));
        }
    }
    push(&mut out, "</section>\n");
    out
}
