use super::{answers, server};

#[tokio::test]
async fn queries() {
    let (_dir, server) = server(&[]).await;
    let paths = [
        "/api/v1/query?query=odd&time=1435781430",
        "/api/v1/query?query=odd&time=1435781430.5&limit=1",
        "/api/v1/query?query=requests_total[20s]&time=2015-07-01T20:10:30Z",
        "/api/v1/query?query=1e21&time=1435781430.5",
        "/api/v1/query?query=%22text%22&time=0",
        "/api/v1/query?query=odd&time=1435781490&lookback_delta=10s",
        "/api/v1/query?query=rate(odd{host=\"b\"}[1m])&time=1435781430",
        "/api/v1/query_range?query=requests_total&start=1435781400.120&end=1435781430&step=12.5",
        "/api/v1/query_range?query=time()&start=1&end=3&step=1s&limit=5",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn what_there_is() {
    let (_dir, server) = server(&[]).await;
    let paths = [
        "/api/v1/series?match[]=odd",
        "/api/v1/series?match[]=requests_total&match[]=odd&limit=1",
        "/api/v1/series?match[]=odd&start=0&end=1",
        "/api/v1/series?match[]=odd&start=2&end=1",
        "/api/v1/labels",
        "/api/v1/labels?match[]=requests_total",
        "/api/v1/labels?limit=2",
        "/api/v1/label/host/values",
        "/api/v1/label/host/values?match[]=odd{host=~\"a|b\"}&limit=1",
        "/api/v1/label/U__ho_73_t/values",
        "/api/v1/label/none/values",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn what_there_is_not() {
    let (_dir, server) = server(&[]).await;
    let paths = [
        "/api/v1/targets?state=active",
        "/api/v1/targets/metadata",
        "/api/v1/scrape_pools",
        "/api/v1/rules?type=alert",
        "/api/v1/alerts",
        "/api/v1/alertmanagers",
        "/api/v1/notifications",
        "/api/v1/status/walreplay",
        "/api/v1/metadata",
        "/api/v1/query_exemplars?query=odd",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn expressions() {
    let (_dir, server) = server(&[]).await;
    let paths = ["/api/v1/format_query?query=sum(rate(x[5m]))by(a)", "/api/v1/parse_query?query=x{a=\"b\"}"];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn forms_count_like_addresses() {
    let (_dir, server) = server(&[]).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let table = [
        ("/api/v1/query", "query=requests_total%7Bcode%3D%22200%22%7D&time=1435781400", "1000"),
        ("/api/v1/query?time=1435781400", "query=requests_total%7Bcode%3D%22400%22%7D", "[1435781400,\"3\"]"),
        ("/api/v1/query?time=5&query=2", "query=1", "[5,\"1\"]"),
        ("/api/v1/query_range", "query=1&start=0&end=1&step=1", "[[0,\"1\"],[1,\"1\"]]"),
        ("/api/v1/series", "match%5B%5D=odd", "\"host\":\"d\""),
        ("/api/v1/labels", "match[]=requests_total", "[\"__name__\",\"code\"]"),
        ("/api/v1/format_query", "query=a/b", "\"a / b\""),
    ];
    for (path, body, expected) in table {
        let answer = server.post(path, &form, body.as_bytes().to_vec()).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
        assert!(answer.body.contains(expected), "{path} {}", answer.body);
    }
}

#[tokio::test]
async fn statistics() {
    let (_dir, server) = server(&[]).await;
    let answer = server.get("/api/v1/query?query=odd&time=1435781430&stats=all").await.json();
    let stats = &answer["data"]["stats"];
    assert_eq!(stats["samples"]["totalQueryableSamples"], 4, "{stats}");
    assert!(stats["timings"]["execTotalTime"].as_f64().unwrap() > 0.0, "{stats}");
    assert!(server.get("/api/v1/query?query=odd&time=1435781430").await.json()["data"]["stats"].is_null());
}

#[tokio::test]
async fn the_state_of_the_server() {
    let (_dir, server) = server(&["--query-timeout", "90s"]).await;
    let data = async |path: &str| server.get(path).await.json()["data"].clone();
    let build = data("/api/v1/status/buildinfo").await;
    assert_eq!(build["version"], "3.5.0");
    assert_eq!(build["revision"], concat!("watchfire-", env!("CARGO_PKG_VERSION")));
    assert_eq!(data("/api/v1/status/flags").await["query.timeout"], "90s");
    let yaml = data("/api/v1/status/config").await["yaml"].as_str().unwrap().to_owned();
    assert!(yaml.contains("  timeout: \"90s\"\n"), "{yaml}");
    let runtime = data("/api/v1/status/runtimeinfo").await;
    assert_eq!((&runtime["storageRetention"], &runtime["reloadConfigSuccess"]), (&"0s".into(), &true.into()));
    assert!(runtime["startTime"].as_str().unwrap() <= runtime["serverTime"].as_str().unwrap(), "{runtime}");
    let tsdb = data("/api/v1/status/tsdb?limit=1").await;
    let head = &tsdb["headStats"];
    assert_eq!((&head["numSeries"], &head["minTime"]), (&6.into(), &super::THEN.into()), "{tsdb}");
    assert_eq!(tsdb["seriesCountByMetricName"].as_array().unwrap().len(), 1, "{tsdb}");
    assert_eq!(tsdb["seriesCountByLabelValuePair"][0]["name"], "__name__=odd");
    for (path, words) in [("/-/healthy", "Watchfire is Healthy.\n"), ("/-/ready", "Watchfire is Ready.\n")] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, words));
    }
}
