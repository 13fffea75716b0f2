//! The server from its start to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::serve::ListenerExt;
use jiff::SignedDuration;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::lifecycle::{DRAIN, DataDirLock, stop_on_signals};
use super::watch::Folders;
use super::{first_owner, http, output, reset, sample, telemetry, watch};
use crate::base::clock::Clock;
use crate::base::config::{self, Config};
use crate::base::home::Home;
use crate::base::outbound::{Outbound, install_tls};
use crate::base::privacy::Kinds;
use crate::base::vault::Vault;
use crate::bus::Bus;
use crate::channels::KINDS;
use crate::channels::channel::Tools;
use crate::channels::files::Files;
use crate::channels::switchboard::Switchboard;
use crate::channels::webhooks::Hooks;
use crate::channels::widget::Widget;
use crate::console::{Console, Given};
use crate::engine::websites::schedule::{self, Scheduled};
use crate::engine::websites::{Crawler, Website};
use crate::engine::{Engine, Parts, Settings, Shop};
use crate::mail::Mailer;
use crate::nlu::{Nlu, NluOptions};
use crate::store::{Dialect, Store};

/// Requests in flight get this long after a SIGTERM.
const REQUESTS: Duration = Duration::from_secs(2);
/// Sockets get this long to hear why they are closed.
const GOODBYE: Duration = Duration::from_secs(2);

pub async fn serve(mut config: Config, home: Home) -> anyhow::Result<()> {
    let started = Instant::now();
    install_tls();
    telemetry::start_logging(&config.log)?;
    let metrics = telemetry::start_metrics()?;
    let stopping = CancellationToken::new();
    stop_on_signals(stopping.clone())?;

    let lock = DataDirLock::take(&config.data_dir)?;
    // The port is taken before the models are loaded, so that a clash is told at once;
    // nobody is let in before everything is ready.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}: another program may; set RAPPORT_LISTEN to another address", config.listen)
    })?;
    // A port that was left to chance is known only now.
    config.listen = listener.local_addr()?;
    let address = config.listen;

    let server = tokio::select! {
        server = Server::assemble(Arc::new(config), home, metrics, &stopping) => server?,
        // Nothing was promised to anybody yet, and a model's run cannot be called off.
        () = stopping.cancelled() => std::process::exit(0),
    };
    first_owner::invite(server.engine.store(), &server.config).await?;
    println!("listening on http://{address}");
    tracing::info!(ready_ms = started.elapsed().as_millis(), "ready");
    if server.first_start {
        output::note(sample::what_to_try_next());
    }
    server.run(listener, stopping).await?;
    drop(lock);
    tracing::info!("stopped");
    Ok(())
}

/// Everything that runs, ready to let people in.
struct Server {
    config: Arc<Config>,
    engine: Engine,
    router: Router,
    sockets: TaskTracker,
    background: JoinHandle<()>,
    /// Whether the sample shop was just loaded.
    first_start: bool,
}

