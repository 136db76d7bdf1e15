use super::*;
use proptest::prelude::*;

const TICK: Duration = Duration::from_millis(20);

/// A packet whose samples all carry its number, so that what is played can be told.
fn packet(number: u16) -> [i16; 160] {
    [number as i16 + 1; 160]
}

fn pull(buffer: &mut JitterBuffer) -> (Pulled, i16) {
    let mut frame = [0; 160];
    let kind = buffer.pull(&mut frame);
    (kind, frame[80])
}

#[test]
fn reordered_and_doubled_packets_play_once_and_in_order() {
    let mut buffer = JitterBuffer::default();
    for number in [0u16, 2, 1, 1, 3, 0] {
        buffer.insert(number, u32::from(number) * 160, &packet(number), Duration::ZERO);
    }
    let played: Vec<i16> = (0..6).map(|_| pull(&mut buffer)).filter(|p| p.0 == Pulled::Audio).map(|p| p.1).collect();
    assert_eq!(played, [1, 2, 3, 4]);
    assert_eq!(buffer.stats().duplicate, 2);
    assert_eq!(buffer.stats().lost, 0);
}

#[test]
fn a_lost_packet_is_made_up_and_counted_once() {
    let mut buffer = JitterBuffer::default();
    for number in [0u16, 1, 3, 4] {
        buffer.insert(number, u32::from(number) * 160, &packet(number), Duration::ZERO);
    }
    let kinds: Vec<Pulled> = (0..7).map(|_| pull(&mut buffer).0).collect();
    use Pulled::{Audio, Concealed, Silence};
    assert_eq!(kinds, [Silence, Silence, Audio, Audio, Concealed, Audio, Audio]);
    assert_eq!((buffer.stats().lost, buffer.stats().concealed), (1, 1));
}

/// Trap 11: any packet size is taken, whatever was agreed.
#[test]
fn packets_of_every_size_play_whole() {
    for size in [80usize, 160, 200, 240, 320, 480, 1_600] {
        let audio: Vec<i16> = (0..9_600).map(|n| (n % 1_000) as i16 + 1).collect();
        let mut buffer = JitterBuffer::default();
        let mut chunks = audio.chunks(size).enumerate();
        let mut sent = 0;
        let mut out = Vec::new();
        for tick in 0u32.. {
            while sent < (tick as usize + 1) * 160
                && let Some((number, chunk)) = chunks.next()
            {
                buffer.insert(number as u16, sent as u32, chunk, TICK * tick);
                sent += chunk.len();
            }
            let mut frame = [0; 160];
            if buffer.pull(&mut frame) == Pulled::Audio {
                out.extend(frame);
            }
            if out.len() >= audio.len() {
                break;
            }
        }
        assert_eq!(out, audio, "packets of {size} samples");
        assert_eq!(buffer.stats().concealed, 0);
    }
}

/// Trap 12: comfort noise and a long pause are silence, not loss.
#[test]
fn announced_silence_is_no_loss() {
    let mut buffer = JitterBuffer::default();
    let mut now = Duration::ZERO;
    for number in 0..10u16 {
        buffer.insert(number, u32::from(number) * 160, &packet(number), now);
        pull(&mut buffer);
        now += TICK;
    }
    buffer.note_silence(10);
    for _ in 0..100 {
        pull(&mut buffer);
        now += TICK;
    }
    // Speech again, two seconds later by the timestamp, the next sequence number.
    buffer.insert(11, 1_600 + 16_000, &packet(11), now);
    let heard: Vec<(Pulled, i16)> = (0..3).map(|_| pull(&mut buffer)).collect();
    assert!(heard.contains(&(Pulled::Audio, 12)), "{heard:?}");
    let stats = buffer.stats();
    assert_eq!((stats.lost, stats.concealed, stats.late), (0, 0, 0));
}

