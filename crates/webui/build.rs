//! Makes Cargo look at the built web page: without this a binary built before `web/dist` appeared would keep its empty page for ever.

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    // A path that is missing would make every build of the workspace begin again here; its folder changes when it appears.
    let watched = if root.join("dist").is_dir() { root.join("dist") } else { root };
    println!("cargo::rerun-if-changed={}", watched.display());
    println!("cargo::rerun-if-changed=build.rs");
}
