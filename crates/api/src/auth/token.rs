//! Tokens of sessions, links and keys: random, and stored only as their hash. A token names its workspace, so that it is looked up there
//! alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::WorkspaceId;
use sha2::{Digest, Sha256};

use crate::secrets::{SecretError, hex, random};

/// What API keys begin with, so that they are recognised where they leak.
const KEY_MARK: &str = "crl";

/// A new token of a session or link: `WORKSPACE.SECRET`.
pub fn new_token(workspace: WorkspaceId) -> Result<String, SecretError> {
    Ok(format!("{}.{}", workspace.raw(), secret()?))
}

/// A new API key: `crl_WORKSPACE_SECRET`.
pub fn new_key(workspace: WorkspaceId) -> Result<String, SecretError> {
    Ok(format!("{KEY_MARK}_{}_{}", workspace.raw(), secret()?))
}

fn secret() -> Result<String, SecretError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// The workspace of a token.
pub fn token_workspace(token: &str) -> Option<WorkspaceId> {
    let (workspace, secret) = token.split_once('.')?;
    plausible(workspace, secret)
}

/// The workspace of an API key.
pub fn key_workspace(key: &str) -> Option<WorkspaceId> {
    let (workspace, secret) = key.strip_prefix(KEY_MARK)?.strip_prefix('_')?.split_once('_')?;
    plausible(workspace, secret)
}

fn plausible(workspace: &str, secret: &str) -> Option<WorkspaceId> {
    let raw = workspace.parse::<i64>().ok().filter(|&raw| raw > 0)?;
    (secret.len() == 43).then_some(WorkspaceId::from_raw(raw))
}

/// What is stored of a token or key: 256 random bits need no slow hash.
pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// How a key begins, to be recognised by: six characters of its secret.
pub fn key_prefix(key: &str) -> String {
    let mark = key.rfind('_').filter(|_| key.starts_with(KEY_MARK));
    let begin = key.match_indices('_').nth(1).map_or(mark.unwrap_or(0), |(at, _)| at) + 1;
    key.chars().take(begin + 6).collect()
}
