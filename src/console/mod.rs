//! The agents' API: the queue, the conversation with its reasons, taking over, settings.
//!
//! REST under `/v1/` and the console's socket, with a session's cookie or a bearer token.
//! Errors are problem documents (RFC 9457). It changes conversations through the engine
//! only, so that the log tells everything that happens here too.

mod account;
mod analyze;
mod auth;
mod canned;
mod conversations;
mod customers;
mod knowledge;
mod origin;
mod problem;
mod report;
mod shop;
pub mod socket;
mod teaching;
mod throttle;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{delete, get, patch, post, put};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};

pub use self::shop::settings::{NewShop, ResetShop};

use self::problem::Problem;
use self::socket::hub::Hub;
use self::throttle::Throttle;
use self::views::AgentView;
use crate::base::config::Config;
use crate::domain::channel::Channels;
use crate::domain::webhook::Webhooks;
use crate::engine::Engine;
use crate::engine::files::Files;
use crate::store::{Agent, StoreError};

/// What every call shares; cheap to clone.
#[derive(Clone)]
pub struct Console {
    shared: Arc<Shared>,
}

/// What this floor cannot do by itself and must not know how.
pub struct Given {
    pub reset_shop: Arc<ResetShop>,
    pub channels: Arc<dyn Channels>,
    pub webhooks: Arc<dyn Webhooks>,
}

struct Shared {
    engine: Engine,
    config: Arc<Config>,
    throttle: Throttle,
    hub: Hub,
    files: Files,
    given: Given,
    /// Cancelled when the server stops: sockets say 1012 and go.
    stopping: CancellationToken,
    sockets: TaskTracker,
}

impl FromRef<Console> for Engine {
    fn from_ref(console: &Console) -> Self {
        console.shared.engine.clone()
    }
}

impl Console {
    pub async fn new(
        engine: Engine,
        config: Arc<Config>,
        given: Given,
        stopping: CancellationToken,
        sockets: TaskTracker,
    ) -> Result<Self, StoreError> {
        let hub = Hub::start(engine.clone(), stopping.clone(), &sockets).await?;
        let throttle = Throttle::default();
        let files = Files::new(&config.data_dir, config.limits.upload_bytes);
        Ok(Self { shared: Arc::new(Shared { engine, config, throttle, hub, files, given, stopping, sockets }) })
    }

