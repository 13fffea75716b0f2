//! The customer socket in AsyncAPI 3, generated from the frames' own types.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::channels::widget::frames::{ClientFrame, ServerFrame};

/// The document at `/asyncapi.json`.
pub fn asyncapi() -> Value {
    let mut generator = SchemaSettings::draft07()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let client = generator.subschema_for::<ClientFrame>();
    let server = generator.subschema_for::<ServerFrame>();
    let schemas = generator.take_definitions(true);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rapport customer socket",
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
        },
        "operations": {
            "say": { "action": "receive", "channel": { "$ref": "#/channels/chat" },
                     "messages": [{ "$ref": "#/channels/chat/messages/client" }] },
            "hear": { "action": "send", "channel": { "$ref": "#/channels/chat" },
                      "messages": [{ "$ref": "#/channels/chat/messages/server" }] },
        },
        "components": { "schemas": schemas },
    })
}
