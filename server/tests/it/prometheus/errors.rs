use super::{answers, server};

#[tokio::test]
async fn what_is_wrong_with_a_request() {
    let (_dir, server) = server(&[]).await;
    let paths = [
        "/api/v1/query?query=up{",
        "/api/v1/query",
        "/api/v1/query?query=rate(odd)",
        "/api/v1/query?query=requests_total*on(job)requests_total&time=1435781430",
        "/api/v1/query?query=1&time=x",
        "/api/v1/query?query=1&timeout=x",
        "/api/v1/query?query=1&lookback_delta=x",
        "/api/v1/query?query=1&limit=-1",
        "/api/v1/query_range?query=1&start=x&end=1&step=1",
        "/api/v1/query_range?query=1&start=1&step=1",
        "/api/v1/query_range?query=1&start=2&end=1&step=1",
        "/api/v1/query_range?query=1&start=1&end=2&step=0",
        "/api/v1/query_range?query=1&start=1&end=2&step=1e20",
        "/api/v1/query_range?query=1&start=0&end=100000&step=1",
        "/api/v1/query_range?query=-1e300&start=-1e300&end=1e300&step=1",
        "/api/v1/query_range?query=odd[1m]&start=0&end=10&step=1",
        "/api/v1/series",
        "/api/v1/series?match[]={}",
        "/api/v1/series?match[]=up{",
        "/api/v1/series?match[]=odd&start=x",
        "/api/v1/labels?match[]={job=\"\"}",
        "/api/v1/labels?match[]=up{",
        "/api/v1/label/host/values?limit=x",
        "/api/v1/label/%FF/values",
        "/api/v1/metadata?limit=x",
        "/api/v1/targets/metadata?match_target=up{",
        "/api/v1/query_exemplars?query=odd&start=2&end=1",
        "/api/v1/query_exemplars?query=up{",
        "/api/v1/rules?type=x",
        "/api/v1/format_query?query=x{",
        "/api/v1/status/tsdb?limit=0",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn what_a_query_meets() {
    let (_dir, server) = server(&["--query-max-series", "3", "--query-max-samples", "1000"]).await;
    let paths = [
        "/api/v1/query?query=odd&time=1435781430",
        "/api/v1/query_range?query=requests_total&start=1435781400&end=1435782400&step=1",
        "/api/v1/query?query=1&timeout=-1",
        "/api/v1/none",
        "/api",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let (_dir, server) = server(&[]).await;
    for path in ["/api/v1/label/host/values", "/-/healthy", "/federate", "/api/v1/status/flags"] {
        assert_eq!(server.post(path, &[], Vec::new()).await.status, 405, "{path}");
    }
    for path in
        ["/api/v1/read", "/api/v1/admin/tsdb/snapshot", "/api/v1/admin/tsdb/delete_series?match[]=odd"]
    {
        assert_eq!(server.get(path).await.status, 405, "{path}");
    }
}
