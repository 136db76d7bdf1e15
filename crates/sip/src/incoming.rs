//! Requests from the far end. Those inside a call are answered here and not by the library's dialogs: a dialog that waits for something
//! would not take a BYE in the meantime, and requests in early dialogs would not be matched at all.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::{Header, Headers, HeadersExt, Method, Request, SipMessage, StatusCode};
use rsipstack::transaction::{Transaction, TransactionReceiver};
use rsipstack::transport::SipConnection;
use tokio::sync::oneshot;

use crate::call::{ReinviteAnswer, ReinviteReply};
use crate::endpoint::Core;
use crate::hook::{Tap, TapEvent, content_type};
use crate::text;

/// The methods we take.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE";
/// Longest time for the call to answer a re-INVITE.
const REINVITE_ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What becomes of an INVITE outside of any call.
pub(crate) type OnInvite = Box<dyn Fn(Transaction) + Send + Sync>;

/// Answers all requests until the endpoint stops.
pub(crate) async fn serve(core: Arc<Core>, mut transactions: TransactionReceiver, on_invite: OnInvite) {
    let stopped = core.stopped();
    loop {
        let transaction = tokio::select! {
            () = stopped.cancelled() => return,
            next = transactions.recv() => match next {
                Some(transaction) => transaction,
                None => return,
            },
        };
        let connection = transaction.connection.clone();
        match tokio::time::timeout(core.t1x64, answer(&core, transaction, &on_invite)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a SIP request could not be answered"),
            Err(_) => give_up(&core, connection).await,
        }
    }
}

/// Lets go of a connection whose peer reads nothing any more: it would hold up the answers to everybody else with each of its requests,
/// and half an answer lies on it.
async fn give_up(core: &Core, connection: Option<SipConnection>) {
    let Some(connection) = connection.filter(SipConnection::is_reliable) else { return };
    tracing::warn!(peer = ?connection.get_remote_addr(), "closing a SIP connection whose far end reads nothing any more");
    core.endpoint.transport_layer.remove_connection(&connection);
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the connection was closed already");
    }
}

async fn answer(core: &Arc<Core>, mut transaction: Transaction, on_invite: &OnInvite) -> rsipstack::Result<()> {
    let request = &transaction.original;
    let method = request.method;
    let Some(to_tag) = tag(request.to_header().ok().and_then(|to| to.tag().ok().flatten())) else {
        return answer_outside(transaction, on_invite).await;
    };
    let from_tag = tag(request.from_header().ok().and_then(|from| from.tag().ok().flatten())).unwrap_or_default();
    let tap = request
        .call_id_header()
        .ok()
        .and_then(|id| core.calls.find(id.value()))
        .filter(|tap| tap.owns(&to_tag, &from_tag));
    if method == Method::Ack {
        return Ok(()); // of an INVITE that is finished
    }
    let Some(tap) = tap else {
        if method == Method::Invite {
            refuse_invite(transaction, StatusCode::CallTransactionDoesNotExist, Vec::new());
            return Ok(());
        }
        return transaction.reply(StatusCode::CallTransactionDoesNotExist).await;
    };
    let in_order = request.cseq_header().ok().and_then(|cseq| cseq.seq().ok()).is_some_and(|seq| tap.takes_cseq(seq));
    if !in_order {
        return transaction.reply(StatusCode::ServerInternalError).await; // RFC 3261 section 12.2.2
    }
    answer_inside(core, &tap, transaction).await
}

async fn answer_outside(mut transaction: Transaction, on_invite: &OnInvite) -> rsipstack::Result<()> {
    match transaction.original.method {
        Method::Invite => {
            on_invite(transaction);
            Ok(())
        }
        Method::Options => transaction.reply_with(StatusCode::OK, vec![allow()], None).await,
        Method::Ack => Ok(()),
        Method::Bye | Method::Info | Method::Update | Method::PRack => {
            transaction.reply(StatusCode::CallTransactionDoesNotExist).await
        }
        _ => transaction.reply_with(StatusCode::MethodNotAllowed, vec![allow()], None).await,
    }
}

