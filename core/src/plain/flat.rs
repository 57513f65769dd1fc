//! The same layer as flat bytes, for bindings through which nothing but bytes passes. Bundles, sellers and disclosed
//! records are not among it: no verifier of few bytes reads them.
//!
//! ```text
//! request = fields
//! answer  = 1 ‖ fields, or 0 ‖ problem
//! field   = a flag or small number as one byte | a number as u64 | text or bytes as len u32 ‖ bytes
//!           | something optional as 0, or 1 ‖ field | a list as len u32 ‖ fields | a record as its fields
//! ```
//!
//! All little-endian, the fields of a record in the order in which the layer's record declares them. A request that ends early is
//! answered with the problem `request.malformed`.

mod fields;
mod records;

use super::{Client, Problem, check_fork as fork_height, message_from_text as message, read_scan};
use alloc::vec::Vec;
use fields::{Answer, Request};
use records::Put;

/// A problem as an answer.
#[must_use]
pub fn problem(problem: &Problem) -> Vec<u8> {
    let mut answer = Answer::new();
    false.put(&mut answer);
    problem.put(&mut answer);
    answer.given()
}

/// A number as an answer.
#[must_use]
pub fn number(number: u64) -> Vec<u8> {
    answered(&[], &mut |_, answer| {
        number.put(answer);
        Ok(())
    })
}

/// Answer: the chain's name, whether it is a demonstration, fingerprint, height and time of the anchor,
/// newest height, log size for the next update, evidence of a fork.
#[must_use]
pub fn info(client: &Client) -> Vec<u8> {
    answered(&[], &mut |_, answer| {
        client.anchor().put(answer);
        client.height().put(answer);
        client.history_size().put(answer);
        client.fork().put(answer);
        Ok(())
    })
}

/// Answer: what the client is to store.
#[must_use]
pub fn memory(client: &Client) -> Vec<u8> {
    answered(&[], &mut |_, answer| {
        client.memory().put(answer);
        Ok(())
    })
}

/// Request: scan, number of bits. Answer: the prefix to ask for, if the scan names one pack.
#[must_use]
pub fn bucket_prefix(client: &Client, request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        client.bucket_prefix(request.text()?, request.byte()?).put(answer);
        Ok(())
    })
}

/// Request: update, now. Answer: how it was taken.
#[must_use]
pub fn advance(client: &mut Client, request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        client.advance(request.bytes()?, request.number()?)?.put(answer);
        Ok(())
    })
}

/// Request: scan, proof, now, policy. Answer: a verdict.
#[must_use]
pub fn verify(client: &mut Client, request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        let (scan, proof, now_ms) = (request.text()?, request.bytes()?, request.number()?);
        client.judge(scan, proof, now_ms, &request.policy()?).put(answer);
        Ok(())
    })
}

/// Request: scan, bucket, now, policy. Answer: a verdict.
#[must_use]
pub fn verify_bucket(client: &mut Client, request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        let (scan, bucket, now_ms) = (request.text()?, request.bytes()?, request.number()?);
        client.judge_bucket(scan, bucket, now_ms, &request.policy()?).put(answer);
        Ok(())
    })
}

/// Request: scans, proof, now, policy. Answer: verdicts and contents.
#[must_use]
pub fn verify_many(client: &mut Client, request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        let (scans, proof, now_ms) = (request.texts()?, request.bytes()?, request.number()?);
        client.judge_many(&scans, proof, now_ms, &request.policy()?).put(answer);
        Ok(())
    })
}

/// Request: the text of a scan, whether to be strict. Answer: what was read.
#[must_use]
pub fn parse_scan(request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        read_scan(request.text()?, request.flag()?).put(answer);
        Ok(())
    })
}

/// Request: fork. Answer: its height.
#[must_use]
pub fn check_fork(request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        fork_height(request.bytes()?)?.put(answer);
        Ok(())
    })
}

/// Request: the text of a QR code or a URL fragment. Answer: the message in it, if any.
#[must_use]
pub fn message_from_text(request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        message(request.text()?).put(answer);
        Ok(())
    })
}

/// Request: type, message. Answer: the message encoded again.
#[must_use]
pub fn read_message(request: &[u8]) -> Vec<u8> {
    answered(request, &mut |request, answer| {
        super::read_message(request.text()?, request.bytes()?)?.put(answer);
        Ok(())
    })
}

