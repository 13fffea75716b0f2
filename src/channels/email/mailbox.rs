//! The mailbox while it is watched, and what its servers' trouble means, in words that tell
//! the owner what to do.

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::inbound::event;
use crate::base::clock::Clock;
use crate::channels::channel::{ChannelError, Intake, SendError};
use crate::mail::MailError;
use crate::mail::imap::Mailbox;

/// Unread mails that came longer ago were there before us.
const UNREAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Keeps what comes into the mailbox, and marks a mail as read once it is kept.
pub async fn watch(
    mut mailbox: Mailbox,
    intake: &dyn Intake,
    clock: &Clock,
    stopping: CancellationToken,
) -> Result<(), ChannelError> {
    while !stopping.is_cancelled() {
        let unread = mailbox.unread_since(clock.now() - UNREAD).await.map_err(trouble_with_mailbox)?;
        for uid in unread {
            if let Some(raw) = mailbox.fetch(uid).await.map_err(trouble_with_mailbox)? {
                let kept = intake.keep(vec![event(&raw, None)]).await;
                kept.map_err(|error| ChannelError::Later(format!("a mail could not be kept: {error}")))?;
            }
            mailbox.mark_read(uid).await.map_err(trouble_with_mailbox)?;
        }
        if mailbox.has_heard() {
            continue;
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            waited = mailbox.wait() => mailbox = waited.map_err(trouble_with_mailbox)?,
        }
    }
    Ok(())
}

/// What a mailbox's trouble means for the channel.
pub fn trouble_with_mailbox(error: MailError) -> ChannelError {
    match error {
        MailError::NotSignedIn(told) => ChannelError::Revoked(format!(
            "the mailbox does not take the user name and the password any more ({told}): enter new ones in the inbox"
        )),
        MailError::Unfit(told) => ChannelError::Never(told),
        error => ChannelError::Later(format!("the mailbox cannot be read: {error}")),
    }
}

/// What a mail that did not go out means for its delivery.
pub fn trouble_with_sending(error: MailError) -> SendError {
    match error {
        MailError::NotSignedIn(told) => SendError::Revoked(format!(
            "the mail server does not take the user name and the password any more ({told}): enter new ones in the inbox"
        )),
        MailError::Later(_) | MailError::Tls(_) | MailError::Unfit(_) => SendError::later(error.to_string()),
        error => SendError::Refused(error.to_string()),
    }
}