async fn answer_inside(core: &Arc<Core>, tap: &Arc<Tap>, mut transaction: Transaction) -> rsipstack::Result<()> {
    let request = &transaction.original;
    match request.method {
        Method::Bye => {
            let cause = text::read_reason(reasons(&request.headers));
            transaction.reply(StatusCode::OK).await?;
            tap.tell(TapEvent::Bye(cause));
            Ok(())
        }
        Method::Info => {
            let content_type = content_type(&request.headers).unwrap_or_default().to_owned();
            let body = String::from_utf8_lossy(&request.body).into_owned();
            transaction.reply(StatusCode::OK).await?;
            tap.tell(TapEvent::Info { content_type, body });
            Ok(())
        }
        Method::Options => transaction.reply_with(StatusCode::OK, vec![allow()], None).await,
        // A refresh without an offer (RFC 4028).
        Method::Update if request.body.is_empty() => {
            transaction.reply_with(StatusCode::OK, vec![contact(tap)], None).await
        }
        Method::Invite | Method::Update => {
            tokio::spawn(renegotiate(core.t1x64, tap.clone(), transaction));
            Ok(())
        }
        _ => transaction.reply_with(StatusCode::MethodNotAllowed, vec![allow()], None).await,
    }
}

/// A re-INVITE or an UPDATE with an offer.
async fn renegotiate(t1x64: Duration, tap: Arc<Tap>, mut transaction: Transaction) {
    if let Err(error) = try_renegotiate(t1x64, &tap, &mut transaction).await {
        tracing::debug!(%error, "a re-INVITE could not be answered");
    }
}

async fn try_renegotiate(t1x64: Duration, tap: &Arc<Tap>, transaction: &mut Transaction) -> rsipstack::Result<()> {
    let invite = transaction.original.method == Method::Invite;
    if invite {
        transaction.send_trying().await?;
    }
    let (sender, answer) = oneshot::channel();
    let sdp = text::read_sdp(content_type(&transaction.original.headers), &transaction.original.body);
    let delayed = sdp.is_none();
    tap.tell(TapEvent::Reinvite { sdp, reply: ReinviteReply { sender } });
    let answer = match tokio::time::timeout(REINVITE_ANSWER_TIMEOUT, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => ReinviteAnswer::Refuse(488),
    };
    let accepted = match answer {
        ReinviteAnswer::Accept(sdp) => {
            let headers = vec![contact(tap), Header::ContentType("application/sdp".into())];
            transaction.reply_with(StatusCode::OK, headers, Some(sdp.into_bytes())).await?;
            true
        }
        ReinviteAnswer::Refuse(status) => {
            transaction.reply(StatusCode::from(status)).await?;
            false
        }
    };
    if !invite {
        return Ok(());
    }
    let ack = await_ack(t1x64, transaction).await;
    match ack {
        None if accepted => tap.tell(TapEvent::ReinviteUnacknowledged),
        // We made the offer, so the ACK has the answer (RFC 3261 section 14.2). Without one the session stays as it was.
        Some(ack) if accepted && delayed => {
            if let Some(sdp) = text::read_sdp(content_type(&ack.headers), &ack.body) {
                tap.tell(TapEvent::ReinviteAnswer { sdp });
            }
        }
        _ => {}
    }
    Ok(())
}

/// Drives a server INVITE transaction until its ACK; `None` when none came.
async fn await_ack(t1x64: Duration, transaction: &mut Transaction) -> Option<Request> {
    let wait = async {
        while let Some(message) = transaction.receive().await {
            if let SipMessage::Request(request) = message
                && request.method == Method::Ack
            {
                return Some(request);
            }
        }
        None
    };
    tokio::time::timeout(t1x64 * 2, wait).await.ok().flatten()
}

/// Answers an INVITE with a final status and sees it through to its ACK, in the background.
pub(crate) fn refuse_invite(mut transaction: Transaction, status: StatusCode, headers: Vec<Header>) {
    tokio::spawn(async move {
        if let Err(error) = transaction.reply_with(status, headers, None).await {
            tracing::debug!(%error, "an INVITE could not be refused");
            return;
        }
        let t1x64 = transaction.endpoint_inner.option.t1x64;
        await_ack(t1x64, &mut transaction).await;
    });
}

fn allow() -> Header {
    Header::Allow(ALLOW.into())
}

fn contact(tap: &Tap) -> Header {
    Header::Contact(format!("<{}>", tap.contact).into())
}

fn reasons(headers: &Headers) -> impl Iterator<Item = &str> {
    headers.iter().filter_map(|h| match h {
        Header::Reason(v) => Some(v.value()),
        _ => None,
    })
}

fn tag(tag: Option<rsipstack::sip::param::Tag>) -> Option<String> {
    tag.map(|tag| tag.value().to_owned())
}
