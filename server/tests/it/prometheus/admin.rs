use super::{answers, server};

#[tokio::test]
async fn series_are_deleted() {
    let (_dir, server) = server(&[]).await;
    let delete = async |parameters: &str| {
        server.post(&format!("/api/v1/admin/tsdb/delete_series?{parameters}"), &[], Vec::new()).await
    };
    for (parameters, status, words) in [
        ("", 400, "no match[] parameter provided"),
        ("match[]=up%7B", 400, "invalid parameter \\\"match[]\\\": 1:4: parse error"),
        ("match[]=odd&match[]=%7B%7D", 400, "match[] must contain at least one non-empty matcher"),
        ("match[]=odd&start=x", 400, "invalid time value for 'start'"),
        ("match[]=odd&start=2&end=1", 204, ""),
        ("match[]=odd%7Bhost=%22a%22%7D&match[]=odd%7Bhost=%22b%22%7D", 204, ""),
        ("match[]=requests_total&start=1435781460", 204, ""),
    ] {
        let answer = delete(parameters).await;
        assert_eq!(answer.status, status, "{parameters}: {}", answer.body);
        assert!(answer.body.contains(words), "{parameters}: {}", answer.body);
    }
    assert_eq!(server.post("/api/v1/admin/tsdb/clean_tombstones", &[], Vec::new()).await.status, 204);
    let left = answers(
        &server,
        &[
            "/api/v1/query?query=count_over_time(odd[1h])&time=1435781500",
            "/api/v1/query?query=count_over_time(requests_total[1h])&time=1435781500",
        ],
    )
    .await;
    insta::assert_snapshot!(left);
}

#[tokio::test]
async fn snapshots_are_copies() {
    let (dir, server) = server(&[]).await;
    let take = async |parameters: &str| {
        server.post(&format!("/api/v1/admin/tsdb/snapshot{parameters}"), &[], Vec::new()).await
    };
    assert_eq!(take("?skip_head=x").await.status, 400);
    let (one, other) = (take("").await, take("?skip_head=false").await);
    assert_eq!((one.status, other.status), (200, 200), "{} {}", one.body, other.body);
    let name = one.json()["data"]["name"].as_str().unwrap().to_owned();
    assert_ne!(other.json()["data"]["name"], name.as_str());
    let form: Vec<usize> = name.split('-').map(str::len).collect();
    assert_eq!(form, ["20150701T201000Z".len(), 16], "{name}");
    let copy = dir.path().join("watchfire-data/snapshots").join(&name);
    assert!(copy.join("metrics/journal.db").is_file(), "{}", copy.display());
    server.kill();

    let server = crate::server::Server::start(
        dir.path(),
        &["--no-collect", "--retention", "0", "--data-dir", copy.to_str().unwrap()],
    );
    let answer = server.get("/api/v1/query?query=count(odd)&time=1435781430").await;
    assert!(answer.body.contains("[1435781430,\"4\"]"), "{}", answer.body);
}