    /// The routes of this floor.
    pub fn router(&self) -> Router {
        use account::{colleagues, invitations, links, me, session};
        use conversations::{acting, files, looking};
        use customers::{facts, merging, profiles};
        use knowledge::{articles, board as knowledge_board, drafts, versions};
        use shop::{channels, inboxes, mails, settings, webhooks};
        use teaching::{board, intents, lessons, models};
        // A form's own words come on top of the file; the handler counts the file itself.
        let upload_limit = self.files().largest + 64 * 1024;
        Router::new()
            .route("/v1/session", get(session::current).post(session::sign_in).delete(session::sign_out))
            .route("/v1/links/{token}", get(links::read).post(links::enter))
            .route("/v1/me", get(me::read).patch(me::change))
            .route("/v1/me/password", post(me::password))
            .route("/v1/agents", get(colleagues::list))
            .route("/v1/agents/{id}", patch(colleagues::change).delete(colleagues::remove))
            .route("/v1/agents/{id}/reset", post(colleagues::reset))
            .route("/v1/invitations", get(invitations::list).post(invitations::create))
            .route("/v1/invitations/{id}", delete(invitations::withdraw))
            .route("/v1/conversations", get(looking::list))
            .route("/v1/conversations/counts", get(looking::counts))
            .route("/v1/conversations/{id}", get(looking::read))
            .route("/v1/conversations/{id}/entries", get(looking::entries))
            .route("/v1/conversations/{id}/suggestions", get(looking::suggestions))
            .route("/v1/conversations/{id}/take", post(acting::take))
            .route("/v1/conversations/{id}/hand-back", post(acting::hand_back))
            .route("/v1/conversations/{id}/assign", post(acting::assign))
            .route("/v1/conversations/{id}/snooze", post(acting::snooze))
            .route("/v1/conversations/{id}/resolve", post(acting::resolve))
            .route("/v1/conversations/{id}/reopen", post(acting::reopen))
            .route("/v1/conversations/{id}/seen", post(acting::seen))
            .route("/v1/conversations/{id}/messages", post(acting::reply))
            .route("/v1/conversations/{id}/deliver", post(acting::deliver))
            .route("/v1/conversations/{id}/notes", post(acting::note))
            .route("/v1/conversations/{id}/notes/{note}", delete(acting::delete_note))
            .route("/v1/conversations/{id}/files", post(files::send).layer(DefaultBodyLimit::max(upload_limit)))
            .route("/v1/customers", get(profiles::find))
            .route("/v1/customers/{id}", get(facts::facts))
            .route("/v1/customers/{id}/merge", post(merging::merge))
            .route("/v1/merges/{id}/undo", post(merging::undo))
            .route("/v1/canned-replies", get(canned::list).post(canned::create))
            .route("/v1/canned-replies/{id}", put(canned::replace).delete(canned::remove))
            .route("/v1/reports/today", get(report::today))
            .route("/v1/inboxes", get(inboxes::list).post(inboxes::create))
            .route("/v1/inboxes/{id}", patch(inboxes::change))
            .route("/v1/inboxes/{id}/origins", post(inboxes::allow).delete(inboxes::deny))
            .route("/v1/inboxes/{id}/refused", delete(inboxes::forget))
            .route("/v1/inboxes/{id}/secret", get(inboxes::secret).post(inboxes::new_secret))
            .route("/v1/channels", get(channels::list))
            .route("/v1/channels/test", post(channels::test))
            .route("/v1/settings", get(settings::read).patch(settings::change))
            .route("/v1/settings/mail/test", post(mails::test))
            .route("/v1/shop/reset", post(settings::reset))
            .route("/v1/mails", get(mails::list))
            .route("/v1/mails/{id}", delete(mails::remove))
            .route("/v1/mails/{id}/retry", post(mails::retry))
            .route("/v1/webhooks", get(webhooks::list).post(webhooks::create))
            .route("/v1/webhooks/events", get(webhooks::events))
            .route("/v1/webhooks/{id}", patch(webhooks::change).delete(webhooks::remove))
            .route("/v1/webhooks/{id}/secret", get(webhooks::secret).post(webhooks::new_secret))
            .route("/v1/webhooks/{id}/test", post(webhooks::test))
            .route("/v1/webhooks/{id}/replay", post(webhooks::replay))
            .route("/v1/webhooks/{id}/messages", get(webhooks::messages))
            .route("/v1/webhooks/{id}/messages/{message}/replay", post(webhooks::replay_one))
            .route("/v1/understanding", get(board::read))
            .route("/v1/lessons", get(lessons::list).post(lessons::create))
            .route("/v1/lessons/undo", post(lessons::undo))
            .route("/v1/intents", get(intents::list).post(intents::create))
            .route("/v1/intents/{name}", delete(intents::remove))
            .route("/v1/training", get(models::read).post(models::begin).delete(models::cancel))
            .route("/v1/models/{number}/use", post(models::put_in_use))
            .route("/v1/articles", get(articles::list).post(articles::create))
            .route("/v1/articles/draft", post(drafts::begin))
            .route("/v1/articles/try", post(drafts::ask))
            .route("/v1/articles/effect", post(drafts::effect))
            .route("/v1/articles/{id}", get(articles::read).put(articles::replace).delete(articles::remove))
            .route("/v1/articles/{id}/versions", get(versions::list))
            .route("/v1/articles/{id}/restore", post(versions::restore))
            .route("/v1/knowledge/gaps", get(knowledge_board::gaps))
            .route("/v1/knowledge/searches", get(knowledge_board::searches))
            .route("/v1/analyze", post(analyze::analyze))
            .route("/v1/console", get(socket::open))
            .layer(DefaultBodyLimit::max(problem::LARGEST_BODY))
            .with_state(self.clone())
    }