type Work<'a> = &'a mut dyn FnMut(&mut Request<'_>, &mut Answer) -> Result<(), Problem>;

fn answered(request: &[u8], work: Work<'_>) -> Vec<u8> {
    let mut answer = Answer::new();
    true.put(&mut answer);
    match work(&mut Request::new(request), &mut answer) {
        Ok(()) => answer.given(),
        Err(refusal) => problem(&refusal),
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::{
        Client, Request, advance, check_fork, info, memory, message_from_text, parse_scan, read_message, verify,
        verify_bucket, verify_many,
    };
    use crate::{
        anchor::Anchor,
        encoding::Message,
        header::Header,
        sample::{fields, set},
    };
    use alloc::{string::String, vec::Vec};

    /// Text or bytes as a field.
    fn field(bytes: &[u8]) -> Vec<u8> {
        let mut field = Vec::from((bytes.len() as u32).to_le_bytes());
        field.extend_from_slice(bytes);
        field
    }

    #[test]
    fn a_request_that_ends_early_is_malformed() {
        let whole = [field("(01)09504000059101".as_bytes()), Vec::from([0])].concat();
        assert_eq!(parse_scan(&whole).first(), Some(&1));
        for (len, _) in whole.iter().enumerate() {
            let answer = parse_scan(whole.get(..len).unwrap_or_default());
            let mut fields = Request::new(&answer);
            assert_eq!(fields.flag().ok(), Some(false));
            assert_eq!(fields.text().ok(), Some("request.malformed"));
        }
        assert_eq!(parse_scan(&[field(&[0xff]), Vec::from([0])].concat()).first(), Some(&0));
    }

    #[test]
    fn answers_begin_with_whether_they_could_be_given() {
        assert_eq!(check_fork(&field(b"no fork")).first(), Some(&0));
        assert_eq!(read_message(&[field(b"proof"), field(b"none")].concat()).first(), Some(&0));
        assert_eq!(message_from_text(&field(b"neither")), [1, 0]);
    }

    #[test]
    fn fields_come_back_as_they_were_put() {
        let texts = [Vec::from(2_u32.to_le_bytes()), field(b"a"), field("\u{4e2d}".as_bytes())].concat();
        assert_eq!(Request::new(&texts).texts().ok(), Some(Vec::from(["a", "\u{4e2d}"].map(String::from))));
        assert_eq!(Request::new(&[1, 7, 0, 0, 0, 0, 0, 0, 0]).optional_number().ok(), Some(Some(7)));
        assert_eq!(Request::new(&[0]).optional_number().ok(), Some(None));
    }

    const SCAN: &[u8] = b"]d2010950400005910121S1";

    fn client() -> (Client, Vec<u8>) {
        let set = set(&[1]);
        let anchor = Anchor::new("chain", true, Header::from(&fields(&set)), set, 1_000).expect("an anchor").to_bytes();
        (Client::new(&anchor).expect("a client"), anchor)
    }

    /// The fields after those that name the scans: no proof, the header's time, a policy without limits.
    fn judged() -> Vec<u8> {
        let now = fields(&set(&[1])).time.0.to_le_bytes();
        [field(b"none"), Vec::from(now), field(b"buyer"), field(b"online"), Vec::from([0; 3])].concat()
    }

    #[test]
    fn what_a_client_trusts_comes_back_field_by_field() {
        let (client, anchor) = client();
        let (told, shown) = (info(&client), client.anchor());
        let mut fields = Request::new(&told);
        assert_eq!(
            (fields.flag().ok(), fields.text().ok(), fields.flag().ok()),
            (Some(true), Some("chain"), Some(true))
        );
        assert_eq!(fields.text().ok(), Some(shown.fingerprint.as_str()));
        for number in [shown.height, shown.time_ms, client.height(), client.history_size()] {
            assert_eq!(fields.number().ok(), Some(number));
        }
        assert_eq!((fields.flag().ok(), fields.flag().is_err()), (Some(false), true), "no fork, and nothing behind");
        let stored = memory(&client);
        let stored = Request::new(stored.get(1..).unwrap_or_default()).bytes().ok().map(Vec::from);
        assert_eq!(
            stored.and_then(|stored| Client::resume(&anchor, &stored).ok()).map(|c| c.height()),
            Some(shown.height)
        );
    }

    #[test]
    fn a_verdict_comes_back_field_by_field() {
        let (mut client, _) = client();
        let request = [field(SCAN), judged()].concat();
        for answer in [verify(&mut client, &request), verify_bucket(&mut client, &request)] {
            let mut fields = Request::new(&answer);
            assert_eq!((fields.flag().ok(), fields.text().ok()), (Some(true), Some("cannot-tell")));
            assert_eq!(fields.texts().ok(), Some(Vec::from(["trust.message.magic".into()])));
            assert_eq!((fields.text().ok(), fields.flag().ok()), (Some("invalid"), Some(true)), "trust, and a problem");
            assert_eq!((fields.text().ok(), fields.flag().ok()), (Some("trust.message.magic"), Some(false)));
        }
        let many = verify_many(&mut client, &[Vec::from(1_u32.to_le_bytes()), request].concat());
        assert_eq!(many.get(..5), Some(&[1, 1, 0, 0, 0][..]), "one verdict");
        assert_eq!(Request::new(many.get(5..).unwrap_or_default()).text().ok(), Some("cannot-tell"));
        let refused = advance(&mut client, &judged());
        assert_eq!(Request::new(refused.get(1..).unwrap_or_default()).text().ok(), Some("trust.message.magic"));
    }
}
