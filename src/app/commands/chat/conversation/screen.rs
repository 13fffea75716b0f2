//! The terminal's last line: the prompt, who is typing, and printing above them.

use std::io::Write;

const PROMPT: &str = "> ";
const CLEAR_LINE: &str = "\r\u{1b}[K";

/// Standard output. Without a terminal at both ends it only prints lines.
pub struct Screen {
    on_terminal: bool,
    prompting: bool,
    typing: bool,
}

impl Screen {
    pub fn new(on_terminal: bool) -> Self {
        Self { on_terminal, prompting: false, typing: false }
    }

    pub fn on_terminal(&self) -> bool {
        self.on_terminal
    }

    /// Prompts from now on, if somebody types at a terminal.
    pub fn prompt_for(&mut self, typed: bool) {
        self.prompting = typed && self.on_terminal;
    }

    pub fn print(&mut self, text: &str) {
        self.typing = false;
        if self.prompting {
            self.write(&format!("{CLEAR_LINE}{text}\n{PROMPT}"));
        } else {
            self.write(&format!("{text}\n"));
        }
    }

    /// After the user's line break.
    pub fn prompt(&mut self) {
        if self.prompting {
            self.write(&format!("{CLEAR_LINE}{PROMPT}"));
        }
    }

    pub fn typing(&mut self, who: &str) {
        if self.prompting && !self.typing {
            self.typing = true;
            self.write(&format!("{CLEAR_LINE}{who} is typing … "));
        }
    }

    pub fn not_typing(&mut self) {
        if self.typing {
            self.typing = false;
            self.prompt();
        }
    }

    pub fn leave(&mut self) {
        if self.prompting {
            self.write(CLEAR_LINE);
        }
    }

    fn write(&mut self, text: &str) {
        let mut out = std::io::stdout().lock();
        // A reader that has gone (`rapport chat | head`) ends the conversation.
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }
}
