//! The interface's files, from a folder made up for the test.

use std::fs;

use tempfile::tempdir;

use crate::server::{Server, run};

const SCRIPT: &str = "watchfire.12ab.js";

#[tokio::test]
async fn files_of_the_interface() {
    let (dir, site) = (tempdir().unwrap(), tempdir().unwrap());
    let manifest = r#"{"assets":{"watchfire.js":"watchfire.12ab.js","watchfire.css":"watchfire.34cd.css"}}"#;
    for (name, content) in [
        ("manifest.json", manifest),
        (SCRIPT, "plain"),
        ("watchfire.12ab.js.br", "in brotli"),
        ("watchfire.34cd.css", "main{}"),
    ] {
        fs::write(site.path().join(name), content).unwrap();
    }
    let server = Server::start(dir.path(), &["--no-collect", "--site-dir", site.path().to_str().unwrap()]);
    let script = format!("/assets/{SCRIPT}");

    let plain = server.get(&script).await;
    assert_eq!((plain.status, plain.body.as_str(), plain.header("content-encoding")), (200, "plain", ""));
    let small = server.get_with(&script, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(
        (small.status, small.body.as_str(), small.header("content-encoding")),
        (200, "in brotli", "br")
    );
    for answer in [&plain, &small] {
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }

    let etag = plain.header("etag").to_owned();
    assert_eq!(etag, format!("\"{SCRIPT}\""));
    let known = server.get_with(&script, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", etag.as_str()));
    let other = server.get_with(&script, &[("if-none-match", "\"old\"")]).await;
    assert_eq!((other.status, other.body.as_str()), (200, "plain"));

    let style = server.get("/assets/watchfire.34cd.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));

    for missing in ["manifest.json", "none.js", "watchfire.12ab.js.br", "..%2Fwatchfire.toml"] {
        assert_eq!(server.get(&format!("/assets/{missing}")).await.status, 404, "{missing}");
    }

    let page = server.get("/").await.body;
    assert!(page.contains(&format!("src=\"{script}\"")), "{page}");
    assert!(page.contains("href=\"/assets/watchfire.34cd.css\""), "{page}");
}

#[test]
fn a_folder_that_is_no_interface() {
    let dir = tempdir().unwrap();
    let ended = run(dir.path(), &["--listen", "127.0.0.1:0", "--site-dir", "none"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("cargo xtask run"), "{}", ended.stderr);
}
