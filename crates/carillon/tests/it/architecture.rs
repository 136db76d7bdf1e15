//! The architecture as a test: which crate may know which, and how long a file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every allowed edge between crates of the workspace (design section 3). Another edge needs an ADR and a line here.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("dialer", &["domain"]),
    ("sip", &["domain"]),
    ("media", &["domain"]),
    ("conversation", &["domain"]),
    ("exchange", &["domain"]),
    ("store", &["domain"]),
    ("providers", &[]),
    ("practice", &["sip", "media"]),
    ("api", &["domain", "exchange", "store"]),
    (
        "carillon",
        &[
            "api",
            "domain",
            "dialer",
            "sip",
            "media",
            "conversation",
            "providers",
            "store",
            "exchange",
            "practice",
            "webui",
        ],
    ),
    ("webui", &[]),
    ("testkit", &[]),
];

/// Crates that only tests may use.
const DEV_ONLY: &[&str] = &["testkit"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("workspace root")
}

fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

fn short(name: &str) -> &str {
    name.strip_prefix("carillon-").unwrap_or(name)
}

#[test]
fn crates_know_only_what_the_design_lets_them_know() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("name");
        let Some(edges) = allowed.get(short(name)) else {
            faults.push(format!("crate {name} is not in the table of edges"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let target = dependency["name"].as_str().expect("name");
            if !names.contains(target) {
                continue;
            }
            let dev = dependency["kind"].as_str() == Some("dev");
            let fine = edges.contains(&short(target)) || (dev && DEV_ONLY.contains(&short(target)));
            if !fine {
                faults.push(format!("{} -> {} is not an edge of the design", short(name), short(target)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_store_knows_sql_and_only_sip_knows_the_sip_library() {
    let metadata = metadata();
    let keepers = [
        ("sqlx", "store"),
        ("rsipstack", "sip"),
        ("rten", "providers"),
        ("clap", "carillon"),
        ("krilla", "exchange"),
        ("quick-xml", "exchange"),
    ];
    for package in metadata["packages"].as_array().expect("packages") {
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            for (library, keeper) in keepers {
                let user = short(package["name"].as_str().expect("name"));
                assert!(
                    dependency["name"] != library || user == keeper,
                    "{library} is used by {user}; only {keeper} may"
                );
            }
        }
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("reads the folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let mut files = Vec::new();
    rust_files(&root().join("crates"), &mut files);
    assert!(files.len() > 20, "the walk found the sources");
    let long: Vec<String> = files
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).expect("reads").lines().count()))
        .filter(|(_, lines)| *lines > 520)
        .map(|(path, lines)| format!("{} has {lines} lines", path.strip_prefix(root()).unwrap_or(path).display()))
        .collect();
    assert!(long.is_empty(), "split these (at most 520 lines):\n{}", long.join("\n"));
}
