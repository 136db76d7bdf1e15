use std::path::{Path, PathBuf};

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name)
}

/// The file is what the web page's typed client is generated from. `CARILLON_WRITE_REFERENCE=1` writes it anew.
fn same_as_committed(name: &str, wanted: &str) {
    let path = committed(name);
    if std::env::var_os("CARILLON_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, wanted).expect("writes the reference");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/reference/{name} is not what the router says; run CARILLON_WRITE_REFERENCE=1 cargo test -p carillon-api --test it spec"
    );
}

#[test]
fn the_committed_specification_is_that_of_the_router() {
    same_as_committed("openapi.json", &carillon_api::openapi_json().expect("serializes"));
}

#[test]
fn every_problem_is_in_the_reference() {
    same_as_committed("problems.md", &carillon_api::problems_md());
}