    /// Forgets the counters of who has been silent; to be called now and then.
    pub fn tidy(&self) {
        self.shared.throttle.forget_the_silent();
    }

    fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    fn files(&self) -> &Files {
        &self.shared.files
    }

    fn channels(&self) -> &dyn Channels {
        self.shared.given.channels.as_ref()
    }

    fn webhooks(&self) -> &dyn Webhooks {
        self.shared.given.webhooks.as_ref()
    }

    fn throttle(&self) -> &Throttle {
        &self.shared.throttle
    }

    /// As configured; empty where it is not.
    fn public_url(&self) -> &str {
        &self.shared.config.public_url
    }

    /// Where links begin.
    fn address(&self) -> String {
        self.shared.config.address()
    }

    async fn shop_name(&self) -> Result<String, Problem> {
        Ok(self.engine().shop_name().await?)
    }

    async fn agent_view(&self, agent: &Agent) -> Result<AgentView, Problem> {
        let colleague = self.engine().colleague(&agent.id).await?.ok_or(Problem::Unauthorized)?;
        Ok(AgentView::of(&colleague))
    }
}

/// The machine-readable form of this floor, generated from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::base::cookie::SESSION)));
    components.add_security_scheme("session", cookie);
    document
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Rapport", description = "The agents' API of Rapport."),
    paths(
        account::session::current,
        account::session::sign_in,
        account::session::sign_out,
        account::links::read,
        account::links::enter,
        account::me::read,
        account::me::change,
        account::me::password,
        account::colleagues::list,
        account::colleagues::change,
        account::colleagues::remove,
        account::colleagues::reset,
        account::invitations::list,
        account::invitations::create,
        account::invitations::withdraw,
        conversations::looking::list,
        conversations::looking::counts,
        conversations::looking::read,
        conversations::looking::entries,
        conversations::looking::suggestions,
        conversations::acting::take,
        conversations::acting::hand_back,
        conversations::acting::assign,
        conversations::acting::snooze,
        conversations::acting::resolve,
        conversations::acting::reopen,
        conversations::acting::seen,
        conversations::acting::reply,
        conversations::acting::deliver,
        conversations::acting::note,
        conversations::acting::delete_note,
        conversations::files::send,
        customers::profiles::find,
        customers::facts::facts,
        customers::merging::merge,
        customers::merging::undo,
        canned::list,
        canned::create,
        canned::replace,
        canned::remove,
        report::today,
        shop::inboxes::list,
        shop::inboxes::create,
        shop::inboxes::change,
        shop::inboxes::allow,
        shop::inboxes::deny,
        shop::inboxes::forget,
        shop::inboxes::secret,
        shop::inboxes::new_secret,
        shop::channels::list,
        shop::channels::test,
        shop::settings::read,
        shop::settings::change,
        shop::settings::reset,
        shop::mails::list,
        shop::mails::retry,
        shop::mails::remove,
        shop::mails::test,
        shop::webhooks::list,
        shop::webhooks::create,
        shop::webhooks::change,
        shop::webhooks::remove,
        shop::webhooks::secret,
        shop::webhooks::new_secret,
        shop::webhooks::test,
        shop::webhooks::messages,
        shop::webhooks::replay_one,
        shop::webhooks::replay,
        shop::webhooks::events,
        teaching::board::read,
        teaching::lessons::list,
        teaching::lessons::create,
        teaching::lessons::undo,
        teaching::intents::list,
        teaching::intents::create,
        teaching::intents::remove,
        teaching::models::read,
        teaching::models::begin,
        teaching::models::cancel,
        teaching::models::put_in_use,
        knowledge::articles::list,
        knowledge::articles::read,
        knowledge::articles::create,
        knowledge::articles::replace,
        knowledge::articles::remove,
        knowledge::versions::list,
        knowledge::versions::restore,
        knowledge::drafts::begin,
        knowledge::drafts::ask,
        knowledge::drafts::effect,
        knowledge::board::gaps,
        knowledge::board::searches,
        analyze::analyze
    ),
    security(("bearer" = []), ("session" = []))
)]
struct Document;
