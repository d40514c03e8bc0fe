//! The ways in that are not routes of the server's own address: StatsD, scraping, the ports of OTLP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::serve::{ListenerExt, TapIo};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_scrape::Scraper;
use watchfire_service::Service;

use crate::api::{Intake, Scraped};
use crate::config::Config;
use crate::fatal::Fatal;
use crate::http::{App, otlp_router};

/// A listener whose connections send what they have at once. An answer of several small writes, as HTTP/2 has them, would
/// otherwise wait some 40 ms for the other side to say that it has the first (RFC 896).
pub(crate) fn at_once(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection sends with delay");
        }
    })
}

/// Takes StatsD where the configuration says so, and tells where.
pub(crate) async fn start_statsd(
    config: &Config,
    service: &Service,
    intake: &Intake,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Option<SocketAddr>, Fatal> {
    let Some(address) = config.ingest.statsd_listen else { return Ok(None) };
    let refused = |source| Fatal::Listen { address, flag: "--statsd-listen", source };
    let socket = UdpSocket::bind(address).await.map_err(refused)?;
    let address = socket.local_addr()?;
    tracing::info!(%address, "StatsD is taken");
    let config = config.ingest.clone();
    tasks.spawn(crate::statsd::run(socket, config, service.clone(), intake.clone(), stop.clone()));
    Ok(Some(address))
}

/// Scrapes what the configuration names; `None` where it names nothing.
pub(crate) fn start_scraper(
    config: &Config,
    service: &Service,
    intake: &Intake,
) -> Result<Option<Arc<Scraper>>, Fatal> {
    let Some(path) = &config.scrape.config else { return Ok(None) };
    let sink = Arc::new(Scraped { service: service.clone(), intake: intake.clone() });
    let settings = watchfire_scrape::Settings {
        extra_scrape_metrics: config.scrape.extra_metrics,
        ..watchfire_scrape::Settings::default()
    };
    Ok(Some(Arc::new(Scraper::start(path, sink, settings)?)))
}

/// Listens at the ports that exporters of OTLP try first. When one of the default addresses is taken, by a collector most
/// likely, the server goes on without it. Tells where gRPC is taken.
pub(crate) async fn start_otlp(app: &App, tasks: &TaskTracker) -> Result<Option<SocketAddr>, Fatal> {
    let ingest = &app.config.ingest;
    let mut bound = [None; 2];
    for ((address, flag, default), bound) in [
        (ingest.otlp_grpc_listen, "--otlp-grpc-listen", 4317),
        (ingest.otlp_http_listen, "--otlp-http-listen", 4318),
    ]
    .into_iter()
    .zip(&mut bound)
    {
        let Some(address) = address else { continue };
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                *bound = Some(address);
                tracing::info!(%address, "OTLP is taken");
                let serve = axum::serve(at_once(listener), otlp_router(app.clone()))
                    .with_graceful_shutdown(app.stop.clone().cancelled_owned());
                tasks.spawn(async move {
                    // It ends when it is told to.
                    let _ = serve.await;
                });
            }
            Err(error) if address == SocketAddr::from((Ipv4Addr::LOCALHOST, default)) => {
                tracing::info!(%address, %error, "OTLP is taken at the server's own address only");
            }
            Err(source) => return Err(Fatal::Listen { address, flag, source }),
        }
    }
    Ok(bound[0])
}
