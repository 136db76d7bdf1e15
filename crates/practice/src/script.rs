//! What each persona does with a call.

use std::{convert::Infallible, time::Duration};

use carillon_media::tones::{self, RINGBACK_US};
use carillon_sip::server::IncomingCall;

use crate::{
    Network,
    line::{LONGEST_CALL, Phone, Talk},
    log::Ended,
    persona::{Person, Persona},
};

/// Patience for the caller's first words, and for later ones.
const FIRST_WORDS: Duration = Duration::from_secs(8);
const NEXT_WORDS: Duration = Duration::from_secs(12);
/// Time a machine records a message.
const RECORDS: Duration = Duration::from_secs(45);

/// Plays a person's part to the end of the call.
pub(crate) async fn play(network: &Network, call: IncomingCall, person: Person) -> Ended {
    let mut phone = Phone::new(network, call, person);
    match act(&mut phone).await {
        Err(ended) => ended,
        Ok(never) => match never {},
    }
}

async fn act(phone: &mut Phone<'_>) -> Talk<Infallible> {
    match phone.person.persona {
        Persona::Busy => Err(phone.reject(486, "Busy Here", &[("Reason", "Q.850;cause=17;text=\"User busy\"")])),
        Persona::NotFound => {
            Err(phone.reject(404, "Not Found", &[("Reason", "Q.850;cause=1;text=\"Unallocated number\"")]))
        }
        Persona::Overloaded => Err(phone.reject(503, "Service Unavailable", &[])),
        Persona::NoAnswer => no_answer(phone).await,
        Persona::Declined => {
            pick_up_time(phone).await?;
            Err(phone.reject(603, "Decline", &[]))
        }
        Persona::EarlyMedia => early_media(phone).await,
        Persona::Voicemail => voicemail(phone).await,
        Persona::HangsUp => {
            answer(phone).await?;
            phone.pause(Duration::from_millis(300)).await?;
            Err(phone.hang_up())
        }
        Persona::Silent => {
            answer(phone).await?;
            stay(phone).await
        }
        Persona::NoAudio => {
            answer(phone).await?;
            phone.cut_audio().await;
            stay(phone).await
        }
        Persona::OptsOut => {
            answer(phone).await?;
            hello(phone).await?;
            phone.hear(FIRST_WORDS).await?;
            phone.say("opt_out").await?;
            phone.hear(Duration::from_secs(4)).await?;
            Err(phone.hang_up())
        }
        Persona::Talks | Persona::AsksBack | Persona::Interrupts => {
            answer(phone).await?;
            talk(phone).await
        }
    }
}

/// Rings for as long as this person takes: one to four seconds.
async fn pick_up_time(phone: &mut Phone<'_>) -> Talk<()> {
    phone.ring();
    let time = Duration::from_millis(1_000 + phone.nature(3, 3_000));
    phone.pause(time).await
}

async fn answer(phone: &mut Phone<'_>) -> Talk<()> {
    pick_up_time(phone).await?;
    phone.answer()
}

async fn no_answer(phone: &mut Phone<'_>) -> Talk<Infallible> {
    phone.ring();
    loop {
        // Real phones give up too; the caller's own time-out is far shorter.
        if !phone.hear(LONGEST_CALL / 2).await? {
            return Err(phone.reject(480, "Temporarily Unavailable", &[]));
        }
    }
}

async fn early_media(phone: &mut Phone<'_>) -> Talk<Infallible> {
    let sdp = phone.early_media()?;
    // Heard at every pace: the answer never overtakes the early media.
    phone.sound(tones::chord(&RINGBACK_US, 3_000.0, 4_000).into()).await?;
    for _ in 0..3 {
        phone.start_sound(tones::cadence(&RINGBACK_US, 3_000.0, 16_000, 32_000).into());
    }
    let time = Duration::from_millis(3_000 + phone.nature(3, 3_000));
    phone.pause(time).await?;
    phone.stop_sound();
    phone.answer_with(sdp);
    talk(phone).await
}

async fn voicemail(phone: &mut Phone<'_>) -> Talk<Infallible> {
    answer(phone).await?;
    phone.pause(Duration::from_millis(500)).await?;
    phone.say("voicemail").await?;
    phone.sound(tones::sine(1_000.0, 8_000.0, 4_000).into()).await?;
    let mut messages = 0;
    while messages < 8 && phone.hear(RECORDS / 3).await? {
        messages += 1;
    }
    Err(phone.hang_up())
}

/// Keeps the line open and does nothing, until the caller hangs up or the longest call is over.
async fn stay(phone: &mut Phone<'_>) -> Talk<Infallible> {
    loop {
        phone.hear(LONGEST_CALL).await?;
    }
}

async fn hello(phone: &mut Phone<'_>) -> Talk<()> {
    phone.pause(Duration::from_millis(300)).await?;
    let line = ["hello_a", "hello_b", "hello_c"][phone.nature(5, 3) as usize];
    phone.say(line).await
}

/// A short talk: hello, an answer or two to what the caller says, goodbye.
async fn talk(phone: &mut Phone<'_>) -> Talk<Infallible> {
    hello(phone).await?;
    first_words(phone).await?;
    let replies = [
        ["reply_a", "reply_b", "reply_c"][phone.nature(9, 3) as usize],
        ["more_a", "more_b"][phone.nature(13, 2) as usize],
    ];
    let turns = 1 + phone.nature(17, 2) as usize;
    for line in &replies[..turns] {
        if !listen(phone, FIRST_WORDS).await? {
            phone.say("anybody").await?;
            if !listen(phone, FIRST_WORDS).await? {
                return Err(phone.hang_up());
            }
        }
        phone.say(line).await?;
    }
    if listen(phone, NEXT_WORDS).await? {
        phone.say(["bye_a", "bye_b"][phone.nature(21, 2) as usize]).await?;
        phone.hear(Duration::from_secs(5)).await?;
    }
    Err(phone.hang_up())
}

/// What makes this person special, before they talk like everybody.
async fn first_words(phone: &mut Phone<'_>) -> Talk<()> {
    let persona = phone.person.persona;
    if persona == Persona::AsksBack && listen(phone, FIRST_WORDS).await? {
        phone.say("ask_back").await?;
    }
    if persona == Persona::Interrupts && phone.hear_start(FIRST_WORDS).await? {
        phone.pause(Duration::from_millis(900)).await?;
        phone.say("interrupt").await?;
    }
    Ok(())
}

/// Hears a sentence and takes a moment to think. False when nothing was said.
async fn listen(phone: &mut Phone<'_>, patience: Duration) -> Talk<bool> {
    let heard = phone.hear(patience).await?;
    if heard {
        let time = Duration::from_millis(100 + phone.nature(25, 400));
        phone.pause(time).await?;
    }
    Ok(heard)
}
