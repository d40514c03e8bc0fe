//! `/federate`.

use super::server;
use crate::server::now;
use crate::writing::{Body, send};

const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

#[tokio::test]
async fn federation_gives_the_newest_samples() {
    let (_dir, server) = server(&[]).await;
    let now = now();
    let body = Body::default()
        .series(&[("__name__", "up"), ("job", "b\"")], &[(now - 20_000, 1.0), (now - 10_000, 0.5)])
        .series(&[("__name__", "up"), ("instance", "i:1"), ("job", "a")], &[(now - 5000, 1e-9)])
        .series(&[("__name__", "up"), ("job", "old")], &[(now - 310_000, 1.0)])
        .series(&[("__name__", "up"), ("job", "ended")], &[(now - 10_000, 1.0), (now - 5000, STALE)])
        .series(&[("__name__", "my.metric")], &[(now - 5000, 3.0)]);
    assert_eq!(send(&server, &body).await.status, 204);
    let path = "/federate?match[]=up&match[]=%7B__name__=~%22up%7Cmy.*%22%7D&match[]=odd";
    let answer = server.get(path).await;
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
    );
    let text =
        answer.body.replace(&(now - 10_000).to_string(), "T10").replace(&(now - 5000).to_string(), "T5");
    insta::assert_snapshot!(text, @r#"
    # TYPE my_metric untyped
    my_metric{instance=""} 3 T5
    # TYPE up untyped
    up{instance="i:1",job="a"} 1e-09 T5
    up{job="b\"",instance=""} 0.5 T10
    "#);
    let quoted = server.get_with(path, &[("accept", "text/plain;version=1.0.0;escaping=allow-utf-8")]).await;
    assert!(quoted.body.contains("{\"my.metric\",instance=\"\"} 3"), "{}", quoted.body);

    assert_eq!(server.get("/federate").await.body, "");
    let broken = server.get("/federate?match[]=up%7B").await;
    assert_eq!(broken.status, 400);
    assert_eq!(broken.body, "1:4: parse error: unexpected end of input inside braces\n");
}
