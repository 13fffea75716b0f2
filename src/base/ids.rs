//! Identifiers and random tokens.

use uuid::Uuid;

/// A new identifier with a prefix that tells its kind, for example `cnv_0193…`.
/// The rest is a UUIDv7, so that identifiers sort by their time of making.
pub fn new_id(prefix: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    let id = Uuid::now_v7();
    format!("{prefix}_{}", id.simple())
}

/// A bearer secret with 256 bits of randomness, URL-safe.
pub fn new_secret(prefix: &str) -> String {
    use base64::Engine as _;
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    format!("{prefix}_{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// A random UUID, for what a client names before the server has seen it.
pub fn new_uuid() -> Uuid {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    Uuid::new_v4()
}

/// A uniformly random number, for jitter.
pub fn random_u32() -> u32 {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    u32::from_ne_bytes(bytes)
}

/// Declares newtypes over `String` for identifiers, so that no raw string id travels inside.
#[macro_export]
macro_rules! string_id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A new, unique identifier.
            pub fn generate() -> Self {
                Self($crate::base::ids::new_id($prefix))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self(value)
            }
        }
    )+};
}
