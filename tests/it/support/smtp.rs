//! An SMTP server on loopback that keeps what it is given, or refuses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::within;

pub struct Smtp {
    pub port: u16,
    mails: mpsc::UnboundedReceiver<Received>,
    refusing: Arc<AtomicBool>,
}

#[derive(Debug)]
pub struct Received {
    pub to: String,
    /// Headers and body, as they came.
    pub text: String,
}

impl Smtp {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let (sender, mails) = mpsc::unbounded_channel();
        let refusing = Arc::new(AtomicBool::new(false));
        let refuse = refusing.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, sender.clone(), refuse.clone()));
            }
        });
        Self { port, mails, refusing }
    }

    /// Whether it says "try again later" from now on.
    pub fn refuse(&self, refuse: bool) {
        self.refusing.store(refuse, Ordering::SeqCst);
    }

    /// The next mail.
    pub async fn mail(&mut self) -> Received {
        within("a mail", self.mails.recv()).await.expect("the server lives")
    }

    /// The configuration that sends here.
    pub fn configuration(&self) -> String {
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"Alder & Wick <chat@shop.example>\"\n",
            self.port
        )
    }
}

async fn converse(stream: TcpStream, mails: mpsc::UnboundedSender<Received>, refusing: Arc<AtomicBool>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let _ = write.write_all(b"220 test\r\n").await;
    let (mut to, mut text) = (String::new(), String::new());
    let mut in_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        if in_data {
            if line == "." {
                in_data = false;
                let mail = Received { to: std::mem::take(&mut to), text: std::mem::take(&mut text) };
                let _ = mails.send(mail);
                let _ = write.write_all(b"250 taken\r\n").await;
            } else {
                text.push_str(&line);
                text.push('\n');
            }
            continue;
        }
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" | "HELO" => b"250 test\r\n",
            "MAIL" if refusing.load(Ordering::SeqCst) => b"451 try again later\r\n",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                b"250 ok\r\n"
            }
            "DATA" => {
                in_data = true;
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        if write.write_all(answer).await.is_err() {
            return;
        }
    }
}