#[test]
fn a_jump_of_the_timestamp_is_followed_at_once() {
    for jump in [5_000_000u32, 5_000_000u32.wrapping_neg()] {
        let mut buffer = JitterBuffer::default();
        for number in 0..20u16 {
            buffer.insert(number, u32::from(number) * 160, &packet(number), TICK * u32::from(number));
            pull(&mut buffer);
        }
        let heard: Vec<i16> = (20..30u16)
            .filter_map(|number| {
                let timestamp = (u32::from(number) * 160).wrapping_add(jump);
                buffer.insert(number, timestamp, &packet(number), TICK * u32::from(number));
                let (kind, value) = pull(&mut buffer);
                (kind == Pulled::Audio).then_some(value)
            })
            .collect();
        assert!(heard.len() >= 7 && heard.windows(2).all(|w| w[0] < w[1]), "{heard:?}");
    }
}

#[test]
fn jitter_raises_the_delay_and_calm_lowers_it_again() {
    let mut buffer = JitterBuffer::default();
    let mut state = 7u32;
    let mut arrivals: Vec<(Duration, u16)> = (0..500u16)
        .map(|number| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (TICK * u32::from(number) + Duration::from_millis(u64::from(state >> 26)), number)
        })
        .collect();
    arrivals.sort();
    let mut next = arrivals.iter().peekable();
    let mut tail = 0;
    for tick in 0..500u32 {
        while let Some((at, number)) = next.next_if(|(at, _)| *at <= TICK * tick) {
            buffer.insert(*number, u32::from(*number) * 160, &packet(*number), *at);
        }
        let (kind, _) = pull(&mut buffer);
        if tick > 250 && kind != Pulled::Audio {
            tail += 1;
        }
    }
    let high = buffer.target();
    assert!(high > 320, "60 ms of jitter ask for more than 40 ms: {high}");
    assert!(tail <= 5, "after it has settled almost nothing is missing: {tail}");
    for number in 500..4_000u16 {
        let at = TICK * u32::from(number);
        buffer.insert(number, u32::from(number) * 160, &packet(number), at);
        pull(&mut buffer);
    }
    assert!(buffer.target() <= 320 && buffer.depth() <= 640, "{} {}", buffer.target(), buffer.depth());
}

proptest! {
    /// Whatever the network does, what is played is in order, at most once, and the depth stays bounded.
    #[test]
    fn never_out_of_order_and_bounded(
        first: u16, base: u32,
        fates in proptest::collection::vec((0u8..10, 0u32..12, 0u32..100), 50..300),
    ) {
        let mut arrivals = Vec::new();
        let mut stream = 0u32;
        for (number, (fate, delay, jump)) in fates.iter().enumerate() {
            stream += if *jump == 0 { 24_000 } else { 160 };
            if *fate == 0 { continue; }
            let at = number as u32 + delay / 3;
            arrivals.push((at, number as u16, stream));
            if *fate == 1 { arrivals.push((at + 2, number as u16, stream)); }
        }
        arrivals.sort();
        let mut buffer = JitterBuffer::default();
        let mut last = 0;
        let mut next = arrivals.iter().peekable();
        for tick in 0..(fates.len() as u32 + 200) {
            while let Some((_, number, stream)) = next.next_if(|(at, ..)| *at <= tick) {
                buffer.insert(first.wrapping_add(*number), base.wrapping_add(*stream), &packet(*number), TICK * tick);
            }
            let (kind, value) = pull(&mut buffer);
            if kind == Pulled::Audio {
                prop_assert!(value > last, "{} after {}", value, last);
                last = value;
            }
            prop_assert!(buffer.depth() <= CAPACITY as i32);
        }
    }

    #[test]
    fn any_numbers_are_taken_without_panic(
        packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0usize..1_700, any::<bool>()), 0..200),
    ) {
        let mut buffer = JitterBuffer::default();
        let audio = [1i16; 1_700];
        for (sequence, timestamp, len, silence) in packets {
            if silence { buffer.note_silence(sequence) } else {
                buffer.insert(sequence, timestamp, &audio[..len], Duration::from_millis(u64::from(sequence)));
            }
            pull(&mut buffer);
            prop_assert!(buffer.depth() <= CAPACITY as i32);
        }
    }
}
