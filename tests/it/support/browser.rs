//! A browser that is signed in to the console: cookies, and the headers that browsers add.

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::api::Answer;
use super::server::Server;
use super::{http_client, within};

pub struct Browser {
    client: Client,
    url: String,
    /// `rapport_session=…`, once there is one.
    pub cookie: Option<String>,
    /// What `Sec-Fetch-Site` says.
    pub site: &'static str,
}

impl Browser {
    pub fn new(server: &Server) -> Self {
        Self { client: http_client(), url: server.url.clone(), cookie: None, site: "same-origin" }
    }

    /// The owner, who has used the link of the first start.
    pub async fn owner(server: &Server) -> Self {
        let mut browser = Self::new(server);
        let words = json!({"name": "Eva", "email": "eva@shop.example", "password": "a few plain words"});
        browser.call(Method::POST, &format!("/v1/links/{}", setup_token(server)), Some(words)).await.ok();
        browser
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request =
            self.client.request(method, format!("{}{path}", self.url)).header("Sec-Fetch-Site", self.site);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = within("an answer over HTTP", request.send()).await.expect("the server answers");
        if let Some(set) = response.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok()) {
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let text = within("the rest of the answer", response.text()).await.expect("the answer is text");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, text, json }
    }
}

/// The token of the link that the server printed last.
pub fn setup_token(server: &Server) -> String {
    let log = server.log();
    let link = log.rsplit_once("/console/#/setup/").expect("the first start prints a link").1;
    link.split_whitespace().next().expect("a token ends the line").to_owned()
}
