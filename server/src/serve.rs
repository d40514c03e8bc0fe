//! Wiring: what is started in which order, and stopped in the reverse.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_app::Doors;
use watchfire_model::format_duration;
use watchfire_service::alerting::AlertingSettings;
use watchfire_service::dashboards::{DashboardSettings, Shipped, keep_dashboards};
use watchfire_service::{Collectors, QueryLimits, Service, collect};
use watchfire_storage::{Engine, Settings};

use crate::api::Intake;
use crate::collecting;
use crate::config::{Config, Durability};
use crate::fatal::Fatal;
use crate::http::{App, router};
use crate::live::{Hub, HubSettings};
use crate::notifying::start_notifying;
use crate::render::Desk;
use crate::site::Site;
use crate::telemetry::{ProcessUsage, Sources, Telemetry, register, register_muting};
use crate::ways_in::{at_once, start_otlp, start_scraper, start_statsd};

/// Process managers wait ten seconds or more before they kill.
const LAST_FLUSH: Duration = Duration::from_secs(8);

/// Runs the server until it is told to stop.
pub(crate) fn serve(config: Config) -> Result<(), Fatal> {
    let started = Instant::now();
    // Before the runtime: the exporters of telemetry have threads of their own and must not be made on one of its.
    let telemetry = Arc::new(Telemetry::start(&config.log)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Pages are rendered on this runtime. An error would mean that it was said before.
    let _ = any_spawner::Executor::init_tokio();
    let served = runtime.block_on(run(config, telemetry.clone(), started));
    runtime.shutdown_timeout(Duration::from_millis(200));
    telemetry.stop(Duration::from_millis(300));
    served
}

async fn run(config: Config, telemetry: Arc<Telemetry>, started: Instant) -> Result<(), Fatal> {
    let site = Site::load(config.site_dir.as_deref())?;
    if site.is_empty() {
        tracing::warn!(
            "the interface was not built into this program: pages come without style and script; use `cargo xtask run`"
        );
    }
    // Watched from the first moment, so that a signal during the start is not lost.
    let stop = stop_on_signal()?;
    let engine = Engine::open(storage_settings(&config)).await?;
    let listener = match TcpListener::bind(config.listen).await {
        Ok(listener) => listener,
        Err(source) => {
            engine.close().await;
            return Err(Fatal::Listen { address: config.listen, flag: "--listen", source });
        }
    };
    // On the heap: it holds all that runs.
    let served = Box::pin(with_storage(config, telemetry, started, site, &engine, listener, stop)).await;
    // The last flush makes the next start fast. What it cannot finish in time is in the journal still.
    if tokio::time::timeout(LAST_FLUSH, engine.close()).await.is_err() {
        tracing::warn!("the last flush was left unfinished; the next start repeats it");
    }
    tracing::info!("stopped");
    served
}

fn hub_settings(config: &Config) -> HubSettings {
    HubSettings {
        max_connections: config.live.max_connections,
        max_connections_per_address: config.live.max_connections_per_address,
        max_subscriptions: config.live.max_subscriptions,
        max_points: config.live.max_points,
        max_series: config.live.max_series,
        queue: config.live.queue,
        queue_bytes: config.live.queue_bytes,
        max_message_bytes: config.live.max_message_bytes,
    }
}

async fn with_storage(
    config: Config,
    telemetry: Arc<Telemetry>,
    started: Instant,
    site: Site,
    engine: &Engine,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<(), Fatal> {
    let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()))
        .with_max_series(config.live.max_series)
        .with_limits(query_limits(&config))
        .with_cache(config.query.cache_bytes)
        .with_control(Arc::new(engine.control()), dashboard_settings(&config))
        .with_alerting(Arc::new(engine.control()), alerting_settings(&config, listener.local_addr()?));
    let instance = u64::try_from(crate::clock::now()).unwrap_or_default();
    let hub = Hub::new(service.clone(), hub_settings(&config), stop.clone(), instance);
    let collected = Collectors::default();
    let intake = Intake::new(&config.ingest, config.http.request_timeout);
    let desk = Desk::new(&config.render);
    let sources = Sources {
        service: service.clone(),
        collectors: collected.clone(),
        hub: hub.clone(),
        desk: desk.clone(),
        intake: intake.clone(),
        process: ProcessUsage::new(),
    };
    register(&telemetry.meter(), &sources);

    let tasks = TaskTracker::new();
    // Before the first page: those of files are there from the start.
    if let Err(error) = service.dashboards().reload_files().await {
        tracing::warn!(%error, "the dashboards of files could not be read; it is tried again");
    }
    tasks.spawn(keep_dashboards(service.dashboards(), stop.clone()));
    let (alertmanager, notifying) = start_notifying(&config, &service, engine, &tasks, &stop).await?;
    crate::telemetry::notifications::register(&telemetry.meter(), &alertmanager, &notifying);
    register_muting(&telemetry.meter(), &alertmanager);
    notifying.paint_by(&service, &desk, &config);
    tasks.spawn(service.alerting().run(stop.clone()));
    for (collector, interval) in collecting::configured(&config, &telemetry)? {
        tasks.spawn(collect(collector, interval, service.clone(), collected.clone(), stop.clone()));
    }

    let statsd = start_statsd(&config, &service, &intake, &tasks, &stop).await?;
    let statsd_flush = format_duration(millis(config.ingest.statsd_flush));
    let scraper = start_scraper(&config, &service, &intake)?;

    let address = listener.local_addr()?;
    let shutdown_timeout = config.http.shutdown_timeout;
    let app = App {
        service,
        alertmanager,
        notifying,
        collectors: collected,
        hub: hub.clone(),
        looks: crate::share::Looks::new(),
        desk,
        intake,
        otlp: Arc::new(crate::api::otlp::Otlp::new(&config.ingest)),
        scraper: scraper.clone(),
        telemetry,
        site: Arc::new(site),
        config: Arc::new(config),
        doors: Arc::default(),
        demo: Arc::default(),
        started,
        stop: stop.clone(),
    };
    app.demo.listens(crate::demo::Target::of(address));
    let otlp_grpc = start_otlp(&app, &tasks).await?.map(|address| address.to_string());
    let statsd = statsd.map(|address| address.to_string());
    // It is set here alone.
    let _ = app.doors.set(Doors { otlp_grpc, statsd, statsd_flush });
    let server =
        axum::serve(at_once(listener), router(app).into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(stop.clone().cancelled_owned());
    tracing::info!(%address, "Watchfire listens; open http://{address} (started in {:?})", started.elapsed());
    let result = until_stopped(tokio::spawn(server.into_future()), &stop, shutdown_timeout).await;
    stop.cancel();
    tasks.close();
    let last_batches = async {
        if let Some(scraper) = scraper {
            scraper.stop().await;
        }
    };
    // Neither a collector stuck in a system call nor a page that takes nothing must hold up the end.
    let patience = Duration::from_millis(300);
    let (collectors, pages, stored) = tokio::join!(
        tokio::time::timeout(patience, tasks.wait()),
        tokio::time::timeout(patience, hub.ended()),
        tokio::time::timeout(patience, last_batches)
    );
    if stored.is_err() {
        tracing::warn!("what was scraped last was still being stored and was left behind");
    }
    if collectors.is_err() {
        tracing::warn!("a collector was still reading and was left behind");
    }
    if pages.is_err() {
        tracing::warn!("a live connection that took nothing was cut off");
    }
    Ok(result?)
}

/// Waits for the end of the server: it is told to, or cannot go on.
async fn until_stopped(
    mut server: JoinHandle<std::io::Result<()>>,
    stop: &CancellationToken,
    shutdown_timeout: Duration,
) -> std::io::Result<()> {
    tokio::select! {
        // It ends only when it is told to, or cannot go on.
        ended = &mut server => ended.unwrap_or_else(|error| Err(std::io::Error::other(error))),
        () = stop.cancelled() => {
            tracing::info!("stopping: open requests may finish");
            if let Ok(ended) = tokio::time::timeout(shutdown_timeout, &mut server).await {
                ended.unwrap_or_else(|error| Err(std::io::Error::other(error)))
            } else {
                tracing::warn!("requests that were still open after {shutdown_timeout:?} were cut off");
                server.abort();
                Ok(())
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn query_limits(config: &Config) -> QueryLimits {
    let query = &config.query;
    QueryLimits {
        max_series: query.max_series,
        max_samples: query.max_samples,
        max_points: query.max_points,
        max_concurrent: query.max_concurrent,
        timeout: query.timeout,
        lookback: millis(query.lookback),
        experimental: query.experimental_functions,
    }
}

fn dashboard_settings(config: &Config) -> DashboardSettings {
    let dashboards = &config.dashboards;
    DashboardSettings {
        max_bytes: dashboards.max_bytes,
        max_choices: dashboards.max_choices,
        max_annotations: dashboards.max_annotations,
        max_annotation_bytes: dashboards.max_annotation_bytes,
        max_annotations_shown: dashboards.max_annotations_shown,
        max_snapshot_bytes: dashboards.max_snapshot_bytes,
        dirs: dashboards.dirs.clone(),
        reload_interval: dashboards.reload_interval,
        write_back: dashboards.write_back,
        shipped: if dashboards.shipped { Shipped::All } else { Shipped::Pages },
    }
}

fn alerting_settings(config: &Config, address: SocketAddr) -> AlertingSettings {
    let (rules, external_url) = (&config.rules, &config.http.external_url);
    AlertingSettings {
        files: rules.files.clone(),
        shipped: rules.shipped,
        shipped_without: rules.shipped_without.clone(),
        external_labels: rules.external_labels.clone(),
        reload_interval: rules.reload_interval,
        max_file_bytes: rules.max_file_bytes,
        interval: millis(rules.interval),
        query_offset: millis(rules.query_offset),
        resend_delay: millis(rules.resend_delay),
        outage_tolerance: millis(rules.outage_tolerance),
        alert_on_error: rules.alert_on_error,
        history: rules.history.map(millis),
        max_rules: rules.max_count,
        max_rule_bytes: rules.max_bytes,
        max_backtest_series: rules.max_shown,
        max_backtest_points: rules.max_backtest_points,
        external_url: if external_url.is_empty() {
            format!("http://{address}")
        } else {
            external_url.clone()
        },
        ..AlertingSettings::default()
    }
}

fn storage_settings(config: &Config) -> Settings {
    Settings {
        dir: config.data_dir.clone(),
        retention: config.storage.retention.map(millis),
        rollups: config.storage.rollups,
        retention_5m: config.storage.retention_5m.map(millis),
        retention_hourly: config.storage.retention_hourly.map(millis),
        retention_daily: config.storage.retention_daily.map(millis),
        block_window: millis(config.storage.block_window),
        durability: match config.storage.durability {
            Durability::Process => watchfire_storage::Durability::Process,
            Durability::PowerLoss => watchfire_storage::Durability::PowerLoss,
        },
        min_free_bytes: config.storage.min_free_bytes,
        max_head_samples: config.storage.max_head_samples,
        head_window: millis(config.storage.head_window),
        out_of_order_window: config.storage.out_of_order_window.map(millis),
        max_series: config.storage.max_series,
        max_labels: config.storage.max_labels,
        max_label_name: config.storage.max_label_name,
        max_label_value: config.storage.max_label_value,
        max_bytes: config.storage.max_bytes,
        keep_versions: config.dashboards.keep_versions,
        retention_rules: config.storage.retention_rules.clone(),
    }
}

/// A token that is cancelled by SIGTERM or Ctrl-C.
pub(crate) fn stop_on_signal() -> Result<CancellationToken, std::io::Error> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopped = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stopped.cancel();
    });
    Ok(stop)
}
