//! Both sockets in AsyncAPI 3, generated from the frames' own types.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::channels::widget::frames::{ClientFrame, ServerFrame};
use crate::console::socket::frames::{ConsoleClientFrame, ConsoleServerFrame};

/// The document at `/asyncapi.json`.
pub fn asyncapi() -> Value {
    let mut generator = SchemaSettings::draft07()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let client = generator.subschema_for::<ClientFrame>();
    let server = generator.subschema_for::<ServerFrame>();
    let console_client = generator.subschema_for::<ConsoleClientFrame>();
    let console_server = generator.subschema_for::<ConsoleServerFrame>();
    let schemas = generator.take_definitions(true);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rapport's sockets",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "JSON text frames tagged by `type`. The first client frame is a hello.",
        },
        "channels": {
            "chat": {
                "address": "/v1/chat",
                "bindings": { "ws": { "query": {
                    "type": "object", "required": ["inbox"], "properties": { "inbox": { "type": "string" } },
                } } },
                "messages": {
                    "client": { "payload": client },
                    "server": { "payload": server },
                },
            },
            "console": {
                "address": "/v1/console",
                "messages": {
                    "client": { "payload": console_client },
                    "server": { "payload": console_server },
                },
            },
        },
        "operations": {
            "say": { "action": "receive", "channel": { "$ref": "#/channels/chat" },
                     "messages": [{ "$ref": "#/channels/chat/messages/client" }] },
            "hear": { "action": "send", "channel": { "$ref": "#/channels/chat" },
                      "messages": [{ "$ref": "#/channels/chat/messages/server" }] },
            "work": { "action": "receive", "channel": { "$ref": "#/channels/console" },
                      "messages": [{ "$ref": "#/channels/console/messages/client" }] },
            "watch": { "action": "send", "channel": { "$ref": "#/channels/console" },
                       "messages": [{ "$ref": "#/channels/console/messages/server" }] },
        },
        "components": { "schemas": schemas },
    })
}