impl Server {
    async fn assemble(
        config: Arc<Config>,
        home: Home,
        metrics: PrometheusHandle,
        stopping: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let settings = Settings::of(&config)?;
        let models = {
            let (home, options) = (home.clone(), NluOptions::of(&config));
            tokio::task::spawn_blocking(move || Nlu::start(&home, options))
        };
        let clock = Clock::System;
        let url = config.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&config.data_dir));
        let store = Store::open(&url, clock.clone()).await?.with_vault(Vault::open(&config.data_dir)?);
        store.seal_secrets().await?;
        if store.dialect() == Dialect::Sqlite {
            // The lock on the data directory says that nobody else works on its turns.
            store.free_leases().await?;
            store.free_event_leases().await?;
            store.free_thread_leases().await?;
            store.free_webhook_leases().await?;
            store.free_trainings().await?;
            store.free_sources().await?;
        }
        let first_start = sample::load_into_empty(&store, &home).await?;
        let nlu = models.await.context("loading the models panicked")??;

        let shop = Shop::load(&home, &config.data_dir)?;
        let mailer = Mailer::new(&config.mail)?;
        let parts = Parts { store, bus: Bus::default(), nlu, shop, mailer };
        let engine = Engine::new(parts, settings, clock);
        engine.follow_intents().await?;
        watch::import_articles(&engine, &home).await?;
        if let Err(error) = engine.adopt_heads(&home).await {
            tracing::warn!(%error, "the model in use cannot be read; the heads in the files go on");
        }
        engine.begin_knowledge().await?;
        engine.rebuild_catalogue().await?;
        engine.start();

        let sockets = TaskTracker::new();
        let tools = tools(&config, &engine).await?;
        let masks = if config.privacy.mask_contacts_in_webhooks { Kinds::ALL } else { Kinds::NUMBERS };
        let hooks = Hooks::start(engine.clone(), tools.outbound.clone(), masks, stopping.clone(), sockets.clone());
        let board = Switchboard::start(engine.clone(), tools, KINDS, stopping.clone(), sockets.clone()).await?;
        let widget = Widget::new(engine.clone(), config.clone(), stopping.clone(), sockets.clone());
        let folders = Folders::new(home.clone());
        let reset = reset::resetting(engine.clone(), config.clone(), folders.clone());
        let given = Given { reset_shop: reset, channels: Arc::new(board.clone()), webhooks: Arc::new(hooks) };
        let console = Console::new(engine.clone(), config.clone(), given, stopping.clone(), sockets.clone()).await?;
        let tidy = {
            let (widget, console) = (widget.clone(), console.clone());
            move || {
                widget.tidy();
                console.tidy();
            }
        };
        let background = watch::start(&engine, folders, tidy, stopping.clone());
        read_websites(&engine, &config, stopping, &sockets);
        let router = http::router(engine.clone(), (&widget, &console, &board), &home, metrics);
        Ok(Self { config, engine, router, sockets, background, first_start })
    }

    /// Serves until it is told to stop, and ends in order.
    async fn run(self, listener: TcpListener, stopping: CancellationToken) -> anyhow::Result<()> {
        let stop = stopping.clone();
        // An ack is a small packet, and the answer after it must not wait for the peer's receipt.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps Nagle's algorithm");
            }
        });
        let served = axum::serve(listener, self.router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move { stop.cancelled().await });
        // A request that outlasts the drain is cut off: an upload over a slow line, say.
        tokio::select! {
            served = served => served?,
            () = async { stopping.cancelled().await; tokio::time::sleep(REQUESTS).await } => {}
        }

        // axum has finished its requests; the upgraded sockets say goodbye, turns in flight end.
        self.sockets.close();
        self.engine.stop(DRAIN).await;
        if tokio::time::timeout(GOODBYE, self.sockets.wait()).await.is_err() {
            tracing::warn!("some sockets did not close in time");
        }
        self.background.abort();
        self.engine.store().close().await;
        Ok(())
    }
}

/// The websites of the configuration become articles, and stay up to date.
fn read_websites(engine: &Engine, config: &Config, stopping: &CancellationToken, tasks: &TaskTracker) {
    let scheduled = |section: &config::Website| Scheduled {
        website: Website::of(section, config.shop.languages()),
        every: SignedDuration::from_hours(i64::from(section.hours)),
    };
    let sites: Vec<_> = config.knowledge.websites.iter().map(scheduled).collect();
    if sites.is_empty() {
        return;
    }
    let crawler = Crawler {
        store: engine.store().clone(),
        outbound: Outbound::new(&config.network.private_hosts),
        clock: engine.clock().clone(),
    };
    tasks.spawn(schedule::run(crawler, sites, stopping.clone()));
}

/// What channels work with.
async fn tools(config: &Config, engine: &Engine) -> anyhow::Result<Tools> {
    Ok(Tools {
        outbound: Outbound::new(&config.network.private_hosts),
        files: Files::new(&config.data_dir, config.limits.upload_bytes),
        clock: engine.clock().clone(),
        address: config.address(),
        shop: engine.shop_name().await?,
    })
}
