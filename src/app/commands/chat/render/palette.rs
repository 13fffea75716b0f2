//! Colours, where somebody sees them.

use std::io::IsTerminal;

use crate::domain::AuthorKind;

/// The few styles of the conversation. Plain when standard output is no terminal, or
/// when `NO_COLOR` is set to anything (no-color.org).
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    colours: bool,
}

impl Palette {
    pub fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colours: std::io::stdout().is_terminal() && !refused }
    }

    #[cfg(test)]
    pub fn plain() -> Self {
        Self { colours: false }
    }

    pub fn name(&self, kind: AuthorKind, text: &str) -> String {
        let code = match kind {
            AuthorKind::Customer => "36",
            AuthorKind::Bot => "1;33",
            AuthorKind::Agent => "1;32",
            AuthorKind::System => "2",
        };
        self.styled(code, text)
    }

    pub fn strong(&self, text: &str) -> String {
        self.styled("1", text)
    }

    pub fn dim(&self, text: &str) -> String {
        self.styled("2", text)
    }

    pub fn notice(&self, text: &str) -> String {
        self.styled("35", text)
    }

    fn styled(&self, code: &str, text: &str) -> String {
        if self.colours && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
