//! The agents' REST API, as an agent with a token.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::server::Server;
use super::{http_client, within};

pub struct Api {
    client: Client,
    url: String,
    token: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Api {
    /// Nobody in particular.
    pub fn anonymous(server: &Server) -> Self {
        Self { client: http_client(), url: server.url.clone(), token: None }
    }

    /// A caller with a new token of that role.
    pub async fn with_role(server: &Server, role: &str) -> Self {
        let printed = server.cli().run(["token", "create", "--role", role]).await.out();
        let token = printed.trim().to_owned();
        assert!(!token.is_empty() && !token.contains(char::is_whitespace), "a token and nothing else: {printed:?}");
        Self::with_token(server, &token)
    }

    pub fn with_token(server: &Server, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::anonymous(server) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = within("an answer over HTTP", request.send()).await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = within("the rest of the answer", response.text()).await.expect("the answer is text");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, text, json }
    }
}

impl Answer {
    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.json
    }

    /// Checks that it is a problem document (RFC 9457) with this status.
    pub fn problem(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let media_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(media_type.starts_with("application/problem+json"), "{media_type}: {}", self.text);
        assert_eq!(self.json["status"], status, "{}", self.text);
        assert!(self.json["title"].is_string(), "{}", self.text);
        self.json
    }
}
