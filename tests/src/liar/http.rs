//! As much of HTTP/1.1 as a client needs to be lied to: one request for each connection.

use super::{Answer, Behaviour, World, respond};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longer requests are not read: 10,000 codes fit.
const MOST_BYTES: u64 = 2 << 20;

/// Answers every connection until the process ends.
pub fn serve(listener: &TcpListener, world: World) {
    let world = Arc::new(Mutex::new(world));
    for stream in listener.incoming().filter_map(Result::ok) {
        let world = Arc::clone(&world);
        thread::spawn(move || {
            // A client that hangs up is not a failure of this server.
            let _ = converse(stream, &world);
        });
    }
}

/// The time of this machine, in ms since 1970.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

fn converse(mut stream: TcpStream, world: &Mutex<World>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?.take(MOST_BYTES));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let length = content_length(&mut reader)?;
    let mut body = vec![0; length.min(MOST_BYTES as usize)];
    reader.read_exact(&mut body)?;
    let [method, target, _] = first.split_whitespace().collect::<Vec<_>>()[..] else { return Ok(()) };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if method == "OPTIONS" {
        return stream.write_all(PREFLIGHT.as_bytes());
    }
    let Some((behaviour, rest)) = Behaviour::of(path) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    thread::sleep(behaviour.delay());
    let answer = {
        let mut world = world.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        world.go_on(now_ms());
        world.clone()
    };
    send(&mut stream, &respond(&answer, behaviour, rest, query, &body))
}

/// The length of the body that follows the headers.
fn content_length(reader: &mut impl BufRead) -> std::io::Result<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(length);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
}

fn send(stream: &mut TcpStream, answer: &Answer) -> std::io::Result<()> {
    let Answer { status, media_type, body, missing_bytes, location } = answer;
    let length = body.len() + missing_bytes;
    let location = location.map(|to| format!("Location: {to}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n{location}\
         Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()
}

const PREFLIGHT: &str = "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: content-type\r\n\
    Access-Control-Allow-Methods: GET, POST\r\nConnection: close\r\n\r\n";
